"""The four steps of a scenario in a row, one of them open: try, data, fine-tune, results."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from engine.scenarios import Scenario
from pages.shared import address, data
from pages.shared.frame import page_title, say
from pages.shared.i18n import tr, tr_message
from pages.shared.scenario import data_step, finetune, results
from pages.shared.scenario.parts import parts_of


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
    for warning in scenario.warnings:
        st.caption(f":material/info: {say(warning)}")
    BODIES[step](scenario)


BODIES: dict[str, Callable[[Scenario], None]] = {
    "try": lambda scenario: parts_of(scenario).try_it(scenario),
    "data": data_step.draw,
    "finetune": finetune.draw,
    "results": results.draw,
}
