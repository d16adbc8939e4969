"""A separate test file: given once, it is the test part and all of the data is for training and validation."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import streamlit as st

from engine.datasets.dataset import Options
from engine.datasets.forms import form_of
from engine.datasets.store import open_raw
from engine.jobs.runs import RunFolder
from engine.scenarios import Scenario
from pages.shared.i18n import md, tr
from pages.shared.numbers import percent
from pages.shared.resources import settings
from pages.shared.uploads import take_file


def draw(
    scenario: Scenario, run: RunFolder, options: Options, again: Callable[..., None], suffixes: Sequence[str]
) -> None:
    """Draw the choice of a test file, which may end in `suffixes`; `again` queues the check under other options."""
    with st.expander(tr("I have a separate test file"), icon=":material/science:"):
        if options.test_raw_id:
            name = open_raw(settings(), options.test_raw_id).filename
            st.markdown(tr("Judged on **{file}**.", file=md(name)))
            st.button(
                tr("Split the data instead"), icon=":material/undo:", on_click=again,
                args=(scenario, run, replace(options, test_raw_id="")),
            )  # fmt: skip
            return
        share = percent(options.fractions[2])
        st.caption(tr("Of the same kind. Without one, {share} of the data is set aside for the test.", share=share))
        file = take_file(tr("Test file"), suffixes, key=f"test-{run.run_id}")
        if file is not None:
            raw = form_of(scenario.task).intake(file, file.name, settings())
            again(scenario, run, replace(options, test_raw_id=raw.id))
            st.rerun()
