"""The pages of medical imaging on a small set of generated pictures: its card, what a run found, a picture to try."""

from __future__ import annotations

import io
import re
from typing import Any

import numpy as np
import pytest

from engine.config import load_settings
from engine.datasets.dataset import Dataset
from engine.datasets.demo.phantoms import LABELS, as_zip, generate
from engine.datasets.images.intake import intake
from engine.datasets.images.options import ImageOptions
from engine.datasets.images.prepare import prepare
from engine.files import write_json
from engine.jobs.queue import finetune_spec
from engine.jobs.runs import RunFolder, create_run
from engine.tasks.medical import judge_pictures
from pages.shared.i18n import md
from pages.shared.pictures.misses import SHOWN
from pages.shared.pictures.view import overlaid, windowed
from tests.pages.conftest import Open, report
from tests.pages.test_pages import said


@pytest.fixture
def phantoms(workspace: object) -> Dataset:
    settings = load_settings()
    raw = intake(io.BytesIO(as_zip(generate())), "phantoms.zip", settings)
    options = ImageOptions("Phantoms", positive=LABELS[0], modality="ultrasound", patient="prefix:_", synthetic=True)
    return prepare(raw, options, settings)


def finished(dataset: Dataset) -> RunFolder:
    """Return a published run whose answers are mostly right."""
    rows, labels = dataset.rows("test"), list(dataset.labels)
    truth = np.array([labels.index(label) for label in rows["label"]])
    draw = np.random.default_rng(0)
    p = np.clip(0.5 + 0.3 * (2 * truth - 1) + 0.25 * draw.standard_normal(len(truth)), 0.01, 0.99)
    quality = judge_pictures(rows, truth, np.column_stack([1 - p, p]), labels, seed=0, positive=dataset.positive)
    run = create_run(load_settings().workspace.runs, finetune_spec("medical_imaging", dataset, "probe"))
    attempt = run.new_attempt()
    attempt.say("started")
    made: dict[str, Any] = report(run, dataset, quality, 5.0)
    write_json(attempt.report_file, made | {"labels": labels, "scenario": "medical_imaging", "recipe": "probe"})
    attempt.say("finished")
    run.publish(attempt, {})
    return run


def test_results_say_how_much_is_found_at_what_price(page: Open, phantoms: Dataset) -> None:
    finished(phantoms)
    shown = said(page("medical_imaging", step="results", lang="en"))
    assert "At a specificity of 95% it finds" in shown
    assert "Where should the threshold be?" in shown
    assert "Act from a probability of" in shown


@pytest.mark.parametrize("step", ["try", "data", "finetune"])
@pytest.mark.parametrize("lang", ["en", "zh_CN"])
def test_every_step_says_what_the_answers_are_not_for(page: Open, phantoms: Dataset, step: str, lang: str) -> None:
    finished(phantoms)
    shown = said(page("medical_imaging", step=step, lang=lang))
    assert {"en": "not for diagnosis", "zh_CN": "诊断"}[lang] in shown


def test_the_worst_mistakes_are_shown_as_pictures(page: Open, phantoms: Dataset) -> None:
    missed = finished(phantoms).report()["quality"]["detection"]["misses"]
    test = page("medical_imaging", step="results", lang="en")
    shown = said(test)
    assert "Missed “lesion”" in shown
    assert md(missed[0]["name"]) in shown
    assert len(test.image) >= min(len(missed), SHOWN)


def test_a_dearer_miss_lowers_the_threshold_until_all_are_found(page: Open, phantoms: Dataset) -> None:
    finished(phantoms)
    test = page("medical_imaging", step="results", lang="en")

    def threshold(miss_usd: float) -> float:
        test.number_input(key="cost-miss").set_value(miss_usd).run()
        assert not test.exception
        found = re.search(r"from a probability of \*\*([\d.]+)\*\*", said(test))
        assert found
        return float(found[1])

    assert threshold(1.0) > threshold(20_000.0)
    assert threshold(1e9) <= threshold(20_000.0)
    test.number_input(key="cost-miss").set_value(1e9).run()
    assert "finds 100%" in said(test)


def test_the_card_shows_what_is_looked_for(page: Open, phantoms: Dataset) -> None:
    assert LABELS[0] in said(page("medical_imaging", step="data", lang="en"))


@pytest.mark.parametrize("shape", [(20, 30), (20, 30, 3)])
def test_a_heat_map_changes_only_where_it_speaks(shape: tuple[int, ...]) -> None:
    picture = np.full(shape, 90, dtype=np.uint8)
    heat = np.array([[1.0, -1.0], [-1.0, -1.0]], dtype=np.float32)
    shown = overlaid(picture, heat, 0.5)
    assert shown.shape[2] == 3
    assert tuple(shown[0, 0]) != (90, 90, 90)
    assert tuple(shown[-1, -1]) == (90, 90, 90)


def test_a_window_spreads_its_greys_and_cuts_the_rest() -> None:
    picture = np.array([[0, 100, 128, 156, 255]], dtype=np.uint8)
    assert windowed(picture, 128, 56).tolist() == [[0, 0, 127, 255, 255]]
    assert windowed(picture, 128, 256).tolist()[0][2] == pytest.approx(128, abs=1)
