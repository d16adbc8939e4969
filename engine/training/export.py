"""From a trained module to an ONNX graph in the layout of a Triton model repository.

    <onnx>/<precision>/config.pbtxt, 1/model.onnx       what Triton reads
    <onnx>/<precision>/task.json, tokenizer.json        what our own service needs beside it

The exporter is torch's older one, which traces. Measured on one core with MiniLM: it takes 1.0 s of processor time
where the newer one takes 11, and its graph is as fast (287 against 264 sentences a second as int8). Fusing attention
first made fp32 no faster and int8 slower (214), because the fused operator cannot use the fast products. The gate
proves every graph against torch, whoever made it.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import torch
from torch import nn

from engine.errors import Failure
from engine.files import write_text, written_aside
from engine.tasks.encoder import Encoder, TensorSpec
from engine.training.quantise import prepare, write_int8

EXAMPLES = ("Profit rose by 12 % in the third quarter.", "The company will close two plants.")
"""Two rows of different lengths, so that neither the batch nor an absent padding is traced as a constant."""
MAX_MODEL_BYTES = 2_000_000_000
"""One protobuf holds no more than 2 GiB."""
MAX_BATCH = 256
CALIBRATION_TEXTS = 256
CALIBRATION_BATCH = 16
OPSET = 17


class Exportable(Protocol):
    """What export and its gate need of a trained model."""

    @property
    def module(self) -> nn.Module: ...
    @property
    def encoder(self) -> Encoder: ...
    @property
    def temperature(self) -> float: ...
    def logits(self, texts: Sequence[str]) -> np.ndarray: ...


def export(trained: Exportable, onnx_folder: Path, texts: Sequence[str] = ()) -> dict[str, Path]:
    """Write the model as fp32 and, where it has matrices worth it, as int8; return precision → model folder.

    `texts` are those of the training part: how large activations get on some of them makes int8 more exact.
    Whether either may be served is for `engine.training.gate` to say. Raises Failure when the model does not fit one
    ONNX file or the disk is full.
    """
    folders = {"fp32": export_fp32(trained, onnx_folder / "fp32")}
    int8 = onnx_folder / "int8"
    with written_aside(int8 / "1" / "model.onnx") as aside:
        worth_it = write_int8(prepare(model_file(folders["fp32"]), typical_batches(trained.encoder, texts)), aside)
    if worth_it:
        describe(trained.encoder, int8)
        folders["int8"] = int8
    else:
        remove_model(int8)
    return folders


def export_fp32(trained: Exportable, folder: Path) -> Path:
    """Write the module as an fp32 graph with free batch and length; return `folder`."""
    size = sum(p.numel() * p.element_size() for p in trained.module.parameters())
    if size > MAX_MODEL_BYTES:
        raise Failure(
            "The model has {gib} GiB of weights and one ONNX file holds less than 2; choose a smaller backbone.",
            gib=round(size / 2**30, 1),
        )
    encoder = trained.encoder
    encoder.temperature = trained.temperature
    with written_aside(folder / "1" / "model.onnx") as aside:
        export_graph(trained.module, encoder.encode(EXAMPLES), encoder.inputs, aside)
    describe(encoder, folder)
    return folder


def export_graph(module: nn.Module, example: dict[str, np.ndarray], inputs: Sequence[str], path: Path) -> None:
    """Trace `module` with `example` and write its graph: inputs (batch, length), output `logits` (batch, classes)."""
    device = next(module.parameters()).device
    arguments = tuple(torch.from_numpy(example[name]).to(device) for name in inputs)
    with _ready_to_trace(module), tracing_allowed():
        torch.onnx.export(
            module,
            arguments,
            str(path),
            input_names=list(inputs),
            output_names=["logits"],
            dynamic_axes={**{name: {0: "batch", 1: "length"} for name in inputs}, "logits": {0: "batch"}},
            opset_version=OPSET,
            dynamo=False,
        )


def describe(encoder: Encoder, folder: Path) -> None:
    """Write what stands beside a graph: `task.json`, the vocabulary, and Triton's `config.pbtxt`."""
    encoder.save(folder)
    write_text(folder / "config.pbtxt", triton_config(folder.name, encoder))


def triton_config(name: str, encoder: Encoder) -> str:
    """Return Triton's description of a model; the batch is Triton's own dimension and stands in no shape."""
    return (
        f'name: "{name}"\nbackend: "onnxruntime"\nmax_batch_size: {MAX_BATCH}\n'
        f"input [\n{_triton_tensors(encoder.tensors)}\n]\n"
        f"output [\n{_triton_tensors(encoder.outputs)}\n]\n"
        "dynamic_batching { }\n"
    )


def _triton_tensors(tensors: Sequence[TensorSpec]) -> str:
    return ",\n".join(
        f'  {{ name: "{t.name}" data_type: TYPE_{t.datatype} dims: [ {", ".join(map(str, t.shape))} ] }}'
        for t in tensors
    )


def typical_batches(encoder: Encoder, texts: Sequence[str]) -> Iterator[dict[str, np.ndarray]]:
    """Yield encoded batches of texts taken evenly from all, of two examples when there are none."""
    texts = texts or EXAMPLES
    chosen = texts[:: max(1, len(texts) // CALIBRATION_TEXTS)][:CALIBRATION_TEXTS]
    for start in range(0, len(chosen), CALIBRATION_BATCH):
        yield encoder.encode(chosen[start : start + CALIBRATION_BATCH])


def model_file(folder: Path) -> Path:
    """Return where the graph of a model folder stands."""
    return folder / "1" / "model.onnx"


def remove_model(folder: Path) -> None:
    """Remove a model folder that may not be served."""
    import shutil

    shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _ready_to_trace(module: nn.Module) -> Iterator[None]:
    """Hold the module in evaluation mode with attention written out, which makes the smaller graph."""
    training = module.training
    models: list[Any] = [m for m in module.modules() if hasattr(m, "set_attn_implementation")]
    chosen = [(model, model.config._attn_implementation) for model in models]
    module.eval()
    for part, _ in chosen:
        part.set_attn_implementation("eager")
    try:
        yield
    finally:
        for part, before in chosen:
            part.set_attn_implementation(before)
        module.train(training)


@contextmanager
def tracing_allowed() -> Iterator[None]:
    """Allow the older exporter, and only it, to warn: that it will go, and that a trace may be wrong for other shapes.

    The first is why torch is pinned; the second is what the gate tests.
    """
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", category=DeprecationWarning, module=r"torch\.|engine\.training\.")
        warnings.filterwarnings("ignore", message="Converting a tensor to a Python")
        warnings.filterwarnings("ignore", "Exporting aten::index operator", UserWarning)
        warnings.filterwarnings("ignore", "Constant folding - Only steps=1", UserWarning)  # uneven padding
        yield
