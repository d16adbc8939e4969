"""The data step: a file on its way in, or the data sets that are stored."""

from __future__ import annotations

import streamlit as st

from engine.datasets.store import add_raw
from engine.scenarios import Scenario
from pages.shared import address
from pages.shared.i18n import tr
from pages.shared.resources import settings
from pages.shared.scenario import checking, datasets, upload

MIME = ["csv", "tsv", "txt", "parquet"]


def draw(scenario: Scenario) -> None:
    """Draw the data step of `scenario`: what the URL names decides between check, preview, and the stored data sets."""
    if address.recall("check"):
        checking.draw(scenario, address.recall("check"))
    elif address.recall("raw"):
        upload.draw(scenario, address.recall("raw"))
    else:
        uploader()
        datasets.draw(scenario)


def uploader() -> None:
    """Draw the place for a file. It is stored at once and dropped from memory, and the preview opens."""
    turn = st.session_state.setdefault("upload-turn", 0)
    limit = settings().max_upload_mib
    file = st.file_uploader(
        tr("Upload your own sentences: a CSV or Parquet file with a text and a label column"),
        type=MIME,
        max_upload_size=limit,
        key=f"upload-{turn}",
        help=tr("Nothing is sent anywhere: the file stays in this machine's workspace."),
    )
    if file is None:
        return
    raw = add_raw(file, file.name, settings())
    # A new key lets go of the bytes that the widget holds in this process.
    st.session_state["upload-turn"] = turn + 1
    address.remember("raw", raw.id)
    st.rerun()


def leave() -> None:
    """Go back to the stored data sets."""
    address.forget("raw", "check", *upload.KEYS)
