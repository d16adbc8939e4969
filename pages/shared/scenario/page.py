"""The four steps of a scenario in a row, one of them open: try, data, fine-tune, results."""

from __future__ import annotations

from importlib import import_module

import streamlit as st

from engine.scenarios import Scenario
from pages.shared import address, data
from pages.shared.frame import page_title
from pages.shared.i18n import tr, tr_message

STEPS = ("try", "data", "finetune", "results")


def scenario_page(scenario: Scenario) -> None:
    """Draw the page of `scenario`: its title, the steps with their state, and the open step."""
    page_title(tr_message(scenario.title), tr_message(scenario.summary))
    done = bool(len(data.runs(scenario.name)))
    names = {"try": tr("Try"), "data": tr("Data"), "finetune": tr("Fine-tune"), "results": tr("Results")}
    step = address.choice(
        st.segmented_control,
        tr("Step"),
        names,
        key="step",
        fallback="results" if done else "finetune",
        required=True,
        width="stretch",
        label_visibility="collapsed",
    )
    body = import_module(f"pages.shared.scenario.{MODULES[step]}")
    body.draw(scenario)


MODULES = {"try": "try_it", "data": "data_step", "finetune": "finetune", "results": "results"}
