"""A file before anything is decided: how it is read, which column is which, its first rows."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import streamlit as st

from engine.datasets.store import Raw
from engine.datasets.texts.columns import Usual, untold
from engine.datasets.texts.options import TextOptions
from engine.datasets.texts.read import Preview, preview
from engine.jobs.queue import submit_prepare
from engine.scenarios import Scenario
from pages.shared import address
from pages.shared.frame import say
from pages.shared.i18n import md, tr
from pages.shared.numbers import number
from pages.shared.resources import settings
from pages.shared.scenario import reading

SUFFIXES = ("csv", "tsv", "txt", "parquet")
KEYS = ("encoding", "delimiter", "text", "label")
SHOWN_ROWS = 8


def invite() -> str:
    return tr("Upload your own sentences: a CSV or Parquet file with a text and a label column")


def draw(scenario: Scenario, raw_id: str) -> None:
    """Draw the preview of a stored file, with every detected choice open to change, and the way to its check."""
    found = reading.looked_into(
        raw_id, KEYS, lambda raw, given: look(str(raw.path), raw.filename, scenario.columns, **given)
    )
    if found is None:
        return
    raw, _, seen = found
    choices(seen)
    rows(seen)
    missing = untold(raw.filename, seen.columns, text=seen.text_column, label=seen.label_column)
    for message in missing.values():
        st.warning(say(message), icon=":material/warning:")
    with st.container(horizontal=True):
        if st.button(tr("Check the data"), type="primary", icon=":material/fact_check:", disabled=bool(missing)):
            start_check(scenario, raw, seen)
        st.button(tr("Choose another file"), on_click=address.forget, args=("raw", *KEYS))


@st.cache_data(show_spinner=False, max_entries=16)
def look(path: str, filename: str, usual: Usual, **given: str) -> Preview:
    """Return the preview of a file; `given` are the reader's choices by their URL names, empty where detected."""
    return preview(
        Path(path),
        filename=filename,
        encoding=given["encoding"],
        delimiter=given["delimiter"],
        text_column=given["text"],
        label_column=given["label"],
        usual=usual,
    )


def choices(seen: Preview) -> None:
    """Draw how the file is read and which column is which."""
    columns = {c: c for c in seen.columns}
    with st.container(horizontal=True):
        reading.choices(seen)
        for key, title, found in (
            ("text", tr("Text column"), seen.text_column),
            ("label", tr("Label column"), seen.label_column),
        ):
            names = columns if found else {"": tr("Choose a column")} | columns
            address.choice(st.selectbox, title, names, key=key, fallback=found, width=230)


def rows(seen: Preview) -> None:
    """Draw the first rows, text and label first, and the lines that cannot be read."""
    first = [c for c in (seen.text_column, seen.label_column) if c]
    order = first + [c for c in seen.columns if c not in first]
    frame = pd.DataFrame(list(seen.rows)[:SHOWN_ROWS], columns=list(seen.columns))[order]
    wide = {seen.text_column: st.column_config.TextColumn(width="large")} if seen.text_column else None
    st.dataframe(frame, hide_index=True, column_config=wide, alt=tr("The first rows of the file"))
    if seen.labels:
        found = ", ".join(f"{label} ({number(n)})" for label, n in list(seen.labels.items())[:8])
        st.caption(tr("Labels in the first rows: {labels}", labels=md(found)))
    reading.left_out(seen.rejects)


def start_check(scenario: Scenario, raw: Raw, seen: Preview) -> None:
    """Queue the check of the file as it is read now, and open it."""
    options = TextOptions(
        name=Path(raw.filename).stem,
        encoding=seen.encoding,
        delimiter=seen.delimiter,
        text_column=seen.text_column,
        label_column=seen.label_column,
    )
    run = submit_prepare(settings(), raw.id, options, scenario.name, store=False)
    address.forget("raw", *KEYS)
    address.remember("check", run.run_id)
    st.rerun()
