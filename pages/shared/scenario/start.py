"""The last step before training: what it is expected to take, three seeds or one, and Start."""

from __future__ import annotations

from typing import Any

import streamlit as st

from engine.datasets.dataset import Dataset
from engine.jobs.queue import submit_calibrate, submit_finetune, submit_seeds
from engine.jobs.simplest import submit_simplest
from engine.models.estimate import TIMED
from engine.models.recipes import Recipe
from engine.scenarios import Scenario
from pages.shared import address
from pages.shared.frame import badge
from pages.shared.i18n import md, tr
from pages.shared.resources import settings
from pages.shared.scenario import expected


def draw(scenario: Scenario, dataset: Dataset | None, recipe: Recipe, given: dict[str, Any], backbone: str) -> None:
    """Draw the expectation and the button that queues the run."""
    with st.container(border=True):
        words = expected.sentence(recipe, given, backbone, dataset)
        thrice = " " + tr("Three times that for three seeds.") if st.session_state.get("three-seeds") else ""
        st.markdown(md(words + thrice))
        if words:
            badge("projected", expected.origin(dataset))
        elif recipe.neural and scenario.task in TIMED and expected.timed_steps(backbone) is None:
            calibrate(backbone)
        elif recipe.name not in expected.QUICK:
            later = tr("How long it takes is said here once this recipe was trained on this machine.")
            st.caption(later if dataset else tr("How long it takes is said here once the data is prepared."))
        with st.container(horizontal=True, vertical_alignment="center"):
            pressed = st.button(tr("Start"), type="primary", icon=":material/play_arrow:", key="start")
            three = st.toggle(
                tr("Three seeds"),
                key="three-seeds",
                help=tr("Trains three times with other random numbers, so that luck can be told from skill."),
            )
    if pressed:
        submit(scenario, dataset, recipe, given, backbone, three=three)
        st.toast(tr("Queued. You can close this page; it goes on."), icon=":material/schedule:")
        st.rerun()


def submit(
    scenario: Scenario, dataset: Dataset | None, recipe: Recipe, given: dict[str, Any], backbone: str, *, three: bool
) -> None:
    """Queue one run, or one a seed, and the simplest recipe on the same data where it was not trained yet."""
    threads = settings().threads
    what: dict[str, Any] = {"recipe": recipe.name, "options": given, "backbone": backbone, "threads": threads}
    if three:
        queued = submit_seeds(settings(), scenario.name, dataset, **what)[-1]
    else:
        queued = submit_finetune(settings(), scenario.name, dataset, **what)
    if recipe.name != scenario.recipes[0]:
        submit_simplest(settings(), scenario.name, dataset, threads=threads)
    address.remember("job", queued.run_id)


def calibrate(backbone: str) -> None:
    """Offer to time training steps, so that time and cost can be said before the start."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(tr("How long will it take? A few timed steps on this machine tell."), width="content")
        if st.button(tr("Time it"), icon=":material/timer:", key="calibrate"):
            submit_calibrate(settings(), backbone)
            st.rerun()
