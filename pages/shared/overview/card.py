"""A scenario on a card: the verdict, the best option so far with its figures, how ready one is, where to go on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

import streamlit as st

from engine.analytics.portfolio import Standing
from engine.analytics.priced import Pricing, figures
from engine.economics.readiness.score import scores
from engine.errors import BreakevenError
from engine.jobs.bought import RECIPE as BOUGHT
from engine.reports.verdict import OPEN, State, Verdict, verdict
from engine.scenarios import Scenario
from pages.shared import choosing, later, site, words
from pages.shared.decide.speech import speech
from pages.shared.frame import badge, say, show_error
from pages.shared.i18n import md, tr, tr_message
from pages.shared.numbers import milliseconds, money, number
from pages.shared.overview import known
from pages.shared.pricing import origin
from pages.shared.readiness.scores import headline

COLORS: dict[State, Literal["green", "blue", "orange", "red", "gray"]] = {
    "sell": "green", "train_again": "orange", "generated": "blue", "misses": "red", "open": "gray",
}  # fmt: skip
ICONS: dict[State, str] = {
    "sell": ":material/check_circle:", "train_again": ":material/gavel:", "generated": ":material/science:",
    "misses": ":material/block:", "open": ":material/pending:",
}  # fmt: skip


def state_name(state: State) -> str:
    """Return what a state of a scenario is called."""
    return {
        "sell": tr("Ready to sell"), "train_again": tr("Needs licensed data"), "generated": tr("Needs real data"),
        "misses": tr("Misses a limit"), "open": tr("Not decided"),
    }[state]  # fmt: skip


def portfolio(found: Mapping[str, Verdict]) -> None:
    """Draw how many scenarios are in which state."""
    states = [v.state for v in found.values()]
    names = {s: state_name(s) for s in COLORS if s in states}
    counted = [f":{COLORS[s]}-badge[{ICONS[s]} {md(name)}: {states.count(s)}]" for s, name in names.items()]
    st.markdown(" ".join(counted))


def verdict_of(standing: Any) -> Verdict:
    """Return the verdict on a scenario; an open one where it cannot be told."""
    return verdict(standing, speech()) if isinstance(standing, Standing) else OPEN


def scenario_card(scenario: Scenario, run: Mapping[Any, Any] | None, standing: Any, pricing: Pricing) -> None:
    """Draw the card of one scenario, or what will be there and the one click that fills it.

    `run` is its best run by quality, shown until `standing` is worked out.
    """
    if run is None:
        choosing.nothing_yet(
            scenario.name,
            tr_message(scenario.title),
            tr(
                "Not decided: nothing is measured yet. The best option, its quality, cost and speed will stand here "
                "after the first run."
            ),
            ":material/model_training:",
        )
        return
    with st.container(border=True, height="stretch", key=f"card-{scenario.name}"):
        st.subheader(md(tr_message(scenario.title)), anchor=False)
        row = run
        if isinstance(standing, Standing) and standing.row is not None:
            row = standing.row
            _verdict(verdict_of(standing))
        elif isinstance(standing, BreakevenError):
            show_error(standing)
        else:
            st.caption(tr("The verdict is being worked out."))
        _option(scenario, row, pricing, standing)
        _ready(scenario)
        st.space("stretch")
        with st.container(horizontal=True):
            page = site.scenario_file(scenario.name)
            ours = str((run if row["recipe"] == BOUGHT else row)["run_id"])
            site.link(site.DECIDE, tr("See why"), icon=":material/gavel:", scenario=scenario.name)
            site.link(page, tr("Try it"), icon=":material/chat:", step="try", run=ours)
            site.link(page, tr("See the results"), icon=":material/analytics:", step="results", run=ours)


def _verdict(found: Verdict) -> None:
    name = state_name(found.state)
    badge_ = f":{COLORS[found.state]}-badge[{ICONS[found.state]} {md(name)}]"
    first, *rest = (say(sentence) for sentence in found.sentences)
    st.markdown(f"{badge_}  \n**{first}**" + "".join(f"  \n{line}" for line in rest))


def _option(scenario: Scenario, row: Mapping[Any, Any], pricing: Pricing, standing: Any) -> None:
    """Draw the option by name, and its quality, cost and speed."""
    quality = scenario.quality
    if isinstance(standing, Standing):
        asked = len(standing.answered.decision.ranked) + len(standing.answered.decision.excluded)
        said = tr("{answer} with {option}, chosen among {n}", answer=words.answer(scenario.name, row),
                  option=words.row_name(row), n=asked)  # fmt: skip
    else:
        said = tr("{answer} with {option}", answer=words.answer(scenario.name, row), option=words.row_name(row))
    st.caption(md(said))
    cost = None if row["recipe"] == BOUGHT else figures(row, pricing).cost_per_1000
    usd = cost.value if cost else row.get("usd_per_1000")
    with st.container(horizontal=True, gap="medium"):
        with st.container(gap="xxsmall", width="content"):
            st.metric(words.metric_name(quality), number(row[quality], 3), help=words.metric_meaning(quality))
            low, high = (number(row[f"{quality}_{end}"], 3) for end in ("low", "high"))
            st.caption(md(tr("{low} to {high}", low=low, high=high)))
        st.metric(tr("Cost per 1,000"), md(money(usd)), help=md(origin(cost)) if cost else None, width="content")
        st.metric(tr("Latency p95"), milliseconds(row["p95_ms"]), width="content")
    with st.container(horizontal=True):
        badge(
            "measured",
            tr(
                "Quality and latency, from the exported model of run {run} on {rows} test rows.",
                run=str(row["run_id"])[-4:],
                rows=int(row["test_rows"]),
            )
            + "\n\n"
            + tr("95% interval beneath."),
        )
        if cost:
            badge("projected", tr("Cost per 1,000 predictions.") + "\n\n" + origin(cost))


def _ready(scenario: Scenario) -> None:
    """Draw how ready one is, once somebody answered a question about it."""
    try:
        asked = known.readiness(scenario.name)
    except BreakevenError as error:
        show_error(error)
        return
    if asked is None or not later.soon([asked]):
        return
    found = known.answer(asked)
    if isinstance(found, BreakevenError):
        show_error(found)
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.caption(md(headline(scores(found[0]))))
        site.link(site.READINESS, tr("Readiness"), icon=":material/radar:", scenario=scenario.name)
