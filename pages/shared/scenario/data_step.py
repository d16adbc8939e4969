"""The data step: a file on its way in, or the data sets that are stored."""

from __future__ import annotations

import streamlit as st

from engine.scenarios import Scenario
from pages.shared import address
from pages.shared.i18n import tr
from pages.shared.resources import settings
from pages.shared.scenario import checking, datasets
from pages.shared.scenario.parts import parts_of
from pages.shared.uploads import take_file


def draw(scenario: Scenario) -> None:
    """Draw the data step of `scenario`: what the URL names decides between check, preview, and the stored data sets."""
    if address.recall("check"):
        checking.draw(scenario, address.recall("check"))
    elif address.recall("raw"):
        parts_of(scenario).preview(scenario, address.recall("raw"))
    else:
        uploader(scenario)
        datasets.draw(scenario)


def uploader(scenario: Scenario) -> None:
    """Draw the place for a file. It is stored at once and dropped from memory, and the preview opens."""
    turn = st.session_state.setdefault("upload-turn", 0)
    own = parts_of(scenario)
    file = take_file(
        own.invite(),
        own.suffixes,
        max_mib=settings().max_upload_mib,
        key=f"upload-{scenario.name}-{turn}",
        help=tr("Nothing is sent anywhere: the file stays in this machine's workspace."),
    )
    if file is None:
        return
    raw = own.take_in(scenario, file)
    # A new key lets go of the bytes that the widget holds in this process.
    st.session_state["upload-turn"] = turn + 1
    address.remember("raw", raw.id)
    st.rerun()


def leave(scenario: Scenario) -> None:
    """Go back to the stored data sets."""
    address.forget("raw", "check", *parts_of(scenario).keys)
