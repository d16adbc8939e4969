"""The try step: a person or a few things liked in, a list with its reasons out."""

from __future__ import annotations

import streamlit as st

from engine.datasets.store import has_dataset
from engine.errors import BreakevenError
from engine.scenarios import Scenario
from pages.shared.charts import style
from pages.shared.frame import show_error, strong
from pages.shared.i18n import tr
from pages.shared.lists import answers, catalogue, profile, rules, who
from pages.shared.resources import client, settings
from pages.shared.scenario.choose import choose_model
from pages.shared.scenario.warming import warming_up


def draw(scenario: Scenario) -> None:
    """Draw the try step of `scenario`: choose a run, say for whom, read the list."""
    report = choose_model(scenario, tr("Train one, and it recommends here within a second."), ":material/recommend:")
    if report is None:
        return
    run_id = report["run_id"]
    dataset = report["dataset"]
    if not has_dataset(settings(), dataset["id"]):
        st.info(tr("The data of this model was deleted, so nobody's history is known here any more."))
        return
    try_one(run_id, catalogue.load(dataset["id"]), style.recipe_color(report["recipe"]))


def try_one(run_id: str, found: catalogue.Catalogue, color: str) -> None:
    """Draw for whom, then the list, and beside it, or beneath it on a phone, what is known about that person."""
    visitor = who.choose(found)
    left, right = st.columns([3, 2], gap="large")
    with left:
        page = rules.draw(found)
        service(run_id, found, visitor, page)
    with right:
        strong(tr("The history, newest first"))
        who.history(found, visitor)
        profile.draw(found, visitor, color)


def service(run_id: str, found: catalogue.Catalogue, visitor: who.Visitor, page: rules.Page) -> None:
    """Ask the inference service and draw its list, or say that it is still starting."""
    try:
        if page.rules.personal and not client().ready():
            warming_up()
            return
        answers.draw(run_id, found, visitor, page)
    except BreakevenError as error:
        show_error(error)
