from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine.errors import Failure, NotFound
from engine.serving.binding import fetch_bound
from engine.serving.measure import measure
from engine.serving.providers import CPU, GPU, TENSORRT, wanted_providers
from engine.serving.runtime import WINDOW, Classifier
from engine.tasks.text_classification import decode
from tests.engine.serving.conftest import LABELS, TEXTS, Trained


@pytest.fixture(scope="module")
def fp32(exported: dict[str, Path]) -> Classifier:
    return Classifier.load(exported["fp32"], threads=1)


def test_probabilities_are_those_of_torch_in_the_order_of_the_texts(fp32: Classifier, trained: Trained) -> None:
    texts = [*TEXTS, *(f"{'profit rose ' * n} today" for n in range(40, 0, -7))]
    expected = decode(np.concatenate([trained.logits([text]) for text in texts]), trained.temperature)
    for batch in (1, 3, 64):
        found = fp32.probabilities(texts, batch=batch)
        np.testing.assert_allclose(found, expected, atol=1e-5)
    assert found.dtype == np.float64
    np.testing.assert_allclose(found.sum(axis=1), 1)
    assert fp32.labels == LABELS


def test_no_texts_give_no_rows(fp32: Classifier) -> None:
    assert fp32.probabilities([]).shape == (0, 3)


def test_a_list_longer_than_a_window_keeps_its_order(fp32: Classifier) -> None:
    texts = ["profit rose", "sales fell by the plants"] * (WINDOW // 2 + 3)
    found = fp32.probabilities(texts, batch=512)
    assert len(found) == len(texts)
    np.testing.assert_allclose(found[::2], np.broadcast_to(found[0], found[::2].shape), atol=1e-5)
    np.testing.assert_allclose(found[1::2], np.broadcast_to(found[1], found[1::2].shape), atol=1e-5)


def test_a_model_folder_needs_nothing_else(exported: dict[str, Path], tmp_path: Path) -> None:
    moved = tmp_path / "int8"
    moved.mkdir()
    for file in exported["int8"].rglob("*"):
        if file.is_file():
            (moved / file.relative_to(exported["int8"])).parent.mkdir(parents=True, exist_ok=True)
            (moved / file.relative_to(exported["int8"])).write_bytes(file.read_bytes())
    classifier = Classifier.load(moved)
    assert classifier.precision == "int8"
    assert classifier.size_bytes > 0
    assert classifier.probabilities(TEXTS).shape == (4, 3)


def test_a_required_gpu_that_is_not_used_fails(exported: dict[str, Path]) -> None:
    with pytest.raises(Failure, match="A GPU is required"):
        Classifier.load(exported["int8"], require_gpu=True)


def test_what_a_graph_runs_on_follows_from_what_the_machine_has(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    shapes, every = {"input_ids": (-1,), "attention_mask": (-1,)}, [TENSORRT, GPU, CPU]

    def asked(precision: str, available: list[str], *, gpu: bool = True, tensorrt: bool = True) -> list[Any]:
        model = Path(f"onnx/{precision}/1/model.onnx")
        return wanted_providers(model, available, shapes, longest=128, gpu=gpu, tensorrt=tensorrt)

    assert asked("int8", every) == [CPU]
    assert asked("fp16", every, gpu=False) == [CPU]
    assert asked("fp16", [CPU]) == [CPU]
    assert asked("fp16", every, tensorrt=False) == asked("fp16", [GPU, CPU]) == [GPU, CPU]
    (name, options), *others = asked("fp16", every)
    assert (name, others) == (TENSORRT, [GPU, CPU])
    assert options["trt_fp16_enable"]
    assert options["trt_profile_max_shapes"] == "input_ids:64x128,attention_mask:64x128"
    assert not asked("fp32", every)[0][1]["trt_fp16_enable"]
    model = Path("onnx/fp32/1/model.onnx")
    assert wanted_providers(model, every, {"history": (-1,)}, gpu=True, tensorrt=True) == [GPU, CPU]


def test_bound_tensors_give_the_same_answers(fp32: Classifier) -> None:
    for texts in (TEXTS[:1], TEXTS):
        inputs = fp32.encoder.encode(texts)
        (found,) = fetch_bound(fp32.session, ["logits"], inputs, device="cpu")
        assert found.tobytes() == fp32.logits(inputs).tobytes()


def test_missing_and_damaged_graphs_are_said_so(exported: dict[str, Path], tmp_path: Path) -> None:
    folder = tmp_path / "fp32"
    folder.mkdir()
    for file in exported["fp32"].glob("*.json"):
        (folder / file.name).write_bytes(file.read_bytes())
    with pytest.raises(NotFound, match="There is no model in"):
        Classifier.load(folder)
    (folder / "1").mkdir()
    (folder / "1" / "model.onnx").write_bytes(b"no graph")
    with pytest.raises(Failure, match="cannot be loaded"):
        Classifier.load(folder)


def test_measuring_gives_every_figure_and_can_be_cancelled(fp32: Classifier) -> None:
    found = measure(fp32, TEXTS, batches=(8,), requests=10)
    assert 0 < found["latency_ms"]["p50"] <= found["latency_ms"]["p95"] <= found["latency_ms"]["p99"]
    assert set(found["throughput_by_batch"]) == {"1", "8"}
    assert found["throughput_per_s"] == max(found["throughput_by_batch"].values())
    assert found["throughput_by_batch"][str(found["best_batch"])] == found["throughput_per_s"]
    assert found["provider"] == CPU
    with pytest.raises(Exception, match="cancelled"):
        measure(fp32, TEXTS, should_stop=lambda: True)
    with pytest.raises(Exception, match="nothing to measure with"):
        measure(fp32, [])
