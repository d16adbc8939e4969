"""Every page starts here: page settings, language, navigation. `app.py` serves this script."""

from pathlib import Path

import streamlit as st

from engine.errors import BreakevenError
from pages.shared import address, jobs_badge, site
from pages.shared.frame import show_error
from pages.shared.i18n import LANGUAGES, browser_language, speaking, tr

st.set_page_config(page_title="Breakeven", page_icon=str(Path(__file__).parent / "shared" / "icon.png"), layout="wide")
with st.sidebar:
    language = address.choice(
        st.segmented_control,
        tr("Language"),
        LANGUAGES,
        key="lang",
        fallback=browser_language(),
        required=True,
        label_visibility="collapsed",
    )
    address.remember("lang", language)
    badge = st.container()

page = st.navigation(site.navigation())
st.session_state[site.HERE] = page.url_path or site.OVERVIEW.stem
with badge:
    jobs_badge.running_jobs()
try:
    with speaking(language):
        page.run()
except BreakevenError as error:
    show_error(error)
