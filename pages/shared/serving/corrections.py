"""Right answers that users gave: how many, what they are, and the click that makes data of them."""

from __future__ import annotations

import tempfile
from collections import Counter
from functools import partial
from pathlib import Path

import pandas as pd
import streamlit as st

from engine.jobs.queue import submit_prepare
from engine.serving import snippets
from engine.serving.corrected import KINDS, corrected_upload, write_corrections
from engine.serving.corrections import corrections
from engine.serving.endpoints import Endpoint
from pages.shared import resources, site
from pages.shared.frame import strong
from pages.shared.i18n import tr, trn
from pages.shared.numbers import number
from pages.shared.serving.call import call_of
from pages.shared.serving.doing import attempt

MADE = "corrected-made"
"""Where the session keeps which scenario the data set just made belongs to."""
SHOWN = 50


def section(found: Endpoint) -> None:
    """Draw the corrections of an endpoint, or how other systems send them."""
    strong(tr("Corrections"))
    made = corrections(resources.settings(), found.name)
    if not made:
        st.caption(tr("No correction yet. Whoever knows the right answer sends it with the id of the prediction:"))
        if not found.is_retired:
            st.code(snippets.correction(call_of(found.name)), language="bash", wrap_lines=True)
        return
    st.caption(trn("{n} right answer was sent.", "{n} right answers were sent.", len(made)))
    counts = Counter(one.label for one in made).most_common(SHOWN)
    table = pd.DataFrame(
        {tr("Right answer"): [k for k, _ in counts], tr("Corrections"): [number(n) for _, n in counts]}
    )
    st.dataframe(
        table, hide_index=True, key="corrections", alt=tr("Corrections by right answer, the most frequent first")
    )
    suffix = KINDS[made[-1].takes].suffix
    with st.container(horizontal=True):
        st.button(
            tr("Make a data set of them"), key="corrected", type="primary", icon=":material/dataset:",
            on_click=partial(_prepare, found.name),
            help=tr("What the model learned from, with the corrections in it; the test part stays the same."),
        )  # fmt: skip
        st.download_button(
            tr("Download them"), partial(_file, found.name, suffix), f"{found.name}-corrections{suffix}",
            icon=":material/download:", on_click="ignore",
        )  # fmt: skip
    if scenario := st.session_state.get(MADE, ""):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.caption(tr("The data set is being stored. Train on it as soon as it is there."), width="content")
            site.link(site.scenario_file(scenario), tr("To the data"), icon=":material/dataset:", step="data")


def _prepare(name: str) -> None:
    """Queue the data set of an endpoint's corrections."""
    here = resources.settings()
    upload = attempt(corrected_upload, here, name)
    if upload is not None:
        submit_prepare(here, upload.raw.id, upload.options, upload.scenario, store=True)
        st.session_state[MADE] = upload.scenario


def _file(name: str, suffix: str) -> bytes:
    here = resources.settings()
    with tempfile.TemporaryDirectory(dir=here.workspace.tmp) as folder:
        path = Path(folder) / f"corrections{suffix}"
        write_corrections(here, name, path)
        return path.read_bytes()
