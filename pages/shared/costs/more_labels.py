"""What more labels would bring: the run trained again on parts of its data, the curve through them, and its price."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
import streamlit as st

from engine.analytics.costed import Costs
from engine.analytics.options import learning_points
from engine.economics.combine import times
from engine.economics.labels import Labelling, label_cost, next_thousand
from engine.economics.learning_curve import (
    FEWEST_SIZES,
    TIMES_THE_LABELS,
    LearningCurve,
    Point,
    Purchase,
    fit,
    purchase,
)
from engine.economics.paying import Worth
from engine.economics.programme import HOURS_A_MONTH
from engine.errors import BreakevenError
from engine.jobs.curve import SHARES, submit_curve
from engine.jobs.progress import progress
from engine.jobs.queue import cancel
from engine.jobs.runs import RunFolder
from engine.messages import Message
from engine.scenarios import Scenario
from pages.shared import data, live, pricing, words
from pages.shared.charts import costs as charts
from pages.shared.charts import style
from pages.shared.costs.answer import between
from pages.shared.frame import badge, say, show_error
from pages.shared.i18n import md, tr, trn
from pages.shared.numbers import duration, money, number
from pages.shared.resources import settings

DAYS_A_MONTH = HOURS_A_MONTH / 24


def section(
    scenario: Scenario, run: Mapping[Any, Any], labelling: Labelling | None, found: Worth | None, costs: Costs
) -> None:
    """Draw what 2, 5 and 10 times the labels would bring, whether buying them pays, and the jobs that find it out."""
    alike = data.learning_runs(run)
    points = learning_points(alike, scenario.quality)
    sizes = len({p.rows for p in points})
    if sizes < FEWEST_SIZES:
        st.subheader(tr("What more labels would bring"), anchor=False)
        st.caption(
            tr("A curve needs this recipe trained on {fewest} or more sizes of the data, judged on the same test part; "
               "there is {n} so far.", fewest=FEWEST_SIZES, n=sizes)
        )  # fmt: skip
    else:
        _curve(scenario, run, points, labelling, found, costs)
    if labelling:
        with st.grid(4, min_column_width=200):
            pricing.show(tr("The labels it learned from"), label_cost(float(run["train_rows"]), labelling))
            pricing.show(tr("The next 1,000 labels"), next_thousand(labelling))
    _jobs(run, set(alike["share"]))


def _curve(
    scenario: Scenario, run: Mapping[Any, Any], points: list[Point], labelling: Labelling | None,
    found: Worth | None, costs: Costs,
) -> None:  # fmt: skip
    curve, now = fit(points), float(run["train_rows"])
    title = tr(
        "Twice the labels: {metric} of {low} to {high} expected", metric=words.metric_name(scenario.quality),
        low=number(curve.at(2 * now).low, 3), high=number(curve.at(2 * now).high, 3),
    )  # fmt: skip
    st.subheader(title, anchor=False)
    _picture(curve, points, now, title, str(run["recipe"]))
    if labelling and found:
        _purchases(curve, now, labelling, found, costs)
    else:
        _forecasts(curve, now)


def _picture(curve: LearningCurve, points: list[Point], now: float, title: str, recipe: str) -> None:
    least = min(p.rows for p in points)
    ends = pd.DataFrame({"rows": [least * (10 * now / least) ** (i / 30) for i in range(31)]})
    figures = [curve.at(n) for n in ends["rows"]]
    ends["score"], ends["low"], ends["high"] = zip(*((f.value, f.low, f.high) for f in figures), strict=True)
    measured = pd.DataFrame([{"rows": p.rows, "score": p.score, "low": p.low, "high": p.high} for p in points])
    style.draw(
        charts.learning(measured, ends, style.recipe_color(recipe)), title, ends.iloc[::5].round(3), key="learning"
    )
    badge("projected", pricing.origin(figures[-1]))


def _size(factor: int, rows: float) -> str:
    return tr("{factor} × ({n})", factor=factor, n=number(round(rows)))


def _forecasts(curve: LearningCurve, now: float) -> None:
    """Draw the expected quality where nobody can say what an error costs, or a label."""
    rows = [
        {tr("Labels"): _size(factor, factor * now), tr("Expected quality"): between(curve.at(factor * now))}
        for factor in TIMES_THE_LABELS
    ]
    st.dataframe(pd.DataFrame(rows), hide_index=True, alt=tr("Expected quality by labels"))
    st.caption(tr("Whether buying them pays is said once a label has a price and errors have a cost."))


def _purchases(curve: LearningCurve, now: float, labelling: Labelling, found: Worth, costs: Costs) -> None:
    n = costs.now.load.predictions_month
    month = times(found.errors, n / 1000, "USD a month", Message("Errors of {n} predictions.", n=round(n)))
    bought = {f: purchase(curve, now, f * now, labelling.usd_per_row, month) for f in TIMES_THE_LABELS}
    st.markdown(md(_verdict(bought)))
    rows = [
        {
            tr("Labels"): _size(factor, each.rows),
            tr("Expected quality"): between(each.score),
            tr("Cost of the labels"): money(each.cost.value),
            tr("Errors saved, a month"): between(each.gain_month),
            tr("Repaid in"): _repaid(each.months_to_repay),
        }
        for factor, each in bought.items()
    ]
    st.dataframe(pd.DataFrame(rows), hide_index=True, alt=tr("What buying labels costs and saves"))
    badge("assumed", tr("Errors at their assumed price, falling as the curve expects."))


def _verdict(bought: Mapping[int, Purchase]) -> str:
    """Return whether buying labels pays, of the purchase that is repaid first."""
    repaid = {f: p.months_to_repay for f, p in bought.items() if p.months_to_repay is not None}
    if not repaid:
        return tr("Buying labels never pays: the curve expects no fewer errors from them.")
    factor = min(repaid, key=lambda f: repaid[f])
    best = bought[factor]
    said = tr(
        "{factor} times the labels cost {cost} and are repaid in {time}.", factor=factor,
        cost=money(best.cost.value), time=_repaid(best.months_to_repay),
    )  # fmt: skip
    return said if best.gain_month.low > 0 else said + " " + tr("That they save anything at all is not sure yet.")


def _repaid(months: float | None) -> str:
    if months is None:
        return tr("never")
    if months >= 1:
        return tr("{n} months", n=number(months, 1))
    days = months * DAYS_A_MONTH
    return trn("{n} day", "{n} days", round(days)) if days >= 1 else tr("less than a day")


def _jobs(run: Mapping[Any, Any], measured: set[float]) -> None:
    """Draw the trainings on parts of the data: those that run, or the button that starts those that are missing."""
    run_id = str(run["run_id"])
    if _open(run_id):
        _watch(run_id)
        return
    missing = [share for share in SHARES if share not in measured]
    if not missing:
        return
    after = max(0.0, float(run["total_seconds"] or 0.0) - float(run["train_seconds"] or 0.0))
    seconds = sum(missing) * float(run["train_seconds"] or 0.0) + len(missing) * after
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(
            tr("Train on parts of the data"), key="curve", icon=":material/stacked_line_chart:",
            on_click=_start, args=(run_id,),
        )  # fmt: skip
        st.caption(
            md(tr("{n} trainings on shares of the training part, about {time}; you can leave the page.",
                  n=len(missing), time=duration(seconds))),
            width="content",
        )  # fmt: skip
    if wrong := st.session_state.pop("curve-wrong", None):
        show_error(wrong)


def _start(run_id: str) -> None:
    try:
        submit_curve(settings(), data.run(run_id))
    except BreakevenError as error:
        st.session_state["curve-wrong"] = error


def _open(run_id: str) -> list[RunFolder]:
    """Return the trainings on parts of a run's data that wait or run, oldest first."""
    return [r for r in live.open_runs() if r.spec.group == run_id and r.spec.share < 1]


@st.fragment(run_every="1s")
def _watch(run_id: str) -> None:
    """Draw how far the trainings are and look again every second; with each that ends, the whole page runs again."""
    jobs = _open(run_id)
    key = f"curve-open-{run_id}"
    before = st.session_state.get(key, len(jobs))
    st.session_state[key] = len(jobs)
    if not jobs or len(jobs) < before:
        st.rerun()
    now = progress(jobs[0])
    left = [tr("{n} more wait", n=len(jobs) - 1)] if len(jobs) > 1 else []
    if now.seconds_left is not None:
        left.append(tr("{time} left", time=duration(now.seconds_left)))
    with st.container(border=True):
        with st.container(horizontal=True, vertical_alignment="center"):
            spec = jobs[0].spec
            name = f"{words.recipe(spec.recipe, spec.scenario)} · {words.share_of_data(spec.share)}"
            st.markdown(f"**{md(name)}**", width="stretch")
            st.button(tr("Cancel"), key="curve-cancel", icon=":material/stop_circle:", on_click=_cancel, args=(run_id,))
        st.progress(now.fraction, text=md(" · ".join([say(now.phase), *left])))


def _cancel(run_id: str) -> None:
    for job in _open(run_id):
        cancel(job)
