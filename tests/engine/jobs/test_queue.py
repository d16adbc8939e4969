"""What goes into the queue, in which order, and what is refused with which sentence."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from engine.config import Settings
from engine.datasets.dataset import Dataset
from engine.datasets.texts.options import TextOptions
from engine.errors import BadInput
from engine.jobs.order import in_order
from engine.jobs.queue import (
    AFTER_DEMO_PRIORITY,
    cancel,
    progress,
    queue_demo,
    repeat_spec,
    submit_calibrate,
    submit_finetune,
    submit_prepare,
    submit_seeds,
)
from engine.jobs.runs import RunFolder, all_runs
from engine.jobs.simplest import submit_simplest
from engine.messages import Message
from engine.scenarios import SCENARIOS

SCENARIO = "finance_sentiment"


def test_a_submitted_run_says_all_that_is_needed_to_do_it_again(settings: Settings, dataset: Dataset) -> None:
    run = submit_finetune(settings, SCENARIO, dataset, "probe", {"epochs": 3}, seed=7, label="mine")
    spec = run.spec
    assert (spec.scenario, spec.recipe, spec.options, spec.seed) == (SCENARIO, "probe", {"epochs": 3}, 7)
    assert spec.dataset_id == dataset.id
    assert TextOptions.from_json(spec.dataset["options"]).dataset_id(spec.dataset["raw_id"]) == dataset.id
    assert (run.state, run.label) == ("queued", "mine")
    again = repeat_spec(settings, run)
    assert replace(again, run_id=spec.run_id, created_at=spec.created_at, threads=0) == spec


def test_the_simplest_recipe_is_trained_once_on_the_same_data_and_after_what_people_wait_for(
    settings: Settings, dataset: Dataset
) -> None:
    asked = submit_finetune(settings, SCENARIO, dataset, "probe")
    simplest = submit_simplest(settings, SCENARIO, dataset)
    assert simplest is not None
    assert (simplest.spec.recipe, simplest.spec.dataset_id) == ("baseline", dataset.id)
    assert in_order([simplest, asked]) == [asked, simplest]
    assert submit_simplest(settings, SCENARIO, dataset) is None
    assert submit_simplest(settings, SCENARIO, None) is not None, "the demo data is other data"
    cancel(simplest)
    assert submit_simplest(settings, SCENARIO, dataset) is not None, "one that was cancelled shows nothing"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"scenario": "weather"}, "There is no scenario weather; choose one of finance_sentiment"),
        ({"recipe": "magic"}, "There is no recipe magic; choose one of baseline"),
        ({"options": {"epochs": 0}}, "Option epochs is 0; give a whole number from 1"),
        ({"options": {"speed": 1}}, "has no option speed; it has epochs"),
        ({"backbone": "no such model"}, "There is no backbone no such model; choose one of minilm-l6"),
        ({"seed": -1}, "The seed is -1; give a whole number from 0"),
    ],
)
def test_a_choice_that_does_not_exist_is_refused(
    settings: Settings, dataset: Dataset, changes: dict[str, object], words: str
) -> None:
    given = {"scenario": SCENARIO, "recipe": "probe", "dataset": dataset, **changes}
    with pytest.raises(BadInput, match=words):
        submit_finetune(settings, **given)  # type: ignore[arg-type]
    assert not list(all_runs(settings.workspace.runs))


def test_the_queue_goes_by_priority_then_age(settings: Settings, dataset: Dataset) -> None:
    runs = [submit_finetune(settings, SCENARIO, dataset, "baseline", seed=n) for n in range(3)]
    urgent = submit_finetune(settings, SCENARIO, dataset, "baseline", priority=5)
    order = [urgent, *runs]
    assert [r.run_id for r in in_order([*runs, urgent])] == [r.run_id for r in order]
    assert [progress(r).queue_position for r in order] == [1, 2, 3, 4]
    runs[2].request("priority", value=9)
    assert progress(runs[2]).queue_position == 1


def test_a_job_of_another_slot_does_not_wait_for_training(settings: Settings, dataset: Dataset) -> None:
    submit_finetune(settings, SCENARIO, dataset, "baseline")
    check = submit_prepare(settings, dataset.raw_id, TextOptions("again"), SCENARIO, store=False)
    assert progress(check).queue_position == 1


def test_a_queued_run_is_cancelled_at_once(settings: Settings, dataset: Dataset) -> None:
    run = submit_finetune(settings, SCENARIO, dataset, "baseline")
    cancel(run)
    assert run.state == "cancelled"
    assert progress(run).phase == Message("Cancelled")
    cancel(run)
    assert len(run.requests()) == 1


def test_three_seeds_are_one_group(settings: Settings, dataset: Dataset) -> None:
    runs = submit_seeds(settings, SCENARIO, dataset, recipe="baseline")
    assert [r.spec.seed for r in runs] == [0, 1, 2]
    assert len({r.spec.group for r in runs}) == 1


def test_a_calibration_waits_only_once_and_goes_first(settings: Settings, dataset: Dataset) -> None:
    submit_finetune(settings, SCENARIO, dataset, "baseline")
    first = submit_calibrate(settings, "minilm-l6")
    assert submit_calibrate(settings, "minilm-l6").run_id == first.run_id
    assert progress(first).queue_position == 1


def test_a_calibration_nobody_waits_for_goes_last_until_somebody_does(settings: Settings, dataset: Dataset) -> None:
    waiting = submit_calibrate(settings, "minilm-l6", priority=AFTER_DEMO_PRIORITY)
    submit_finetune(settings, SCENARIO, dataset, "baseline")
    assert progress(waiting).queue_position == 2
    submit_calibrate(settings, "minilm-l6", priority=AFTER_DEMO_PRIORITY)
    assert progress(waiting).queue_position == 2
    submit_calibrate(settings, "minilm-l6")
    assert progress(waiting).queue_position == 1


def test_the_demo_is_queued_once_in_an_empty_workspace(workspace: Path) -> None:
    settings = Settings(home=workspace)
    runs = queue_demo(settings)
    first = [r.spec.recipe for r in runs if r.spec.scenario == SCENARIO]
    assert first == ["baseline", "probe", "fast"] == [r.spec.recipe for r in runs][:3]
    assert [r.spec.recipe for r in runs if r.spec.backbone][-1] == runs[-1].spec.recipe == "probe"
    assert in_order(runs) == runs
    assert {r.spec.scenario for r in runs} == {s.name for s in SCENARIOS.values() if s.demo_recipes}
    assert all(r.spec.demo for r in runs)
    assert queue_demo(settings) == []


def test_what_a_person_starts_goes_before_the_demo(workspace: Path) -> None:
    settings = Settings(home=workspace)
    demo = queue_demo(settings)
    timing = submit_calibrate(settings, "minilm-l6", priority=AFTER_DEMO_PRIORITY)
    mine = submit_finetune(settings, SCENARIO, None, "baseline")
    assert in_order([*demo, timing, mine]) == [mine, *demo[:3], timing, *demo[3:]]


def test_the_demo_can_be_turned_off(workspace: Path) -> None:
    assert queue_demo(Settings(home=workspace, demo_on_first_run=False)) == []


def test_labels_and_the_trash_are_requests(settings: Settings, dataset: Dataset) -> None:
    run = submit_finetune(settings, SCENARIO, dataset, "baseline", label="first")
    run.request("label", value="second")
    run.request("trash")
    again = RunFolder(run.folder)
    assert (again.label, again.trashed) == ("second", True)
    run.request("restore")
    assert not again.trashed
