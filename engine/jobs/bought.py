"""Bought answers: what a vendor or a hosted model said to a test part, judged as a run's own model is.

They are kept as a run folder of the kind "bought", with report and predictions and no model, so that the index, the
charts and the paired tests know them without being told. The folder is made aside and renamed into place.
"""

from __future__ import annotations

import shutil
from typing import Any

import numpy as np

from engine.config import Settings
from engine.datasets.answers import Answers
from engine.datasets.dataset import Dataset
from engine.datasets.raw import move_into_place
from engine.economics.figure import not_negative
from engine.errors import BadInput
from engine.files import disk_failure, new_id, utc_now, write_json
from engine.jobs.queue import code_version, find_scenario
from engine.jobs.results import dataset_block, write_predictions
from engine.jobs.runs import RunFolder, RunSpec
from engine.messages import Message
from engine.tasks import TASKS

RECIPE = "bought"
NEED_PROBABILITIES = ("auc", "ece", "log_loss")
"""Metrics that labels alone say nothing about."""
LONGEST_NAME = 60


def judged(answers: Answers, dataset: Dataset) -> dict[str, Any]:
    """Return the "quality" block of the answers, by the judge of the task; None for metrics that are not known."""
    truth = dataset.labelled_rows("test")[1]
    quality = TASKS[dataset.task].judge(
        answers.rows, truth, answers.probabilities, list(dataset.labels), seed=0, positive=dataset.positive
    )
    if answers.graded:
        return quality
    unknown = {"value": None, "low": None, "high": None}
    for entry in quality["per_class"]:
        entry["auc"] = unknown
    metrics = quality["metrics"] | {name: unknown for name in NEED_PROBABILITIES if name in quality["metrics"]}
    kept = {k: v for k, v in quality.items() if k not in {"reliability", "detection"}}
    return kept | {"metrics": metrics, "reliability": []}


def usd_per_1000(answers: Answers, price: float | None) -> float | None:
    """Return the USD of 1,000 answers: the mean of the prices in the file, else `price`; None when nobody knows.

    Raises BadInput for a price that is negative or no number.
    """
    if price is not None:
        not_negative(Message("The price of 1,000 answers"), price)
    return price if answers.usd is None else float(answers.usd.mean() * 1000)


def store_bought(
    settings: Settings, scenario: str, dataset: Dataset, answers: Answers, *, name: str, price: float | None = None
) -> RunFolder:
    """Judge and keep the answers of the vendor `name`; return their folder.

    `price` is in USD per 1,000 answers and counts where the file has no prices. Raises BadInput for a missing or long
    name, an impossible price, and a scenario of another task; Failure when the disk is full.
    """
    if not 0 < len(name := name.strip()) <= LONGEST_NAME:
        raise BadInput("The vendor has no name, or one over {most} characters; give a short one.", most=LONGEST_NAME)
    if find_scenario(scenario).task != dataset.task:
        raise BadInput("{name} is data of another scenario; choose data of {scenario}.", name=dataset.name,
                       scenario=scenario)  # fmt: skip
    each = usd_per_1000(answers, price)
    spec = RunSpec(
        run_id=new_id(), created_at=utc_now(), kind="bought", scenario=scenario, dataset_id=dataset.id, recipe=RECIPE,
        label=name, code_version=code_version(),
    )  # fmt: skip
    report = {
        "schema_version": 1,
        "run_id": spec.run_id,
        "scenario": scenario,
        "recipe": RECIPE,
        "seed": 0,
        "dataset": dataset_block(dataset),
        "labels": list(dataset.labels),
        "positive": dataset.positive,
        "served": RECIPE,
        "provider": name,
        "quality": judged(answers, dataset),
        "graded": answers.graded,
        "test_looks": 1,
        "variants": {RECIPE: _timed(answers)},
        "usd_per_1000": each,
        "finished_at": utc_now(),
    }
    _write(settings, spec, report, answers, dataset)
    return RunFolder(settings.workspace.runs / spec.run_id)


def _timed(answers: Answers) -> dict[str, Any]:
    if answers.latency_ms is None:
        return {}
    p50, p95, p99 = (float(v) for v in np.quantile(answers.latency_ms, [0.5, 0.95, 0.99]))
    return {"latency_ms": {"p50": p50, "p95": p95, "p99": p99}}


def _write(settings: Settings, spec: RunSpec, report: dict[str, Any], answers: Answers, dataset: Dataset) -> None:
    folder = settings.workspace.tmp / f"bought-{spec.run_id}" / spec.run_id
    run = RunFolder(folder)
    try:
        attempt = run.new_attempt()
        attempt.say("started")
        write_json(attempt.report_file, report)
        truth = dataset.labelled_rows("test")[1]
        write_predictions(
            attempt.folder / "predictions.parquet", {"test": (answers.rows, truth, answers.probabilities)}
        )
        write_json(folder / "spec.json", spec.to_json())
        attempt.say("finished")
        run.publish(attempt, {})
        move_into_place(folder, settings.workspace.runs / spec.run_id)
    except OSError as error:
        raise disk_failure(error, settings.workspace.runs) from error
    finally:
        shutil.rmtree(folder.parent, ignore_errors=True)


def delete_bought(settings: Settings, run: RunFolder) -> None:
    """Delete bought answers for good: first out of sight, then from the disk. Raises BadInput for any other run."""
    if run.spec.kind != "bought":
        raise BadInput("Run {run_id} was not bought; put it away instead.", run_id=run.run_id)
    gone = settings.workspace.tmp / f"gone-{new_id()}"
    run.folder.rename(gone)
    shutil.rmtree(gone, ignore_errors=True)
