"""fp16: what stays in fp32, what the gate refuses, and that only what was tested is served, on a GPU by itself."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
import torch
from torch import nn

from engine.cli.precisions import add_half
from engine.config import Settings
from engine.errors import BadInput
from engine.jobs.runs import RunFolder
from engine.serving import providers
from engine.serving.models import ModelStore
from engine.serving.published import best_precision, check_hashes, published
from engine.serving.runtime import Classifier
from engine.tasks.text_classification import TokenEncoder
from engine.training.export import export_fp32, model_file
from engine.training.half import IN_FP32, convert_fp16, make_half
from tests.engine.serving.conftest import LABELS, RUN_ID, TEXTS, TinyClassifier, Trained, publish_run, tiny_tokenizer

ROWS = [f"profit {a} sales {b}" for a in ("rose", "fell", "grew") for b in ("today", "the company", "plants")]


@pytest.fixture(scope="module")
def trained() -> Trained:
    return Trained(TinyClassifier().eval(), TokenEncoder(tiny_tokenizer(), labels=LABELS, max_tokens=32))


def test_fp16_is_smaller_and_keeps_the_answers(trained: Trained, tmp_path: Path) -> None:
    fp32 = export_fp32(trained, tmp_path / "fp32")
    truth = Classifier.load(fp32).probabilities(ROWS).argmax(axis=1)
    found = make_half(fp32, ROWS, truth)
    half, whole = Classifier.load(tmp_path / "fp16"), Classifier.load(fp32)
    assert (found.accepted, found.agreement, found.metric_drop, found.reason) == (True, 1.0, 0.0, None)
    assert found.difference == pytest.approx(np.abs(half.probabilities(ROWS) - whole.probabilities(ROWS)).max())
    assert found.difference < 0.01
    assert (half.precision, found.provider) == ("fp16", "CPUExecutionProvider")
    assert half.size_bytes < 0.8 * whole.size_bytes, "the weights halve; of so small a graph much is names"
    assert 'name: "fp16"' in (half.folder / "config.pbtxt").read_text()


def test_what_is_sensitive_stays_in_fp32_and_people_see_the_same_types(trained: Trained, tmp_path: Path) -> None:
    fp32 = export_fp32(trained, tmp_path / "fp32")
    convert_fp16(model_file(fp32), tmp_path / "half.onnx")
    whole, half = (onnxruntime.InferenceSession(str(p)) for p in (model_file(fp32), tmp_path / "half.onnx"))
    for there in ("get_inputs", "get_outputs"):
        assert [(t.name, t.type) for t in getattr(half, there)()] == [(t.name, t.type) for t in getattr(whole, there)()]
    graph = onnx.shape_inference.infer_shapes(onnx.load(tmp_path / "half.onnx")).graph
    types = {t.name: t.data_type for t in graph.initializer}
    types |= {v.name: v.type.tensor_type.elem_type for v in (*graph.value_info, *graph.input, *graph.output)}
    read = {kind: {types[n.input[0]] for n in graph.node if n.op_type == kind} for kind in ("MatMul", *IN_FP32)}
    assert read["MatMul"] == {onnx.TensorProto.FLOAT16}
    assert read["Softmax"] == read["LayerNormalization"] == read["ReduceSum"] == {onnx.TensorProto.FLOAT}


class Fragile(nn.Module):
    """Answers by so small a difference that half precision cannot tell it."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.words = nn.Embedding(20, 8)
        self.first = nn.Linear(8, 1)

    def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
        hidden = self.first(self.words(input_ids)) * attention_mask.unsqueeze(-1)
        total = 300.0 * (300.0 * hidden).sum(1)
        return torch.cat([torch.sin(total), torch.cos(total), torch.sin(3 * total)], dim=1)


def test_the_gate_refuses_and_removes_what_half_precision_cannot_tell(trained: Trained, tmp_path: Path) -> None:
    fp32 = export_fp32(Trained(Fragile().eval(), trained.encoder), tmp_path / "fp32")
    truth = Classifier.load(fp32).probabilities(ROWS).argmax(axis=1)
    found = make_half(fp32, ROWS, truth)
    assert not found.accepted
    assert "of the validation rows" in str(found.reason)
    assert found.to_json()["reason"]["values"]["needed"] == 99
    assert not (tmp_path / "fp16").exists()


def test_only_what_was_tested_is_served_and_by_itself_only_on_a_gpu(
    trained: Trained, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = Settings(home=tmp_path, threads=1)
    runs, attempt = settings.workspace.runs, publish_run(tmp_path, trained)
    run = RunFolder(runs / RUN_ID)
    fp32 = Classifier.load(attempt / "onnx" / "fp32")
    truth = fp32.probabilities(ROWS).argmax(axis=1)
    make_half(fp32.folder, ROWS, truth)
    assert best_precision(run, gpu=True) == "int8"
    with pytest.raises(BadInput, match="never tested"):
        check_hashes(published(runs, RUN_ID, "fp16"))
    add_half(run, ROWS, truth)
    check_hashes(published(runs, RUN_ID, "fp16"))
    assert (best_precision(run, gpu=False), best_precision(run, gpu=True)) == ("int8", "fp16")
    named = ModelStore(settings).get(RUN_ID, "fp16").model
    assert (named.precision, named.provider) == ("fp16", "CPUExecutionProvider"), "asked for, it answers anywhere"
    assert isinstance(named, Classifier)
    np.testing.assert_allclose(named.probabilities(TEXTS), fp32.probabilities(TEXTS), atol=0.01)
    if not providers.has_gpu():  # a driver without a GPU: CUDA does not start
        monkeypatch.setattr(providers, "has_gpu", lambda: True)
        assert published(runs, RUN_ID).precision == "fp16"
        assert ModelStore(settings).get(RUN_ID).model.precision == "int8"
