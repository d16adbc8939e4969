"""Is this run really better than another one, or only luckier on these rows?"""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from engine.errors import BreakevenError
from engine.tasks import Compared
from pages.shared import address, data, words
from pages.shared.frame import badge, say, show_error
from pages.shared.i18n import tr, tr_message
from pages.shared.scenario.labels import run_labels


def draw(report: dict[str, Any], runs: pd.DataFrame) -> None:
    """Draw the choice of a second run on the same test part, and what the paired test says."""
    others = runs[(runs["test_id"] == report["dataset"]["test_id"]) & (runs["run_id"] != report["run_id"])]
    st.subheader(tr("Is another run really better?"), anchor=False)
    if not len(others):
        st.caption(tr("Train a second recipe on the same data, and a paired test can tell them apart."))
        return
    names = {"": tr("Choose a run")} | run_labels(others)
    other = address.choice(st.selectbox, tr("Compare with"), names, key="with", fallback="")
    if other:
        verdict(report["run_id"], other)


def verdict(first: str, second: str) -> None:
    """Draw what the paired test of two runs says, in words and figures."""
    try:
        found = test(first, second, *(short_name(r) for r in (first, second)))
    except BreakevenError as error:
        show_error(error)
        return
    icon = ":material/check_circle:" if found.real else ":material/drag_handle:"
    (st.success if found.real else st.info)(say(found.words), icon=icon)
    st.caption(say(found.details))
    badge("measured", tr_message(found.method))


def short_name(run_id: str) -> str:
    report = data.report(run_id)
    own = data.run(run_id).label
    return words.run_name(report["recipe"], report["scenario"], int(report["seed"]), run_id, own)


@st.cache_data(show_spinner=False, max_entries=32)
def test(first: str, second: str, first_name: str, second_name: str) -> Compared:
    """Return the paired test of two runs; `…_name` is what the sentence calls them."""
    sides = [(data.report(r), data.attempt_file(r, "predictions.parquet")) for r in (first, second)]
    task = words.task(sides[0][0]["scenario"])
    return task.compare(sides[0], sides[1], names=(first_name, second_name))
