"""One contract for every scenario: its demo data trains, exports, matches torch, is judged, served, and registered."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from engine.cli.uses import USES
from engine.config import REPOSITORY, Settings
from engine.datasets.forms import FORMS
from engine.jobs.queue import finetune_spec
from engine.jobs.runs import create_run
from engine.jobs.worker import run_attempt
from engine.jobs.worker_finetune import PROVERS
from engine.models.backbones import BACKBONES, IMAGE_BACKBONES
from engine.models.recipes import RECIPES
from engine.reports.data_forms import DETAILS
from engine.scenarios import SCENARIOS, Scenario
from engine.serving.runtime import RUNTIMES, load_model
from engine.tasks import TASKS
from engine.training.crafts import CRAFTS
from pages.shared.scenario.parts import PARTS

EVERY = pytest.mark.parametrize("scenario", SCENARIOS.values(), ids=SCENARIOS)
MAX_DIFFERENCE = 1e-3


@EVERY
def test_every_layer_knows_the_task(scenario: Scenario) -> None:
    layers = (FORMS, TASKS, RECIPES, CRAFTS, PROVERS, RUNTIMES, USES, DETAILS, PARTS)
    assert all(scenario.task in layer for layer in layers)
    assert (REPOSITORY / "pages" / f"{scenario.name}.py").exists()


@EVERY
def test_what_a_scenario_names_is_there(scenario: Scenario) -> None:
    recipes = RECIPES[scenario.task]
    assert {*scenario.recipes, *scenario.demo_recipes, scenario.default_recipe} <= set(recipes)
    assert scenario.quality in {metric.name for metric in TASKS[scenario.task].metrics}
    assert TASKS[scenario.task].compared_by in {metric.name for metric in TASKS[scenario.task].metrics}
    assert scenario.backbone in {*BACKBONES, *IMAGE_BACKBONES}


@pytest.mark.slow
@EVERY
def test_the_demo_trains_exports_matches_torch_and_answers(scenario: Scenario, workspace: Path) -> None:
    settings = Settings(home=workspace, offline=True, threads=1)
    run = create_run(settings.workspace.runs, finetune_spec(scenario.name, None, scenario.recipes[0]))
    run_attempt(run, run.new_attempt(), settings)
    report, attempt = run.report(), run.published
    assert attempt is not None
    assert report["dataset"]["synthetic"]
    assert 0 <= report["gate"]["fp32_max_difference"] < MAX_DIFFERENCE
    assert np.isfinite(report["quality"]["metrics"][scenario.quality]["value"])
    assert report["test_looks"] == 1
    assert report["peak"]["flops_per_s"] > 0
    judged = (report, attempt.folder / "predictions.parquet")
    itself = TASKS[scenario.task].compare(judged, judged, names=("first", "second"))
    assert itself.rows == report["quality"]["rows"]
    assert not itself.real
    model = load_model(attempt.onnx / report["served"], threads=1)
    dataset = scenario.demo(settings)
    inputs = TASKS[scenario.task].inputs(dataset, "test")[:3]
    answered = model.run_rows(model.encoder.rows(inputs))
    for output in model.default_outputs:
        assert len(model.values(output, answered)) == len(inputs)
    assert "ynthetic" in (attempt.folder / "model_card.md").read_text("utf-8")
