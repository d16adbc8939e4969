"""Pictures asked of the inference service, from a run that the command line trained on phantoms."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import tritonclient.http as triton
from tritonclient.utils import np_to_triton_dtype

from engine.datasets.demo.phantoms import LABELS, as_zip, generate
from engine.datasets.images.picture import Picture, png
from engine.errors import BadInput
from engine.jobs.runs import all_runs
from engine.serving.client import InferenceClient
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
