"""What the page says before there is an endpoint, and the one click that makes the first."""

from __future__ import annotations

import streamlit as st

from engine.scenarios import SCENARIOS
from engine.serving.promotion import promote
from pages.shared import address, choosing, data, words
from pages.shared.frame import empty
from pages.shared.i18n import md, tr
from pages.shared.serving import versions
from pages.shared.serving.doing import clicked

ICON = ":material/dns:"


def invite() -> None:
    """Draw what will be here, and the click that serves the best run there is."""
    title = tr("No endpoint yet")
    text = tr("A run that is promoted to a name answers under it, whatever version stands behind it.")
    best = data.best({scenario.name: scenario.quality for scenario in SCENARIOS.values()})
    if not best:
        choosing.nothing_yet(next(iter(SCENARIOS)), title, text, ICON)
        return
    with empty(title, text, ICON):
        for name, found in best.items():
            st.button(
                tr("Serve {run} as {name}", run=md(words.row_name(found.run)), name=md(name)),
                key=f"serve-{name}",
                icon=":material/publish:",
                on_click=clicked,
                args=(promote, str(found.run["run_id"]), name),
            )
    chosen = bool(address.recall("run"))
    with st.expander(tr("Another run or another name"), icon=":material/tune:", expanded=chosen):
        versions.promotion(None)
