"""From a trained classifier of pictures to ONNX graphs: fp32, and int8 calibrated on pictures of the training part.

A graph has two outputs, `logits` and `maps`. ONNX Runtime computes only what is fetched when its run options say so, so
the maps cost nothing until somebody wants an explanation.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from torch import nn

from engine.files import written_aside
from engine.training.export import OPSET, describe, model_file, remove_model, tracing_allowed
from engine.training.images.feed import decoded
from engine.training.images.model import PictureClassifier, PixelClassifier
from engine.training.images.quantise import quantise_static
from engine.training.images.train import Trained, spread

EXAMPLES = 2
"""Rows of the traced batch: with one, its size would be taken for a constant."""


def export(trained: Trained, onnx_folder: Path, inputs: Sequence[Any] = ()) -> dict[str, Path]:
    """Write the model as fp32 and, where it has convolutions, as int8; return precision → model folder.

    `inputs` are the pictures of the training part: int8 takes the ranges of its activations from some of them. Whether
    either may be served is for `engine.training.images.gate` to say.
    """
    folders = {"fp32": export_fp32(trained, onnx_folder / "fp32")}
    int8 = onnx_folder / "int8"
    if isinstance(trained.module, PictureClassifier) and len(inputs):
        make_int8(trained, folders["fp32"], int8, inputs)
        folders["int8"] = int8
    else:
        remove_model(int8)
    return folders


def make_int8(trained: Trained, fp32: Path, int8: Path, inputs: Sequence[Any], *, careful: int = 0) -> None:
    """Write the int8 form of the graph in `fp32` to the folder `int8`, its first `careful` convolutions in fp32.

    A careful one takes the ranges of activations from the plain one before it: finding them is most of the work.
    """
    ranges = int8 / "ranges.json"
    if not careful:
        ranges.unlink(missing_ok=True)
    batches = [{"image": _three(image)} for _, image in decoded(trained.encoder, spread(inputs))]
    with written_aside(model_file(int8)) as aside:
        quantise_static(model_file(fp32), aside, batches, careful=careful, ranges=ranges)
    describe(trained.encoder, int8)


def export_fp32(trained: Trained, folder: Path) -> Path:
    """Write the module as an fp32 graph with a free batch; return `folder`."""
    encoder = trained.encoder
    encoder.temperature = trained.temperature
    with written_aside(model_file(folder)) as aside:
        export_graph(trained.module, encoder.size, aside)
    describe(encoder, folder)
    return folder


def export_graph(module: PictureClassifier | PixelClassifier, size: int, path: Path) -> None:
    """Trace `module` and write its graph: image (batch, 3, S, S) uint8 → logits (batch, C), maps (batch, C, h, w)."""
    image = torch.zeros(EXAMPLES, 3, size, size, dtype=torch.uint8)
    plain: nn.Module = module.to(memory_format=torch.contiguous_format)  # type: ignore[call-overload]
    with tracing_allowed():
        torch.onnx.export(
            plain.eval(),
            (image,),
            str(path),
            input_names=["image"],
            output_names=["logits", "maps"],
            dynamic_axes={name: {0: "batch"} for name in ("image", "logits", "maps")},
            opset_version=OPSET,
            dynamo=False,
        )


def _three(image: torch.Tensor) -> Any:
    return image.expand(-1, 3, -1, -1).contiguous().numpy()
