"""From a trained recommender to an ONNX graph: history in, the best items out.

The graph takes `weights` and `allowed` as well, and carries values for both, so that the history alone is enough. It is
written in fp32 only: rows are gathered, not multiplied, so int8 products would make nothing faster, and a list must not
change for rounding.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch

from engine.errors import Failure
from engine.files import write_text, written_aside
from engine.training.export import MAX_BATCH, MAX_MODEL_BYTES, OPSET, model_file, tracing_allowed
from engine.training.ranking.ranker import Ranker
from engine.training.ranking.train import Trained

INPUTS = ("history", "weights", "allowed")
OUTPUTS = ("items", "scores", "all_scores")
FIRST_IR_WITH_VALUES = 4
"""From this version of ONNX on, an input may carry a value that holds when nothing is given."""


def export(trained: Trained, onnx_folder: Path, inputs: Sequence[Any] = ()) -> dict[str, Path]:  # noqa: ARG001
    """Write the model as fp32 and return precision → model folder.

    Whether it may be served is for `engine.training.ranking.gate` to say. Raises Failure when the model does not fit
    one ONNX file or the disk is full.
    """
    folder = onnx_folder / "fp32"
    size = sum(b.numel() * b.element_size() for b in trained.module.state_dict().values())
    if size > MAX_MODEL_BYTES:
        raise Failure(
            "The model has {gib} GiB of weights and one ONNX file holds less than 2; choose matrix_factorisation or "
            "fewer neighbours.",
            gib=round(size / 2**30, 1),
        )
    with written_aside(model_file(folder)) as aside:
        export_graph(trained.module, aside)
    trained.encoder.save(folder)
    write_text(folder / "config.pbtxt", triton_config(folder.name, trained.module))
    return {"fp32": folder}


def export_graph(ranker: Ranker, path: Path) -> None:
    """Trace `ranker` with two histories of unequal length and write its graph."""
    last = max(0, ranker.items - 1)
    history = torch.tensor([[-1, 0, last], [-1, -1, 0]], dtype=torch.int64)
    arguments = (history, torch.ones(2, 3), torch.zeros(2, ranker.items))
    with tracing_allowed():
        torch.onnx.export(
            ranker.eval(),
            arguments,
            str(path),
            input_names=list(INPUTS),
            output_names=list(OUTPUTS),
            dynamic_axes={
                "history": {0: "batch", 1: "length"},
                "weights": {0: "weighted_batch", 1: "weighted_length"},
                "allowed": {0: "allowed_batch"},
                **{name: {0: "batch"} for name in OUTPUTS},
            },
            opset_version=OPSET,
            dynamo=False,
        )
    _give_values(path, {"weights": np.ones((1, 1), np.float32), "allowed": np.zeros((1, ranker.items), np.float32)})


def triton_config(name: str, ranker: Ranker) -> str:
    """Return Triton's description of a model; the batch is Triton's own dimension and stands in no shape."""
    return (
        f'name: "{name}"\nbackend: "onnxruntime"\nmax_batch_size: {MAX_BATCH}\n'
        'input [\n  { name: "history" data_type: TYPE_INT64 dims: [ -1 ] },\n'
        '  { name: "weights" data_type: TYPE_FP32 dims: [ -1 ] optional: true },\n'
        f'  {{ name: "allowed" data_type: TYPE_FP32 dims: [ {ranker.items} ] optional: true }}\n]\n'
        f'output [\n  {{ name: "items" data_type: TYPE_INT64 dims: [ {ranker.top} ] }},\n'
        f'  {{ name: "scores" data_type: TYPE_FP32 dims: [ {ranker.top} ] }},\n'
        f'  {{ name: "all_scores" data_type: TYPE_FP32 dims: [ {ranker.items} ] }}\n]\n'
        "dynamic_batching { }\n"
    )


def _give_values(path: Path, values: dict[str, np.ndarray]) -> None:
    """Let inputs carry a value that holds when they are not given; an input the graph does not read is put back."""
    import onnx
    from onnx import TensorProto, helper, numpy_helper

    model = onnx.load(str(path))
    model.ir_version = max(model.ir_version, FIRST_IR_WITH_VALUES)
    there = {entry.name for entry in model.graph.input}
    for name, value in values.items():
        if name not in there:
            model.graph.input.append(helper.make_tensor_value_info(name, TensorProto.FLOAT, [None, None]))
        model.graph.initializer.append(numpy_helper.from_array(value, name))
    onnx.save(model, str(path))
