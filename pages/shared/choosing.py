"""Which scenario a page is about, and what a page says that needs a finished run and has none."""

from __future__ import annotations

import streamlit as st

from engine.scenarios import SCENARIOS, Scenario
from pages.shared import address, site, words
from pages.shared.frame import empty
from pages.shared.i18n import tr


def scenario() -> Scenario:
    """Draw the choice of the scenario; return it."""
    names = {name: words.scenario(name) for name in SCENARIOS}
    return SCENARIOS[
        address.choice(
            st.segmented_control, tr("Scenario"), names, key="scenario", fallback=next(iter(names)), required=True
        )
    ]


def nothing_yet(name: str, title: str, text: str, icon: str) -> None:
    """Draw what will be here once the scenario `name` has a finished run, and the one click that starts the first."""
    with empty(title, text, icon):
        page = site.scenario_file(name)
        site.link(page, tr("Train the first model"), icon=":material/play_arrow:", step="finetune")
