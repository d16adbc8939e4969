"""A file of interactions before anything is decided: how it is read, which column is which, its first rows."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import streamlit as st

from engine.datasets.interactions.columns import NO_COLUMN
from engine.datasets.interactions.options import InteractionOptions
from engine.datasets.interactions.read import Preview, preview
from engine.datasets.store import Raw
from engine.datasets.texts.columns import Usual
from engine.jobs.queue import submit_prepare
from engine.scenarios import Scenario
from pages.shared import address
from pages.shared.i18n import md, tr
from pages.shared.numbers import number
from pages.shared.resources import settings
from pages.shared.scenario import reading

SUFFIXES = ("csv", "tsv", "txt", "parquet")
NEEDED = ("user", "item")
ROLES = (*NEEDED, "rating", "time", "event", "weight")
COLUMNS = tuple(f"{role}_column" for role in ROLES)
"""The URL's names, which are those of the options."""
KEYS = ("encoding", "delimiter", "header", *COLUMNS)
SHOWN_ROWS = 8


def invite() -> str:
    return tr(
        "Upload who did something with what: a CSV or Parquet file with a user and an item column; ratings, times and "
        "kinds of event are read too"
    )


def role_name(role: str) -> str:
    """Return what a column is taken for, in words."""
    return {
        "user": tr("User column"),
        "item": tr("Item column"),
        "rating": tr("Rating"),
        "time": tr("Time"),
        "event": tr("Kind of event"),
        "weight": tr("How often, or how much"),
    }[role]


def draw(scenario: Scenario, raw_id: str) -> None:
    """Draw the preview of a stored file, with every detected choice open to change, and the way to its check."""
    found = reading.looked_into(
        raw_id, KEYS, lambda raw, given: look(str(raw.path), raw.filename, scenario.columns, **given)
    )
    if found is None:
        return
    raw, given, seen = found
    choices(seen)
    rows(seen)
    ready = all(role in seen.found for role in NEEDED)
    with st.container(horizontal=True):
        if st.button(tr("Check the data"), type="primary", icon=":material/fact_check:", disabled=not ready):
            start_check(scenario, raw, seen, given)
        st.button(tr("Choose another file"), on_click=address.forget, args=("raw", *KEYS))
    if not ready:
        st.caption(tr("Choose the column that says who, and the one that says with which item."))
    else:
        st.caption(tr("Titles, texts and categories of the items can be added from a second file in the next step."))


@st.cache_data(show_spinner=False, max_entries=16)
def look(path: str, filename: str, usual: Usual, **given: str) -> Preview:
    """Return the preview of a file; `given` are the reader's choices by their URL names, empty where detected."""
    return preview(
        Path(path),
        filename=filename,
        encoding=given["encoding"],
        delimiter=given["delimiter"],
        header=header(given),
        usual=usual,
        columns={role: given[f"{role}_column"] for role in ROLES},
    )


def header(given: dict[str, str]) -> bool | None:
    """Return whether the first line names the columns; None when that is to be detected."""
    return {"yes": True, "no": False}.get(given["header"])


def choices(seen: Preview) -> None:
    """Draw how the file is read and which column is which."""
    with st.container(horizontal=True):
        reading.choices(seen)
        if seen.kind == "csv":
            lines = {"yes": tr("Names the columns"), "no": tr("Is data already")}
            fallback = "yes" if seen.header else "no"
            address.choice(st.selectbox, tr("First line"), lines, key="header", fallback=fallback, width=200)
    with st.container(horizontal=True):
        for role in ROLES:
            found = seen.found.get(role, "")
            names = {c: c for c in seen.columns}
            if role not in NEEDED:
                names = {NO_COLUMN: tr("None")} | names
            elif not found:
                names = {"": tr("Choose a column")} | names
            fallback, key = found or ("" if role in NEEDED else NO_COLUMN), f"{role}_column"
            if not address.recall(key):  # detection may answer otherwise once another column was changed
                st.session_state.pop(key, None)
            address.choice(
                st.selectbox, role_name(role), names, key=key, fallback=fallback, width=190,
                help=tr("Told by its content, as its name says little.") if role in seen.guessed else None,
            )  # fmt: skip


def rows(seen: Preview) -> None:
    """Draw the first rows, the columns that are used first, and the lines that cannot be read."""
    first = [seen.found[role] for role in ROLES if role in seen.found]
    order = first + [c for c in seen.columns if c not in first]
    frame = pd.DataFrame(list(seen.rows)[:SHOWN_ROWS], columns=list(seen.columns))[order]
    st.dataframe(frame, hide_index=True, alt=tr("The first rows of the file"))
    if seen.events:
        found = ", ".join(f"{event} ({number(n)})" for event, n in list(seen.events.items())[:8])
        st.caption(tr("Events in the first rows: {events}", events=md(found)))
    reading.left_out(seen.rejects)


def start_check(scenario: Scenario, raw: Raw, seen: Preview, given: dict[str, str]) -> None:
    """Queue the check of the file as it is read now, and open it."""
    without = {key: NO_COLUMN for key in COLUMNS if given[key] == NO_COLUMN}
    named: dict[str, Any] = {f"{role}_column": column for role, column in seen.found.items()} | without
    if seen.kind == "csv":
        named |= {"encoding": seen.encoding, "delimiter": seen.delimiter, "header": seen.header}
    options = InteractionOptions(Path(raw.filename).stem, **named)
    run = submit_prepare(settings(), raw.id, options, scenario.name, store=False)
    address.forget("raw", *KEYS)
    address.remember("check", run.run_id)
    st.rerun()
