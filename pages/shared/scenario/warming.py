"""While the inference service starts."""

from __future__ import annotations

import streamlit as st

from pages.shared.i18n import tr
from pages.shared.resources import client


@st.fragment(run_every="2s")
def warming_up() -> None:
    """Say that the service starts, and run the page again once it answers."""
    st.info(
        tr("It loads models in a process of its own and is ready in a few seconds."),
        title=tr("The inference service is starting"),
        icon=":material/hourglass_top:",
    )
    if client().ready():
        st.rerun()
