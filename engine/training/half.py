"""fp16 for GPUs: half the size, and products on the units that are made for it.

Inputs and outputs keep their types. What adds many numbers up or divides by such a sum stays in fp32: softmax, layer
norms and means. A processor computes fp16 in fp32, between casts: it gains nothing, but gives the same answers, which
is how the graph is tested where there is no GPU.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from engine.files import write_text, written_aside
from engine.messages import Message
from engine.serving.published import HALF
from engine.serving.runtime import Classifier, load_model
from engine.training.export import model_file, remove_model
from engine.training.gate import MAX_METRIC_DROP, MIN_AGREEMENT, judge_int8

IN_FP32 = ("Softmax", "LayerNormalization", "ReduceMean", "ReduceSum", "GlobalAveragePool", "Pow", "Sqrt")
"""Operators that stay in fp32."""


@dataclass(frozen=True)
class HalfGate:
    """What the gate found of an fp16 graph, by the limits of int8's."""

    agreement: float
    """The share of validation rows for which fp16 answers the same class as fp32."""
    metric_drop: float
    """The larger of the drops in accuracy and in macro-F1; below 0 fp16 is better."""
    difference: float
    """The largest difference of a probability."""
    provider: str
    """What computed it: on a processor the answers are tested, not the speed."""
    accepted: bool
    reason: Message | None = None
    """Why it may not be served; None when it may."""

    def to_json(self) -> dict[str, Any]:
        return {**asdict(self), "reason": self.reason.to_json() if self.reason else None}


def convert_fp16(fp32: Path, out: Path) -> None:
    """Write the graph `fp32` in half precision to `out`."""
    import onnx
    from onnxruntime.transformers.float16 import DEFAULT_OP_BLOCK_LIST, convert_float_to_float16

    model = onnx.load(fp32)
    del model.graph.value_info[:]
    kept = [*DEFAULT_OP_BLOCK_LIST, *IN_FP32]
    onnx.save(convert_float_to_float16(model, keep_io_types=True, disable_shape_infer=False, op_block_list=kept), out)


def make_half(fp32: Path, inputs: Sequence[Any], truth: np.ndarray) -> HalfGate:
    """Write the model folder `fp32` as fp16 beside it and return what the gate says; one that it refuses is removed.

    `inputs` and `truth` (N,) are the validation part. Raises Failure when the disk is full.
    """
    folder = _written(fp32, fp32.with_name(HALF))
    found = judge_half(_classifier(fp32), _classifier(folder), inputs, truth)
    if not found.accepted:
        remove_model(folder)
    return found


def judge_half(fp32: Classifier, half: Classifier, inputs: Sequence[Any], truth: np.ndarray) -> HalfGate:
    """Return the gate for two precisions of a model on the validation part; numbers that are none are refused."""
    expected, small = fp32.probabilities(inputs), half.probabilities(inputs)
    finite = bool(np.isfinite(small).all())
    same = judge_int8(0.0, expected, small, truth)
    agreement, drop = (same.int8_agreement or 0.0) if finite else 0.0, same.int8_metric_drop or 0.0
    accepted = finite and same.int8_accepted
    reason = Message(
        "fp16 answers like fp32 in {agreement} % of the validation rows and loses {drop} points; {needed} % are needed "
        "and {allowed} points allowed.",
        agreement=round(100 * agreement, 2),
        drop=round(100 * max(0.0, drop), 2),
        needed=round(100 * MIN_AGREEMENT),
        allowed=100 * MAX_METRIC_DROP,
    )
    difference = float(np.abs(small - expected).max()) if finite else 1.0
    return HalfGate(agreement, drop, difference, half.provider, accepted, None if accepted else reason)


def _classifier(folder: Path) -> Classifier:
    model = load_model(folder)
    assert isinstance(model, Classifier)
    return model


def _written(fp32: Path, folder: Path) -> Path:
    with written_aside(model_file(folder)) as aside:
        convert_fp16(model_file(fp32), aside)
    for file in fp32.glob("*.json"):
        write_text(folder / file.name, file.read_text("utf-8"))
    config = (fp32 / "config.pbtxt").read_text("utf-8")
    write_text(folder / "config.pbtxt", config.replace('name: "fp32"', f'name: "{folder.name}"', 1))
    return folder
