"""The pages of medical imaging on a small set of generated pictures: its card, what a run found, a picture to try."""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import replace
from typing import Any

import numpy as np
import pydicom
import pytest
from streamlit.testing.v1 import AppTest

from engine.config import load_settings
from engine.datasets.dataset import Dataset
from engine.datasets.demo.phantoms import LABELS, as_zip, generate
from engine.datasets.images.decode import open_picture
from engine.datasets.images.intake import intake
from engine.datasets.images.options import ImageOptions
from engine.datasets.images.picture import Picture, png, rendered
from engine.datasets.images.prepare import prepare
from engine.files import write_json
from engine.jobs.queue import finetune_spec, submit_prepare
from engine.jobs.runs import RunFolder, all_runs, create_run, open_run
from engine.jobs.worker import run_attempt
from engine.tasks.medical import judge_pictures
from pages.shared.i18n import md
from pages.shared.pictures.adjust import new_name
from pages.shared.pictures.misses import SHOWN
from pages.shared.pictures.try_it import scale
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
    found = finished(phantoms).report()["quality"]["detection"]["at_specificity"][0]
    test = page("medical_imaging", step="results", lang="en")
    shown = said(test)
    assert "At a specificity of 95% it finds" in shown
    assert "Where should the threshold be?" in shown
    assert "Act from a probability of" in shown
    assert re.search(r"95% intervals, from \d+ people with it and \d+ without in the test part", shown)
    n, low, high = (round(100 * found["sensitivity"][k]) for k in ("value", "low", "high"))
    shown = said(test.button_group(key="specificity").set_value("0.8").run())
    assert f"At a specificity of 80% it finds {n} of 100" in shown
    assert f"95% interval {low} to {high} of 100" in shown
    assert "patients drawn anew" in shown


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
        test.number_input(key="miss").set_value(miss_usd).run()
        assert not test.exception
        found = re.search(r"from a probability of \*\*([\d.]+)\*\*", said(test))
        assert found
        return float(found[1])

    assert threshold(1.0) > threshold(20_000.0)
    assert threshold(1e9) <= threshold(20_000.0)
    test.number_input(key="miss").set_value(1e9).run()
    assert "finds 100%" in said(test)


def test_the_card_shows_what_is_looked_for(page: Open, phantoms: Dataset) -> None:
    assert LABELS[0] in said(page("medical_imaging", step="data", lang="en"))


@pytest.mark.parametrize("shape", [(20, 30), (20, 30, 3)])
def test_a_heat_map_is_blue_for_orange_against_and_nothing_between(shape: tuple[int, ...]) -> None:
    picture = np.full(shape, 90, dtype=np.uint8)
    shown = overlaid(picture, np.array([[1.0, 0.0, 0.0, 0.0, -1.0]], dtype=np.float32), 0.5).astype(int)
    middle = shown.shape[1] // 2
    assert shown.shape[2] == 3
    assert shown[0, 0, 2] > 90 > shown[0, 0, 0]
    assert shown[0, -1, 0] > 90 > shown[0, -1, 2]
    assert shown[0, middle].tolist() == [90, 90, 90]


def test_a_window_spreads_its_greys_and_cuts_the_rest() -> None:
    picture = np.array([[0, 100, 128, 156, 255]], dtype=np.uint8)
    assert windowed(picture, 128, 56).tolist() == [[0, 0, 127, 255, 255]]
    assert windowed(picture, 128, 256).tolist()[0][2] == pytest.approx(128, abs=1)


def worked(run_id: str) -> RunFolder:
    """Do what a page queued, in this process."""
    run = open_run(load_settings().workspace.runs, run_id)
    run_attempt(run, run.new_attempt(), load_settings(), foreground=True)
    return run


def dropped(page: Open, name: str, data: bytes) -> AppTest:
    """Return the data step after a file was dropped on it."""
    test = page("medical_imaging", step="data", lang="en")
    test.file_uploader[0].upload(name, data)
    return test.run()


def test_an_archive_is_looked_at_checked_and_asked_about(page: Open) -> None:
    test = dropped(page, "scans.zip", as_zip(generate(patients=30)))
    assert not test.exception
    assert "folders of pictures" in said(test)
    assert "30 patients" in said(test)  # guessed from p001_1.png
    assert len(test.image) == 6
    next(b for b in test.button if b.label == "Check the pictures").click().run()
    run = worked(test.query_params["check"])
    shown = page("medical_imaging", step="data", lang="en", check=run.run_id)
    assert "Which class is looked for?" in said(shown)
    assert len(shown.image) == 8
    shown.button(key="positive-lesion").click().run()
    changed = open_run(load_settings().workspace.runs, shown.query_params["check"])
    assert changed.spec.dataset["options"]["positive"] == "lesion"
    assert changed.spec.dataset["options"]["patient"] == "prefix:_"


def test_the_class_that_is_looked_for_follows_its_new_name() -> None:
    before = ImageOptions("x", positive="0")
    assert new_name(before, replace(before, label_map={"0": "malignant"}), ["0", "1"]) == "malignant"
    assert new_name(before, replace(before, label_map={"0": ""}), ["0", "1"]) == ""
    assert new_name(before, replace(before, label_map={"1": "none"}), ["0", "1"]) == "0"


