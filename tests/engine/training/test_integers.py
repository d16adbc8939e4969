from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import onnx
import pytest

from engine.serving.runtime import Classifier
from engine.tasks.text_classification import TokenEncoder
from engine.training import gate
from engine.training.alone import ask_alone, compare
from engine.training.export import export, model_file
from engine.training.integers import PRODUCT, Scale, whole_weights
from tests.engine.serving.conftest import LABELS, TinyClassifier, Trained, tiny_tokenizer

ROWS = [f"{a} {b} {'today ' * (i % 20)}" for i, (a, b) in enumerate([("profit", "rose"), ("sales", "fell")] * 100)]


@pytest.fixture(scope="module")
def int8(tmp_path_factory: pytest.TempPathFactory) -> Path:
    trained = Trained(TinyClassifier().eval(), TokenEncoder(tiny_tokenizer(), labels=LABELS, max_tokens=32))
    return export(trained, tmp_path_factory.mktemp("integers") / "onnx", ROWS)["int8"]


def test_a_row_alone_is_answered_as_in_a_batch(int8: Path) -> None:
    model = Classifier.load(int8)
    together, alone = model.probabilities(ROWS), model.probabilities(ROWS, batch=1)
    np.testing.assert_allclose(together, alone, atol=1e-6)


@pytest.mark.parametrize("threads", [1, 2])
def test_a_row_gives_the_same_bits_whatever_rows_stand_beside_it(int8: Path, threads: int) -> None:
    model = Classifier.load(int8, threads=threads)
    batch = model.encoder.encode(ROWS[::7])
    together = model.logits(batch)
    for rows in (1, 2, 5, 16):
        for start in range(0, len(together) - rows, 5):
            part = model.logits({name: values[start : start + rows] for name, values in batch.items()})
            assert part.tobytes() == together[start : start + rows].tobytes()


def test_no_scale_is_measured_while_the_graph_runs_and_no_weight_stays_wide(int8: Path) -> None:
    graph = onnx.load(model_file(int8)).graph
    kinds = [node.op_type for node in graph.node]
    assert "DynamicQuantizeLinear" not in kinds
    products = [node for node in graph.node if node.op_type == PRODUCT]
    assert len(products) > 6
    quantised = [node.output[0] for node in graph.node if node.op_type == "QuantizeLinear"]
    assert {node.input[0] for node in products} == set(quantised)
    assert len(quantised) < len(products)  # query, key and value read one
    wide = {t.name for t in graph.initializer if t.data_type == onnx.TensorProto.FLOAT and len(t.dims) == 2}
    assert not [n for n in graph.node if n.op_type == "MatMul" and n.input[1] in wide]


def test_a_scale_holds_zero_and_cuts_what_is_far_outside() -> None:
    scale = Scale.of(-0.17, 4.0)
    assert scale.rounded(np.zeros(1))[0] == 0.0
    seen = np.linspace(-0.17, 4.0, 100)
    assert np.abs(scale.rounded(seen) - seen).max() <= scale.step / 2 + 1e-6
    assert 4.0 < scale.rounded(np.array([99.0]))[0] < 4.5
    assert Scale.of(0.0, 0.0).step > 0
    assert Scale.of(2.0, 3.0).zero == 0


def test_each_column_of_weights_uses_all_its_steps() -> None:
    matrix = np.array([[1.0, -200.0], [0.5, 100.0]])
    integers, steps = whole_weights(matrix, most=127)
    assert integers.tolist() == [[127, -127], [64, 64]]
    np.testing.assert_allclose(integers * steps, matrix, atol=float(steps.max()) / 2)
    assert np.abs(whole_weights(matrix, most=63)[0]).max() == 63


def test_the_gate_refuses_answers_that_depend_on_the_neighbours() -> None:
    together = np.array([[0.6, 0.4], [0.501, 0.499]])
    assert compare(together, together).problem is None
    moved = compare(together, together + np.array([[0.02, -0.02], [0, 0]]))
    assert "a probability differs by 0.02 and 0 classes" in str(moved.problem)
    flipped = compare(together, together + np.array([[0, 0], [-0.004, 0.004]]))
    assert "1 classes change" in str(flipped.problem)


def test_the_test_part_refuses_int8_and_is_asked_row_by_row(int8: Path, tmp_path: Path) -> None:
    moved = tmp_path / "int8"
    shutil.copytree(int8, moved)
    model, passed = Classifier.load(moved), gate.Gate(1e-6, 1.0, 0.0, int8_accepted=True)
    together = model.probabilities(ROWS)
    found = gate.confirm_alone(passed, model, ROWS, together)
    assert found.int8_accepted
    assert found.int8_test_alone is not None
    assert found.int8_test_alone.rows == len(ROWS)
    assert found.to_json()["int8_test_alone"]["flips"] == 0
    hurried = ask_alone(model, ROWS, together, seconds=0.0)
    assert 0 < hurried.rows < len(ROWS)
    other = together.copy()
    other[-1] = other[-1, ::-1]  # one row of all, the last
    refused = gate.confirm_alone(passed, model, ROWS, other)
    assert not refused.int8_accepted
    assert "says of a row alone" in str(refused.reason)
    assert not moved.exists()
