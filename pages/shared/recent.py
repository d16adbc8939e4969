"""What changed lately: the newest finished runs, newest first."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from pages.shared import site, words
from pages.shared.frame import empty
from pages.shared.i18n import md, tr
from pages.shared.numbers import ago

SHOWN = 5


def recent_runs(runs: pd.DataFrame) -> None:
    """Draw the newest runs, each with the way to its results."""
    if not len(runs):
        with empty(tr("What is new"), tr("Finished runs will be listed here, newest first."), ":material/history:"):
            site.link(site.JOBS, tr("See the queue"), icon=":material/list_alt:")
        return
    with st.container(border=True, height="stretch"):
        st.subheader(tr("What is new"), anchor=False)
        for row in runs.tail(SHOWN).iloc[::-1].to_dict("records"):
            with st.container(horizontal=True, vertical_alignment="center", gap="small"):
                scenario = str(row["scenario"])
                name = md(words.recipe(str(row["recipe"]), scenario))
                site.link(site.scenario_file(scenario), name, step="results", run=str(row["run_id"]))
                st.caption(md(f"{words.answer(scenario, row)} · {ago(str(row['finished_at']))}"), width="content")