def test_an_archive_that_holds_no_pictures_gets_one_sentence(page: Open) -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("a/readme.txt", "nothing")
    test = dropped(page, "scans.zip", file.getvalue())
    assert not test.exception
    assert len(test.error) == 1
    assert "holds no pictures" in test.error[0].value


@pytest.mark.parametrize(("tick", "left"), [("0", 1), ("all", 0)])
def test_a_picture_set_aside_comes_back_when_it_is_released(page: Open, tick: str, left: int) -> None:
    raw = intake(io.BytesIO(scans_with_text()), "scans.zip", load_settings())
    queued = submit_prepare(load_settings(), raw.id, ImageOptions("Scans"), "medical_imaging", store=False)
    card = worked(queued.run_id).report()["card"]
    assert card["aside_count"] == 2
    test = page("medical_imaging", step="data", lang="en", check=queued.run_id)
    assert "2 pictures set aside" in said(test)
    test.checkbox(key=f"release-{queued.run_id}-{tick}").check()
    next(b for b in test.button if b.label == "Release the ticked ones").click().run()
    after = worked(test.query_params["check"]).report()["card"]
    assert after["aside_count"] == left
    assert after["rows_used"] == card["rows_used"] + 2 - left


def scans_with_text() -> bytes:
    """Return a ZIP of DICOM of two classes, two of which say that text is burned in, one of them by a name in it."""
    file, draw = io.BytesIO(), np.random.default_rng(0)
    with zipfile.ZipFile(file, "w") as archive:
        rows = ["file,label"]
        for number in range(40):
            rows.append(f"{number}.dcm,{'lesion' if number % 2 else 'none'}")
            archive.writestr(f"{number}.dcm", scan(draw, f"Doe{number}", "YES" if number < 2 else "NO"))
        archive.writestr("labels.csv", "\n".join(rows))
    return file.getvalue()


def scan(draw: np.random.Generator, patient: str, burned_in: str) -> bytes:
    """Return one DICOM file of noise."""
    found = pydicom.Dataset()
    found.PatientID, found.BurnedInAnnotation, found.Modality = patient, burned_in, "US"
    found.SOPClassUID, found.SOPInstanceUID = "1.2.840.10008.5.1.4.1.1.6.1", pydicom.uid.generate_uid()
    found.SamplesPerPixel, found.PhotometricInterpretation = 1, "MONOCHROME2"
    found.Rows = found.Columns = 32
    found.BitsAllocated = found.BitsStored = 8
    found.HighBit, found.PixelRepresentation = 7, 0
    found.PixelData = draw.integers(0, 256, 1024, dtype=np.uint8).tobytes()
    found.file_meta = pydicom.dataset.FileMetaDataset()
    found.file_meta.TransferSyntaxUID = pydicom.uid.ExplicitVRLittleEndian
    file = io.BytesIO()
    found.save_as(file, enforce_file_format=True)
    return file.getvalue()


def test_dicom_is_said_to_have_lost_its_identifiers(page: Open) -> None:
    test = dropped(page, "scans.zip", scans_with_text())
    assert not test.exception
    assert any("guarantees nothing" in i.value for i in test.info)
    assert "Names or dates may be written in 2 more" in said(test)


def test_views_are_seen_before_training(page: Open, phantoms: Dataset) -> None:
    test = page("medical_imaging", step="finetune", lang="en", recipe="fast", dataset=phantoms.id)
    assert any("How pictures are varied: Ultrasound" in e.label for e in test.expander)
    assert re.search(r"Of each picture \d+ views are computed once", said(test))
    assert len(test.image) == 8
    test.selectbox(key="option-fast-augmentation").select("none").run()
    assert len(test.image) == 1
    assert "Each pass sees the pictures as they are" in said(test)


def test_a_picture_of_sixteen_bits_opens_as_the_model_sees_it() -> None:
    values = np.random.default_rng(1).integers(900, 1400, (40, 50), dtype=np.uint16)
    picture = open_picture(png(Picture(values, window=(1000, 1200))))
    low, high = scale(picture)
    assert (low, high) == (1000, 1200)
    shown = windowed(picture.pixels, (low + high + 1) // 2, high - low).astype(int)
    assert np.abs(shown - rendered(picture)).max() <= 1


def test_what_a_training_takes_is_timed_and_then_said_before_it_starts(page: Open, phantoms: Dataset) -> None:
    where = {"step": "finetune", "lang": "en", "recipe": "fast", "dataset": phantoms.id}
    page("medical_imaging", **where).button(key="calibrate").click().run()
    timing = next(r for r in all_runs(load_settings().workspace.runs) if r.spec.kind == "calibrate")
    worked(timing.run_id)
    test = page("medical_imaging", **where)
    assert not [b for b in test.button if b.key == "calibrate"]
    assert re.search(r"Expected\\?: .+ on this machine; .+ if rented as", said(test))
