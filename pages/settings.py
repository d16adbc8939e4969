"""Settings: what this workspace may do, and what this machine is. For the person who runs it."""

import streamlit as st

from pages.shared import machine
from pages.shared.frame import page_title
from pages.shared.i18n import tr
from pages.shared.settings_form import draw_form, draw_service, key_values

page_title(tr("Settings"), tr("Kept in the workspace; the command line reads the same file."))
left, right = st.columns([3, 2], gap="large")
with left:
    draw_form()
with right:
    st.subheader(tr("This machine"), anchor=False)
    key_values(machine.facts())
    st.subheader(tr("Inference service"), anchor=False)
    draw_service()
    st.subheader(tr("Versions"), anchor=False)
    key_values(machine.versions())
