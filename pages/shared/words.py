"""Names of what the engine calls by ids, in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.jobs.bought import RECIPE as BOUGHT
from engine.jobs.progress import STATES
from engine.jobs.runs import State
from engine.models.recipes import RECIPES
from engine.scenarios import SCENARIOS
from engine.tasks import TASKS, Metric, Task
from pages.shared.i18n import tr, tr_message
from pages.shared.numbers import number, percent


def task(scenario_name: str) -> Task:
    """Return the task of a scenario; of one that is not known any more, the first there is."""
    known = SCENARIOS.get(scenario_name) or next(iter(SCENARIOS.values()))
    return TASKS[known.task]


def recipe(name: str, scenario_name: str) -> str:
    """Return the title of a recipe of a scenario; its id when it is not known any more."""
    if name == BOUGHT:
        return tr("Bought")
    known = RECIPES[task(scenario_name).name]
    return tr_message(known[name].title) if name in known else name


def scenario(name: str) -> str:
    return tr_message(SCENARIOS[name].title) if name in SCENARIOS else name


def state(name: State) -> str:
    return tr_message(STATES[name])


def unit(scenario_name: str) -> str:
    """Return what one input is called: "sentence"."""
    return tr_message(task(scenario_name).unit.one)


def units(scenario_name: str) -> str:
    """Return what several inputs are called: "sentences"."""
    return tr_message(task(scenario_name).unit.many)


def rows(scenario_name: str) -> str:
    """Return what several rows of the data are called: "interactions"."""
    known = task(scenario_name)
    return tr_message((known.row or known.unit).many)


def rows_title(scenario_name: str) -> str:
    """Return what several rows of the data are called, as the title of an axis or a column: "Interactions"."""
    name = rows(scenario_name)
    return name[:1].upper() + name[1:]


def metric(name: str) -> Metric | None:
    """Return the metric of that name, of whichever task has it."""
    return next((m for known in TASKS.values() for m in known.metrics if m.name == name), None)


def metric_name(name: str) -> str:
    """Return the usual name of a metric."""
    found = metric(name)
    return tr_message(found.title) if found else name


def metric_meaning(name: str) -> str:
    """Return in one sentence what a metric says."""
    found = metric(name)
    return tr_message(found.meaning) if found else ""


def run_name(recipe_name: str, scenario_name: str, seed: int, run_id: str, label: str = "") -> str:
    """Return what a run is called where people choose one: its own name, recipe, seed when it is not 0, end of id."""
    seed_part = tr(", seed {seed}", seed=seed) if seed else ""
    own = f"{label} · " if label else ""
    return f"{own}{recipe(recipe_name, scenario_name)}{seed_part} · {run_id[-4:]}"


def share_of_data(share: float) -> str:
    """Return what a training on a part of the data is called beside its recipe."""
    return tr("on {share} of the training part", share=percent(share, 0 if (100 * share).is_integer() else 1))


def row_name(row: Mapping[Any, Any]) -> str:
    """Return `run_name` of one row of `data.runs`."""
    return run_name(
        str(row["recipe"]), str(row["scenario"]), int(row["seed"]), str(row["run_id"]), str(row["label"] or "")
    )


def answer(scenario_name: str, values: Mapping[Any, Any]) -> str:
    """Return how good a model is in plain words: "93 of 100 right". `values` are its metrics, as plain shares."""
    said = task(scenario_name).in_words(values)
    if said is not None:
        return tr_message(said)
    quality = task(scenario_name).metrics[0].name
    return tr("{metric} {value}", metric=metric_name(quality), value=number(values.get(quality), 3))


def report_answer(report: Mapping[str, Any]) -> str:
    """Return `answer` of a run's report."""
    return answer(report["scenario"], {name: m["value"] for name, m in report["quality"]["metrics"].items()})


def right_of(accuracy: float | None) -> str:
    """Return an accuracy in plain words: "93 of 100 right"."""
    return tr("{n} of 100 right", n=round(100 * (accuracy or 0.0)))
