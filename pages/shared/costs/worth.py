"""What being right is worth: errors at their price, and the decision that costs least."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
import streamlit as st

from engine.analytics.by_cost import decision
from engine.analytics.costed import Choices, Costs
from engine.analytics.queries import RunDetail
from engine.analytics.worth import Answers, ErrorPrices, run_worth
from engine.economics.paying import Worth
from engine.economics.value import Costs as ErrorCosts
from engine.errors import BreakevenError
from engine.scenarios import Scenario
from pages.shared import data, fields, pricing
from pages.shared.costs import worth_runs
from pages.shared.frame import badge, say, show_error
from pages.shared.i18n import md, tr
from pages.shared.numbers import money, number, percent


def prices(scenario: Scenario, labels: tuple[str, ...]) -> ErrorCosts:
    """Draw what each kind of error costs; return it. Kinds without a price of the scenario start at 0."""
    known = {(c.actual, c.predicted): c for c in scenario.error_costs}
    pairs = [pair for pair in known if set(pair) <= set(labels)]
    pairs = pairs or [(a, b) for a in labels for b in labels if a != b][:12]
    found: dict[tuple[str, str], float] = {}
    with st.grid(3, min_column_width=220):
        for actual, said in pairs:
            cost = known.get((actual, said))
            found[(actual, said)] = fields.number(
                tr("{actual} taken for {said} (US$)", actual=actual, said=said), key=f"err-{actual}-{said}",
                fallback=cost.usd if cost else 0.0, low=0, high=1e9, step=0.5, help=say(cost.why) if cost else None,
            )  # fmt: skip
    return found


def shares(labels: tuple[str, ...]) -> dict[str, float] | None:
    """Draw how often each class will come; return None when it is as in the test part."""
    if not fields.toggle(tr("Classes come as often as in the test part"), key="as-test", fallback=True):
        with st.grid(3, min_column_width=160):
            return {
                k: fields.number(tr("{label} (%)", label=k), key=f"share-{k}", fallback=round(100 / len(labels), 1),
                                 low=0, high=100)
                for k in labels
            }  # fmt: skip
    return None


def section(
    scenario: Scenario,
    run: Mapping[Any, Any],
    found: Costs,
    choices: Choices,
    alike: tuple[pd.DataFrame, pd.DataFrame],
) -> tuple[Worth | None, ErrorPrices | None]:
    """Draw what 1,000 decisions are worth, the quality from which it pays, and the decision that costs least.

    Returns the worth and the prices of errors; None where nothing is known of them.

    `alike` are one's own runs and the vendors that were judged on the test part of `run`, as rows of `queries.runs`.
    """
    title = st.empty()
    detail = data.detail(str(run["run_id"]))
    answers: Answers | None = (detail.labels, detail.confusion) if detail.confusion else None
    if scenario.poor_list is not None:
        answers = worth_runs.list_answers(str(run["run_id"]))
    if answers is None:
        title.subheader(tr("What being right is worth"), anchor=False)
        st.caption(tr("The report of this run does not say how often it was right; train it again."))
        return None, None
    prices = _prices(scenario, detail.labels)
    try:
        is_worth = run_worth(answers, prices, found.now.per_1000)
    except BreakevenError as error:
        show_error(error)
        return None, prices
    title.subheader(_title(is_worth, lists=scenario.poor_list is not None), anchor=False)
    with st.grid(4, min_column_width=200):
        pricing.show(tr("Saved per 1,000 decisions"), is_worth.saved)
        pricing.show(tr("Running cost per 1,000"), found.now.per_1000)
        pricing.show(tr("Left per 1,000"), is_worth.net)
        pricing.show(tr("Errors per 1,000"), is_worth.errors)
    if detail.confusion:
        _decision(detail, prices)
    worth_runs.table(scenario, alike, choices, prices)
    return is_worth, prices


def _prices(scenario: Scenario, labels: tuple[str, ...]) -> ErrorPrices:
    """Draw what errors cost, and how often each class comes where answers are classes."""
    if (poor := scenario.poor_list) is not None:
        with st.expander(tr("What a poor recommendation costs"), icon=":material/edit_note:"):
            usd = fields.number(
                tr("A list in which nobody finds anything (US$)"), key="err-list", fallback=poor.usd, low=0, high=1e9,
                step=0.05, help=say(poor.why),
            )  # fmt: skip
        return ErrorPrices({}, poor_list=usd)
    with st.expander(tr("What an error costs, and how often each class comes"), icon=":material/edit_note:"):
        return ErrorPrices(prices(scenario, labels), shares(labels))


def _title(found: Worth, *, lists: bool) -> str:
    if found.pays_from is None and lists:
        return tr("It costs more than lists could save in which everybody finds something")
    if found.pays_from is None:
        return tr("It costs more than even a faultless model could save")
    if found.net.low < 0 < found.net.high:
        return tr(
            "Whether it pays is not clear yet: {low} to {high} per 1,000 decisions", low=money(found.net.low),
            high=money(found.net.high),
        )  # fmt: skip
    if lists:
        return _lists_title(found.right, found.pays_from, pays=found.net.value >= 0)
    if found.net.value >= 0:
        return tr(
            "It pays: {right} right, and it would from {least}", right=percent(found.right, 1),
            least=percent(found.pays_from, 1),
        )  # fmt: skip
    return tr(
        "It does not pay yet: {right} right, and {least} are needed", right=percent(found.right, 1),
        least=percent(found.pays_from, 1),
    )  # fmt: skip


def _lists_title(right: float, least: float, *, pays: bool) -> str:
    said = {"right": percent(right, 1), "least": percent(least, 1)}
    if pays:
        return tr("It pays: {right} find something, and it would from {least}", **said)
    return tr("It does not pay yet: {right} find something, and {least} are needed", **said)


def _decision(detail: RunDetail, prices: ErrorPrices) -> None:
    path = data.attempt_file(str(detail.run["run_id"]), "predictions.parquet")
    if not path.exists():
        return
    try:
        found = decision(path, detail.labels, prices.classes, prevalence=prices.prevalence)
    except BreakevenError as error:
        show_error(error)
        return
    saved = found.usual.value - found.by_cost.value
    if found.threshold:
        text = tr(
            "Say {label} from a probability of {threshold} on, not of 0.5: errors then cost {after} per 1,000, not "
            "{before}.", label=detail.labels[1], threshold=number(found.threshold.value, 3),
            after=money(found.by_cost.value), before=money(found.usual.value),
        )  # fmt: skip
    elif saved > 0:
        text = tr(
            "Saying the class that costs least, not the most probable one, saves {saved} per 1,000: errors then cost "
            "{after}.", saved=money(saved), after=money(found.by_cost.value),
        )  # fmt: skip
    else:
        text = tr("Saying the class that costs least, not the most probable one, saves nothing here.")
    st.markdown(md(text))
    chosen = tr("chosen on the validation part") if found.chosen_on == "validation" else tr("chosen on the test part")
    badge("assumed", tr("Costs are yours; answers are those of the test part, {chosen}.", chosen=chosen))
