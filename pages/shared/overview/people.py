"""Where each of three people starts."""

from __future__ import annotations

import streamlit as st

from engine.scenarios import SCENARIOS
from pages.shared import site
from pages.shared.frame import strong
from pages.shared.i18n import tr


def starts() -> None:
    """Draw one box a person, each with one way to go."""
    first = next(iter(SCENARIOS))
    with st.grid(3, min_column_width=260):
        with st.container(border=True, height="stretch"):
            strong(tr("You decide"))
            st.caption(tr("What to do, what it costs, what would change it, and the report to send."))
            st.space("stretch")
            site.link(site.DECIDE, tr("Go to the decision"), icon=":material/gavel:")
        with st.container(border=True, height="stretch"):
            strong(tr("You have a file"))
            st.caption(tr("Upload it, see what is wrong with it, and train on it."))
            st.space("stretch")
            site.link(site.scenario_file(first), tr("Upload data"), icon=":material/upload_file:", step="data")
        with st.container(border=True, height="stretch"):
            strong(tr("You run it"))
            st.caption(tr("Provider, memory, queue and errors of this machine, and the address to call."))
            st.space("stretch")
            site.link(site.SERVING, tr("See what is served"), icon=":material/dns:")
