"""The best option of a scenario so far, on a card: quality, cost, speed, and one sentence of verdict."""

from __future__ import annotations

from typing import Any

import streamlit as st

from engine.analytics.priced import Pricing, figures
from engine.analytics.queries import Best
from engine.economics.figure import Figure
from engine.scenarios import Scenario
from pages.shared import choosing, site, words
from pages.shared.frame import badge
from pages.shared.i18n import md, tr, tr_message
from pages.shared.numbers import milliseconds, money, percent
from pages.shared.pricing import origin


def scenario_card(scenario: Scenario, found: Best | None, pricing: Pricing) -> None:
    """Draw the card of one scenario, or what will be there and the one click that fills it."""
    if found is None:
        choosing.nothing_yet(
            scenario.name,
            tr_message(scenario.title),
            tr("The best option, its quality, cost and speed will stand here after the first run."),
            ":material/model_training:",
        )
        return
    best = found.run
    with st.container(border=True, height="stretch"):
        st.subheader(md(tr_message(scenario.title)), anchor=False)
        st.markdown(_answer(best, found.quality))
        cost = _figures(best, found.quality, pricing)
        with st.container(horizontal=True):
            badge(
                "measured",
                tr(
                    "Quality and latency, from the exported model of run {run} on {rows} test rows.",
                    run=best["run_id"][-4:],
                    rows=int(best["test_rows"]),
                ),
            )
            badge("projected", tr("Cost per 1,000 predictions.") + "\n\n" + origin(cost))
        st.space("stretch")
        with st.container(horizontal=True):
            page = site.scenario_file(scenario.name)
            site.link(page, tr("Try it"), icon=":material/chat:", step="try", run=best["run_id"])
            site.link(page, tr("See the results"), icon=":material/analytics:", step="results", run=best["run_id"])


def _answer(best: dict[str, Any], quality: str) -> str:
    return tr(
        "**{right}** with **{recipe}** ({metric}: between {low} and {high} in 95 of 100 repetitions).",
        right=md(words.answer(best["scenario"], best)),
        recipe=md(words.recipe(best["recipe"], best["scenario"])),
        metric=md(words.metric_name(quality)),
        low=percent(best[f"{quality}_low"]),
        high=percent(best[f"{quality}_high"]),
    )


def _figures(best: dict[str, Any], quality: str, pricing: Pricing) -> Figure:
    """Draw quality, cost and speed; return the cost."""
    with st.grid(3, min_column_width=150, gap="small"):
        st.metric(words.metric_name(quality), percent(best[quality]), help=words.metric_meaning(quality))
        cost = figures(best, pricing).cost_per_1000
        st.metric(tr("Cost per 1,000"), md(money(cost.value)), help=md(origin(cost)))
        st.metric(tr("Latency p95"), milliseconds(best["p95_ms"]))
    return cost
