"""Which pages there are and how one links to another, keeping the language."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import streamlit as st

from engine.scenarios import SCENARIOS
from pages.shared.address import query, recall_some, remember
from pages.shared.i18n import language, tr, tr_message

HERE = "here"
"""Where the session keeps the name of the page that is open."""
PAGES = Path(__file__).resolve().parent.parent
OVERVIEW, COMPARE, COSTS, BUSINESS, READINESS, DECIDE, SERVING, JOBS, SETTINGS = (
    PAGES / f"{n}.py"
    for n in ("overview", "compare", "costs", "business", "readiness", "decide", "serving", "jobs", "settings")
)


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
        tr("Decide"): [
            st.Page(COMPARE, title=tr("Compare"), icon=":material/scatter_plot:"),
            st.Page(COSTS, title=tr("Costs"), icon=":material/payments:"),
            st.Page(BUSINESS, title=tr("Business"), icon=":material/trending_up:"),
            st.Page(READINESS, title=tr("Readiness"), icon=":material/radar:"),
            st.Page(DECIDE, title=tr("Decision"), icon=":material/gavel:"),
        ],
        tr("Operate"): [
            st.Page(SERVING, title=tr("Serving"), icon=":material/dns:"),
            st.Page(JOBS, title=tr("Jobs"), icon=":material/list_alt:"),
            st.Page(SETTINGS, title=tr("Settings"), icon=":material/settings:"),
        ],
    }


def address(**parameters: str) -> dict[str, str]:
    """Return URL parameters with the language, leaving out the empty ones."""
    return {k: v for k, v in {"lang": language(), **parameters}.items() if v}


def link(page: Path, label: str, *, icon: str = "", **parameters: str) -> None:
    """Draw a link to `page` whose URL carries `parameters`.

    Streamlit does not change the URL for a link to the page one is on, so there it is a button that does.
    """
    if st.session_state.get(HERE) != page.stem:
        st.page_link(page, label=label, icon=icon or None, query_params=address(**parameters))
        return
    key = "-".join(["link", page.stem, label, *parameters.values()])
    st.button(label, key=key, icon=icon or None, type="tertiary", on_click=_turn, args=(address(**parameters),))


def _turn(parameters: dict[str, str]) -> None:
    """Change the URL of the page one is on; the machine that prices are computed for stays."""
    wanted = recall_some("instance", "busy") | parameters
    for key in query() | wanted:
        remember(key, wanted.get(key))
