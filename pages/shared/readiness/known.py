"""What the readiness page knows: the run, its data card, and what people entered."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
import streamlit as st

from engine.analytics.plans import facts_of_plan
from engine.analytics.readiness import run_facts, stored_facts
from engine.analytics.readiness_store import Entered, entered
from engine.analytics.usual import usual_choices, usual_pricing
from engine.economics.business.case import Case
from engine.economics.readiness.evidence import CaseFacts, DataFacts, Facts, RunFacts
from engine.errors import BreakevenError
from engine.scenarios import Scenario
from pages.shared import address, data
from pages.shared.business import found
from pages.shared.business.case import name_of
from pages.shared.frame import say
from pages.shared.i18n import tr
from pages.shared.resources import catalogue, settings
from pages.shared.scenario.labels import run_labels


def choose_run(scenario: Scenario, runs: pd.DataFrame) -> str:
    """Draw the choice of the run that would be sold, the best one first; return its id, or "" without runs."""
    if not len(runs):
        return ""
    labels = run_labels(runs)
    best = data.best({scenario.name: scenario.quality}).get(scenario.name)
    fallback = str(best.run["run_id"]) if best and best.run["run_id"] in labels else next(iter(labels))
    return address.choice(
        st.selectbox, tr("Run that would be sold"), labels, key="run", fallback=fallback,
        help=tr("Its measurements, and those of its data, count as evidence."),
    )  # fmt: skip


def facts(scenario: Scenario, runs: pd.DataFrame, run_id: str, case: Case | None) -> tuple[Facts, Entered]:
    """Return everything that is known about a scenario, and what of it people entered. Raises BadInput."""
    mine = entered(settings(), scenario.name)
    run, card = _measured(scenario, runs, run_id) if run_id else (None, None)
    planned = _planned(data.row(runs, run_id), case) if run_id and case else None
    return Facts(scenario.name, mine.answers, run, card, planned, mine.rules), mine


def _planned(run: Mapping[Any, Any], case: Case) -> CaseFacts | None:
    """Return what the case comes to with a run, or say why that is not known and return None."""
    try:
        choices = usual_choices(catalogue(), usual_pricing(settings()), str(run["scenario"]))
        plan = found.plan(case, found.serving(str(run["run_id"]), run, repr(choices), choices))
        return facts_of_plan(plan.outcome, plan.quick, name_of(case))
    except BreakevenError as error:
        st.warning(say(error.message), title=tr("The business case does not count"), icon=":material/trending_down:")
        return None


def _measured(scenario: Scenario, runs: pd.DataFrame, run_id: str) -> tuple[RunFacts | None, DataFacts | None]:
    row = data.row(runs, run_id)
    gate = data.report(run_id).get("gate") or {}
    return run_facts(row, runs, scenario.quality, gate), data_of(str(row["dataset_id"]))


def data_of(dataset_id: str) -> DataFacts | None:
    """Return what the data card of a stored data set says, or None when it was deleted since."""
    found: DataFacts | None = _data(str(data.workspace().home), dataset_id)
    return found


@st.cache_data(show_spinner=False, max_entries=16)
def _data(home: str, dataset_id: str) -> Any:  # noqa: ARG001 - part of the cache's key
    """Return what the data card says, or None when the data set was deleted since; a data set never changes."""
    return stored_facts(settings(), dataset_id)
