"""Pictures asked of the inference service, from a run that the command line trained on phantoms."""

from __future__ import annotations

import base64
import hashlib
import io
from collections.abc import Iterator
from pathlib import Path

import httpx
import numpy as np
import pytest
import tritonclient.http as triton
from tritonclient.utils import np_to_triton_dtype

from engine.config import Settings
from engine.datasets.dataset import PARTS, Dataset
from engine.datasets.demo.phantoms import LABELS, as_zip, generate
from engine.datasets.images.open import pictures
from engine.datasets.images.options import ImageOptions
from engine.datasets.images.picture import Picture, png
from engine.datasets.images.prepare import prepare
from engine.datasets.raw import add_raw
from engine.datasets.store import open_dataset
from engine.errors import BadInput, NotFound
from engine.files import new_id, utc_now, write_bytes
from engine.jobs.runs import all_runs, open_run
from engine.serving.asking import request
from engine.serving.client import InferenceClient
from engine.serving.corrected import corrected_dataset, next_spec
from engine.serving.corrected_pictures import merge
from engine.serving.corrections import Correction, picture_file
from engine.serving.runtime import PictureModel
from engine.serving.snippets import LANGUAGES, PICTURE, Call
from engine.tasks.explain_picture import evidence
from tests.browser.server import command
from tests.engine.serving.conftest import alone, served
from tests.engine.serving.pasting import pasted


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with one finished run of the smallest recipe."""
    folder = tmp_path_factory.mktemp("phantoms")
    file = folder / "phantoms.zip"
    file.write_bytes(as_zip(generate(3, patients=40)))
    files = ("--data", str(file), "-d", f"positive={LABELS[0]}")
    command(folder / "home", "finetune", "--scenario", "medical_imaging", "--recipe", "baseline", *files)
    return folder / "home"


@pytest.fixture(scope="module")
def client(home: Path) -> Iterator[InferenceClient]:
    with served(alone(home)) as found:
        yield found


@pytest.fixture(scope="module")
def run_id(home: Path) -> str:
    return next(run.run_id for run in all_runs(home / "runs") if run.spec.kind == "finetune")


def noise(side: int, seed: int) -> bytes:
    """Return a picture that no compression makes small."""
    return png(Picture(np.random.default_rng(seed).integers(0, 256, (side, side), dtype=np.uint8)))


def test_many_large_pictures_are_asked_in_as_many_requests_as_it_takes(
    client: InferenceClient, home: Path, run_id: str
) -> None:
    small, large = [noise(64, seed) for seed in range(20)], [noise(2048, seed) for seed in range(4)]
    asked = [*small[:11], *large, *small[11:]]
    found = client.predict_pictures(run_id, asked).probabilities
    local = PictureModel.load(next((home / "runs" / run_id / "attempts").glob("*/onnx/fp32")), threads=1)
    np.testing.assert_allclose(found, local.probabilities(asked), atol=1e-5)


def test_one_picture_that_is_too_large_is_a_sentence(client: InferenceClient, run_id: str) -> None:
    with pytest.raises(BadInput, match="15 MB"):
        client.predict_pictures(run_id, [noise(64, 0), noise(3500, 1)])


def test_what_the_maps_say_is_what_the_probabilities_say(client: InferenceClient, run_id: str) -> None:
    (_, _, pixels), *_ = generate(5, patients=1)
    picture = png(Picture(pixels))
    probabilities = client.predict_pictures(run_id, [picture]).probabilities[0]
    place = int(probabilities.argmax())
    assert evidence(client.heat_map(run_id, picture), place).mean() > 0


def test_no_picture_is_no_answer(client: InferenceClient, run_id: str) -> None:
    assert client.predict_pictures(run_id, []).probabilities.shape == (0, len(LABELS))


@pytest.mark.parametrize("language", list(LANGUAGES))
def test_a_pasted_snippet_asks_with_a_file(language: str, client: InferenceClient, run_id: str, tmp_path: Path) -> None:
    (tmp_path / PICTURE).write_bytes(noise(64, 0))
    expected = client.predict_pictures(run_id, [noise(64, 0)]).answers[0]
    assert expected in pasted(language, Call(client.url, run_id, "image", b""), tmp_path)


def test_pictures_as_they_are_and_as_pixels_get_the_same_answer(
    client: InferenceClient, home: Path, run_id: str
) -> None:
    files = [noise(64, seed) for seed in range(3)]
    local = PictureModel.load(next((home / "runs" / run_id / "attempts").glob("*/onnx/fp32")), threads=1)
    pixels = local.encoder.encode(files)["image"]
    with triton.InferenceServerClient(client.url.removeprefix("http://")) as other:
        for values in (np.array(files, dtype=object), pixels):
            tensor = triton.InferInput("image", list(values.shape), np_to_triton_dtype(values.dtype))
            tensor.set_data_from_numpy(values)
            found = other.infer(run_id, [tensor]).as_numpy("probabilities")
            np.testing.assert_allclose(found, local.probabilities(files), atol=1e-5)


def test_corrected_pictures_become_the_next_training_data(client: InferenceClient, home: Path, run_id: str) -> None:
    settings = Settings(home=home)
    before = open_dataset(settings, open_run(home / "runs", run_id).report()["dataset"]["id"])
    learned, tested = before.rows("train").iloc[0], before.rows("test").iloc[0]
    sent = {name: pictures(before, name)[0] for name in ("train", "test")} | {"new": noise(64, 9)}
    wrong = next(label for label in LABELS if label != learned["label"])
    right = {"train": wrong, "test": next(label for label in LABELS if label != tested["label"]), "new": LABELS[0]}
    with httpx.Client(base_url=client.url, trust_env=False) as asking:
        for name, picture in sent.items():
            answer = asking.post(f"/v2/models/{run_id}/infer", json=request("image", [picture]))
            given = {"input": base64.b64encode(picture).decode(), "label": right[name]}
            body = {"prediction": answer.headers["x-prediction-id"], **given}
            assert asking.post(f"/v2/models/{run_id}/feedback", json=body).status_code == 201
    after, scenario = corrected_dataset(settings, run_id)
    assert (scenario, after.name) == ("medical_imaging", f"{before.name} + 3")
    assert (after.test_id, after.labels, after.positive) == (before.test_id, before.labels, before.positive)
    rows = {name: learnt_from(after, picture) for name, picture in sent.items()}
    assert rows == {"train": [wrong], "test": [], "new": [LABELS[0]]}, "the test part stays unseen"
    counts = [sum(d.card.part_rows(part) for part in ("train", "validation")) for d in (before, after)]
    assert counts[1] == counts[0] + 1
    assert next_spec(settings, run_id, after).recipe == "baseline"


def learnt_from(dataset: Dataset, picture: bytes) -> list[str]:
    """Return what the training and the validation part say of a picture."""
    return [
        label
        for part in ("train", "validation")
        for label, kept in zip(dataset.rows(part)["label"], pictures(dataset, part), strict=True)
        if kept == picture
    ]


def test_patients_of_corrected_data_stay_on_one_side(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    raw = add_raw(io.BytesIO(as_zip(generate(3, patients=30))), "scans.zip", settings)
    before = prepare(raw, ImageOptions("Scans", patient="prefix:_", positive=LABELS[0]), settings)
    picture = noise(64, 1)
    digest = hashlib.sha256(picture).hexdigest()
    write_bytes(picture_file(settings, "scans", digest), picture)
    made = Correction(new_id(), utc_now(), "scans", "1", new_id(), new_id(), 0, "image", digest, LABELS[1])
    stored, options, _ = merge(settings, before, [made])
    assert isinstance(options, ImageOptions)
    after = prepare(stored, options, settings)
    sides: dict[str, set[str]] = {}
    for part in PARTS:
        for patient in after.rows(part)["patient"]:
            sides.setdefault(patient, set()).add(part)
    assert sides.pop("") <= {"train", "validation"}, "whose the correction is nobody said"
    assert len(sides) == 30
    assert all(len(parts) == 1 for parts in sides.values())
    assert after.test_id == before.test_id
    picture_file(settings, "scans", digest).unlink()
    with pytest.raises(NotFound, match="is gone from scans"):
        merge(settings, before, [made])
