"""A run trained again on parts of its data: the same test part, nested rows, measured, and no model to choose."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from engine.analytics import queries
from engine.analytics.database import open_index
from engine.analytics.options import learning_points
from engine.cli.workspace import finished_runs
from engine.config import Settings
from engine.datasets.dataset import Dataset
from engine.economics.learning_curve import fit
from engine.errors import BadInput
from engine.jobs.curve import SHARES, curve_runs, curve_specs, submit_curve
from engine.jobs.queue import cancel, finetune_spec, submit_finetune
from engine.jobs.runs import RunFolder, create_run
from engine.jobs.worker import run_attempt
from engine.models.recipes import RECIPES
from engine.scenarios import SCENARIOS, Scenario
from engine.serving.models import ModelStore

EVERY = pytest.mark.parametrize("scenario", SCENARIOS.values(), ids=SCENARIOS)


@pytest.mark.slow
@EVERY
def test_every_form_of_data_gives_a_curve(scenario: Scenario, workspace: Path) -> None:
    settings = Settings(home=workspace, offline=True, threads=1)
    runs = settings.workspace.runs
    whole = create_run(runs, finetune_spec(scenario.name, None, scenario.recipes[0]))
    run_attempt(whole, whole.new_attempt(), settings)
    parts = [create_run(runs, spec) for spec in curve_specs(settings, whole, (0.25, 0.5))]
    for part in parts:
        run_attempt(part, part.new_attempt(), settings)
    reports = [run.report() for run in (*parts, whole)]
    sizes = [r["dataset"]["rows"] for r in reports]
    assert 0.1 * sizes[2]["train"] < sizes[0]["train"] < sizes[1]["train"] < 0.7 * sizes[2]["train"]
    assert len({(r["dataset"]["test_id"], r["dataset"]["rows"]["validation"]) for r in reports}) == 1
    assert len({r["quality"].get("rows", r["quality"].get("users")) for r in reports}) == 1

    index = open_index(settings, owner=False)
    try:
        (row,) = queries.runs(index, scenario.name).to_dict("records")
        assert row["run_id"] == whole.run_id
        best = queries.overview(index, {scenario.name: scenario.quality})[scenario.name]
        assert (best.run["run_id"], best.compared) == (whole.run_id, 1)
        points = learning_points(queries.learning_runs(index, row), scenario.quality)
        assert [p.rows for p in points] == [s["train"] for s in sizes]
        expected = fit(points).at(2 * points[-1].rows)
        assert 0 <= expected.low <= expected.value <= expected.high <= 1
    finally:
        index.close()
    assert [r.run_id for r in finished_runs(runs)] == [whole.run_id]
    assert [name for name, _ in ModelStore(settings).published()] == [whole.run_id]
    assert curve_specs(settings, whole, (0.25, 0.5)) == []


def test_what_is_queued_is_not_queued_twice_and_cancelled_ones_again(settings: Settings, dataset: Dataset) -> None:
    run = submit_finetune(settings, "finance_sentiment", dataset, "baseline", {"epochs": 2})
    with pytest.raises(BadInput, match="has no finished model to train again on parts of its data"):
        submit_curve(settings, run)
    run_attempt(run, run.new_attempt(), settings)
    jobs = submit_curve(settings, run)
    assert [j.spec.share for j in jobs] == list(SHARES)
    assert {j.spec.options["epochs"] for j in jobs} == {2}
    assert submit_curve(settings, run) == []
    cancel(jobs[1])
    assert [j.spec.share for j in submit_curve(settings, run)] == [SHARES[1]]
    assert len(curve_runs(settings, run)) == len(SHARES) + 1


def test_runs_with_other_options_are_on_no_others_curve(settings: Settings, dataset: Dataset) -> None:
    def trained(**asked: Any) -> RunFolder:
        run = submit_finetune(settings, "finance_sentiment", dataset, "baseline", **asked)
        run_attempt(run, run.new_attempt(), settings)
        return run

    usual = RECIPES["text_classification"]["baseline"].defaults["epochs"]
    target, other = trained(options={"epochs": str(usual)}), trained(options={"epochs": 1})
    seed = trained(seed=1)
    parts = submit_curve(settings, target, (0.5,)) + submit_curve(settings, other, (0.5,))
    for part in parts:
        run_attempt(part, part.new_attempt(), settings)
    index = open_index(settings, owner=False)
    try:
        rows = {row["run_id"]: row for row in queries.runs(index).to_dict("records")}
        alike = [set(queries.learning_runs(index, rows[r.run_id])["run_id"]) for r in (target, other)]
    finally:
        index.close()
    assert alike == [{target.run_id, seed.run_id, parts[0].run_id}, {other.run_id, parts[1].run_id}]


@pytest.mark.parametrize(
    ("share", "words"),
    [(1.0, "which the run itself is; give one below 1"), (0.0, "The share of the training part is 0")],
)
def test_a_share_that_is_none_is_refused(settings: Settings, dataset: Dataset, share: float, words: str) -> None:
    run = submit_finetune(settings, "finance_sentiment", dataset, "baseline", {"epochs": 1})
    run_attempt(run, run.new_attempt(), settings)
    with pytest.raises(BadInput, match=words):
        curve_specs(settings, run, (share,))
    assert curve_runs(settings, run) == []
    (part,) = submit_curve(settings, run, (0.5,))
    with pytest.raises(BadInput, match="choose a fine-tuning run that has"):
        curve_specs(settings, part)
