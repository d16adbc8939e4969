"""The report of the decision as a file: web page, PDF, slides."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from urllib.parse import urlencode

import streamlit as st

from engine.analytics.question import Answered
from engine.reports.speech import Speech
from engine.reports.stakeholder.build import document
from engine.reports.stakeholder.formats import FORMATS
from pages.shared import address, site
from pages.shared.frame import strong
from pages.shared.i18n import tr
from pages.shared.numbers import today
from pages.shared.resources import settings


def downloads(found: Answered, speech: Speech) -> None:
    """Draw one button a format; a file is made when it is asked for."""
    strong(tr("The report for stakeholders"))
    st.caption(
        tr("One document of this decision with every assumption, source and date; the three files say the same.")
    )
    names = {".html": tr("Web page (HTML)"), ".pdf": tr("PDF"), ".pptx": tr("Slides (PPTX)")}
    make = partial(_made, found, speech, _link(), today())
    with st.container(horizontal=True):
        for suffix, name in names.items():
            st.download_button(
                name, partial(make, FORMATS[suffix].draw), f"breakeven-{found.question.scenario}{suffix}",
                FORMATS[suffix].mime, key=f"report{suffix}", icon=":material/download:", on_click="ignore",
            )  # fmt: skip


def _made(found: Answered, speech: Speech, link: str, date: str, draw: Callable[..., bytes]) -> bytes:
    return draw(document(found, speech, link=link, date=date))


def _link() -> str:
    """Return the address of this page as it is now: it opens with the same figures."""
    here = settings()
    page = str(st.context.url or "").partition("?")[0] or f"http://{here.host}:{here.port}/{site.DECIDE.stem}"
    asked = urlencode(address.query())
    return f"{page}?{asked}" if asked else page
