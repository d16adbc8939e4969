"""int8 for convolutions: scales of activations fixed beforehand, from pictures of the training part. Needs no torch.

Static, never dynamic: ONNX Runtime has no dynamic int8 convolution, and a fixed scale makes a picture's answer
independent of its neighbours in the batch. Krishnamoorthi 2018, arXiv:1806.08342, sections 3.1 and 3.2.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from engine.training.quantise import quiet_quantiser, sums_without_overflow

PERCENTILE = 99.99
"""Of each activation tensor's values, the share that int8 can say; what lies beyond is cut."""


def quantise_static(
    fp32: Path, out: Path, batches: Iterable[Mapping[str, np.ndarray]], *, careful: bool = False, method: str = "minmax"
) -> None:
    """Write the graph `fp32` with int8 convolutions to `out`, calibrated on `batches` of encoded pictures.

    Weights get one scale a channel, activations one a tensor. What explains the answer (`maps`) and what decides it
    (averages and the linear layer) stay in fp32. `careful` leaves the first convolutions, whose few channels suffer
    most, in fp32 as well.
    """
    import onnx
    from onnxruntime.quantization import CalibrationMethod, QuantFormat, QuantType, quantize_static
    from onnxruntime.quantization.shape_inference import quant_pre_process

    with tempfile.TemporaryDirectory(dir=out.parent) as folder, quiet_quantiser():
        ready = Path(folder) / "ready.onnx"
        quant_pre_process(str(fp32), str(ready), skip_symbolic_shape=True)
        model = onnx.load(ready)
        quantize_static(
            str(ready),
            str(out),
            Reader(batches),
            quant_format=QuantFormat.QDQ,
            op_types_to_quantize=["Conv", "Add", "Clip", "Relu", "Pad"],
            per_channel=True,
            reduce_range=not sums_without_overflow(),
            activation_type=QuantType.QUInt8,
            weight_type=QuantType.QInt8,
            nodes_to_exclude=kept_in_fp32(model, careful=careful),
            calibrate_method={
                "minmax": CalibrationMethod.MinMax,
                "entropy": CalibrationMethod.Entropy,
                "percentile": CalibrationMethod.Percentile,
            }[method],
            extra_options={"CalibPercentile": PERCENTILE, "ActivationSymmetric": False, "WeightSymmetric": True},
        )


def kept_in_fp32(model: Any, *, careful: bool) -> list[str]:
    """Return the nodes that only the maps need, and, when `careful`, the convolutions up to the first depthwise one."""
    needed = _behind(model, "logits")
    kept = [node.name for node in model.graph.node if node.name not in needed]
    if careful:
        convolutions = [n.name for n in model.graph.node if n.op_type == "Conv" and n.name in needed]
        kept += convolutions[:CAREFUL]
    return kept


CAREFUL = 3
"""The stem, the first depthwise convolution and what narrows it."""


class Reader:
    """Batches one by one, as ONNX Runtime's calibration asks for them."""

    def __init__(self, batches: Iterable[Mapping[str, np.ndarray]]) -> None:
        self._batches: Iterator[Mapping[str, np.ndarray]] = iter(batches)

    def get_next(self) -> dict[str, np.ndarray] | None:
        """Return the next batch, None after the last."""
        found = next(self._batches, None)
        return None if found is None else dict(found)


def _behind(model: Any, output: str) -> set[str]:
    """Return the names of the nodes that `output` is computed from."""
    makers = {name: node for node in model.graph.node for name in node.output}
    wanted, found = [output], set()
    while wanted:
        node = makers.get(wanted.pop())
        if node is not None and node.name not in found:
            found.add(node.name)
            wanted += node.input
    return found
