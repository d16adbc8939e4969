"""Which pages there are and how one links to another, keeping the language."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import streamlit as st

from engine.scenarios import SCENARIOS
from pages.shared.i18n import language, tr, tr_message

PAGES = Path(__file__).resolve().parent.parent
OVERVIEW, COMPARE, JOBS, SETTINGS = (PAGES / f"{n}.py" for n in ("overview", "compare", "jobs", "settings"))


def scenario_file(name: str) -> Path:
    return PAGES / f"{name}.py"


def navigation() -> dict[str, list[Any]]:
    """Return the pages by section, in the reader's language."""
    scenarios = [
        st.Page(scenario_file(name), title=tr_message(scenario.title), icon=":material/model_training:")
        for name, scenario in SCENARIOS.items()
    ]
    return {
        "": [st.Page(OVERVIEW, title=tr("Overview"), icon=":material/home:", default=True)],
        tr("Scenarios"): scenarios,
        tr("Decide"): [st.Page(COMPARE, title=tr("Compare"), icon=":material/scatter_plot:")],
        tr("Run"): [
            st.Page(JOBS, title=tr("Jobs"), icon=":material/list_alt:"),
            st.Page(SETTINGS, title=tr("Settings"), icon=":material/settings:"),
        ],
    }


def address(**parameters: str) -> dict[str, str]:
    """Return URL parameters with the language, leaving out the empty ones."""
    return {k: v for k, v in {"lang": language(), **parameters}.items() if v}


def link(page: Path, label: str, *, icon: str = "", **parameters: str) -> None:
    """Draw a link to `page` whose URL carries `parameters`."""
    st.page_link(page, label=label, icon=icon or None, query_params=address(**parameters))


def go(page: Path, **parameters: str) -> None:
    """Switch to `page`. Never call it in a callback: it ends the run."""
    st.switch_page(page, query_params=address(**parameters))
