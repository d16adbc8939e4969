from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
import torch
from torch import nn

from engine.errors import Failure
from engine.serving.runtime import Classifier
from engine.tasks.bag import fit_bag
from engine.tasks.text_classification import TokenEncoder
from engine.training import gate
from engine.training.export import export, model_file
from engine.training.model import BagClassifier
from engine.training.quantise import Care, int8_error, most_inexact, prepare, write_int8
from engine.training.smooth import channel_ranges, narrow_embeddings, smooth
from tests.engine.serving.conftest import LABELS, TinyClassifier, Trained, tiny_tokenizer

ROWS = [f"{a} {b} {'today ' * (i % 20)}" for i, (a, b) in enumerate([("profit", "rose"), ("sales", "fell")] * 100)]


@pytest.fixture(scope="module")
def trained() -> Trained:
    return Trained(TinyClassifier().eval(), TokenEncoder(tiny_tokenizer(), labels=LABELS, max_tokens=32))


@pytest.fixture(scope="module")
def folders(trained: Trained, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    return export(trained, tmp_path_factory.mktemp("export") / "onnx", ROWS)


def truth_of(trained: Trained) -> np.ndarray:
    return np.asarray(trained.logits(ROWS).argmax(axis=1))


@pytest.mark.parametrize("batch", [1, 2, 7])
@pytest.mark.parametrize("length", [1, 5, 32])
def test_fp32_gives_the_logits_of_torch(trained: Trained, folders: dict[str, Path], batch: int, length: int) -> None:
    ids = torch.randint(4, 16, (batch, length), generator=torch.Generator().manual_seed(batch * length))
    mask = torch.ones_like(ids)
    mask[0, (length + 1) // 2 :] = 0
    with torch.inference_mode():
        expected = trained.module(ids, mask).numpy()
    found = Classifier.load(folders["fp32"]).logits({"input_ids": ids.numpy(), "attention_mask": mask.numpy()})
    np.testing.assert_allclose(found, expected, atol=1e-5)


def test_a_folder_is_a_triton_model(folders: dict[str, Path]) -> None:
    assert set(folders) == {"fp32", "int8"}
    for name, folder in folders.items():
        config = (folder / "config.pbtxt").read_text()
        assert f'name: "{name}"' in config
        assert 'name: "logits" data_type: TYPE_FP32 dims: [ 3 ]' in config
        graph = onnx.load(folder / "1" / "model.onnx").graph
        assert {i.name for i in graph.input} == {"input_ids", "attention_mask"}
        assert (folder / "task.json").exists()
        assert (folder / "tokenizer.json").exists()


def test_exporting_leaves_the_module_as_it_was(trained: Trained, tmp_path: Path) -> None:
    trained.module.train()
    before = trained.module.get_submodule("encoder").config._attn_implementation  # type: ignore[union-attr]
    export(trained, tmp_path)
    assert trained.module.training
    assert trained.module.get_submodule("encoder").config._attn_implementation == before  # type: ignore[union-attr]
    trained.module.eval()


def test_the_gate_lets_a_faithful_model_through(trained: Trained, folders: dict[str, Path]) -> None:
    found = gate.check(trained, folders, ROWS, truth_of(trained))
    assert found.fp32_max_difference < 1e-4
    assert found.int8_accepted
    assert found.int8_agreement is not None
    assert found.int8_agreement >= 0.99
    assert found.reason is None
    assert folders["int8"].exists()


def test_the_gate_stops_a_graph_that_is_not_the_trained_model(trained: Trained, folders: dict[str, Path]) -> None:
    other = Trained(TinyClassifier(seed=1).eval(), trained.encoder)
    with pytest.raises(Failure, match="differs from the trained one"):
        gate.check(other, folders, ROWS, truth_of(trained))


class Fragile(nn.Module):
    """Answers by so small a difference that int8 cannot tell it."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.words = nn.Embedding(20, 8)
        self.first = nn.Linear(8, 8)
        self.second = nn.Linear(8, 1)

    def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
        hidden = self.second(self.first(self.words(input_ids)))
        total = 300.0 * (hidden * attention_mask.unsqueeze(-1)).sum(1)
        return torch.cat([torch.sin(total), torch.cos(total), torch.sin(3 * total)], dim=1)


def test_the_gate_refuses_and_removes_an_int8_model_that_drifts(trained: Trained, tmp_path: Path) -> None:
    fragile = Trained(Fragile().eval(), trained.encoder)
    folders = export(fragile, tmp_path, ROWS)
    assert "int8" in folders
    found = gate.check(fragile, folders, ROWS, np.asarray(fragile.logits(ROWS).argmax(axis=1)))
    assert not found.int8_accepted
    assert "of the validation rows" in str(found.reason)
    assert not folders["int8"].exists()
    assert folders["fp32"].exists()
    assert found.to_json()["reason"]["values"]["needed"] == 99


def test_int8_is_refused_for_a_worse_metric_alone() -> None:
    truth = np.zeros(1000, dtype=int)
    fp32, int8 = np.tile([0.9, 0.1], (1000, 1)), np.tile([0.9, 0.1], (1000, 1))
    int8[:8] = [0.1, 0.9]
    found = gate.judge_int8(0.0, fp32, int8, truth)
    assert found.int8_agreement == pytest.approx(0.992)
    assert not found.int8_accepted
    assert "points" in str(found.reason)


def test_a_bag_of_words_has_nothing_to_make_int8(tmp_path: Path) -> None:
    bag = fit_bag(ROWS, labels=LABELS, min_rows=1)
    module = BagClassifier(bag.vocabulary_size, 3)
    torch.nn.init.normal_(module.terms, generator=torch.Generator().manual_seed(0))
    trained = Trained(module.eval(), bag)  # type: ignore[arg-type]
    folders = export(trained, tmp_path, ROWS)
    assert set(folders) == {"fp32"}
    assert not (tmp_path / "int8").exists()
    found = gate.check(trained, folders, ROWS, truth_of(trained))
    assert not found.int8_accepted
    assert "no matrix products" in str(found.reason)
    assert "TYPE_FP32" in (folders["fp32"] / "config.pbtxt").read_text()


def test_evening_out_changes_nothing_in_fp32_and_lowers_outliers(trained: Trained, folders: dict[str, Path]) -> None:
    model = onnx.load(model_file(folders["fp32"]))
    batch = trained.encoder.encode(ROWS[:8])
    reach = smooth(model, [batch])
    narrow_embeddings(model)
    onnx.checker.check_model(model)
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    found = session.run(None, dict(batch))[0]
    np.testing.assert_allclose(found, Classifier.load(folders["fp32"]).logits(batch), atol=1e-4)
    evened = [n.output[0] for n in model.graph.node if n.output[0].endswith("_even")]
    assert evened

    def largest(name: str) -> np.ndarray:
        least, greatest = channel_ranges(model, [name], [batch])[name]
        return np.asarray(np.maximum(-least, greatest))

    for name in evened:
        after, before = largest(name), largest(name.removesuffix("_even"))
        assert after.max() / np.median(after) <= 1.01 * before.max() / np.median(before)
        assert max(-reach[name][0], reach[name][1]) == pytest.approx(after.max(), rel=1e-4)


def test_careful_int8_is_more_exact_where_it_is_asked_to_be(
    folders: dict[str, Path], tmp_path: Path, trained: Trained
) -> None:
    batch = trained.encoder.encode(ROWS[:8])
    prepared = prepare(model_file(folders["fp32"]), [batch])
    whole = Classifier.load(folders["fp32"]).logits(batch)

    def made(care: Care) -> tuple[int, float]:
        assert write_int8(prepared, tmp_path / "int8.onnx", care)
        graph = onnx.load(tmp_path / "int8.onnx")
        session = onnxruntime.InferenceSession(graph.SerializeToString(), providers=["CPUExecutionProvider"])
        error = float(np.abs(session.run(None, dict(batch))[0] - whole).mean())
        return sum(n.op_type == "MatMulIntegerToFloat" for n in graph.graph.node), error

    everything, coarse = made(Care())
    assert [made(Care(spared=n))[0] - everything for n in (1, 2, None)] == [-1, -2, -2]
    assert [made(Care(fine=n))[0] - everything for n in (1, 2, None)] == [1, 2, 2]
    assert made(Care(fine=None))[1] < coarse


def test_the_product_that_int8_harms_most_comes_first(folders: dict[str, Path], trained: Trained) -> None:
    model = onnx.load(model_file(folders["fp32"]))
    batch = trained.encoder.encode(ROWS[:8])
    first, second = most_inexact(model, [batch])
    product = next(n for n in model.graph.node if n.name == second)
    weights = next(t for t in model.graph.initializer if t.name == product.input[1])
    uneven = onnx.numpy_helper.to_array(weights).copy()
    idle = np.abs(channel_ranges(model, [product.input[0]], [batch])[product.input[0]]).max(axis=0).argmin()
    uneven[idle] = 100.0  # hardly used, it sets the scale that all others are rounded with
    weights.CopyFrom(onnx.numpy_helper.from_array(uneven, weights.name))
    assert most_inexact(model, [batch]) == [second, first]


def test_the_error_of_int8_is_that_of_rounding_to_its_steps() -> None:
    values, matrix = np.array([[0.0, 255.0], [0.4, 1.0]]), np.array([[127.0], [0.0]])
    assert int8_error(values, matrix) == pytest.approx(1.0)  # steps of 1: only 0.4 counts, and becomes 0
    assert int8_error(np.rint(values), matrix) == 0.0
