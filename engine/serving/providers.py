"""What ONNX Runtime is asked to run a graph on: TensorRT, CUDA or the processor, by what this machine has.

https://onnxruntime.ai/docs/execution-providers/. A package lists the providers it was built with, whether or not their
libraries and a GPU are there: both are looked for.
"""

from __future__ import annotations

import ctypes
import importlib
import importlib.util
import os
import shutil
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

TENSORRT = "TensorrtExecutionProvider"
GPU = "CUDAExecutionProvider"
CPU = "CPUExecutionProvider"
ON_GPU = (TENSORRT, GPU)
TENSORRT_LIBRARY = "libnvinfer.so.10"
"""What ONNX Runtime's provider links against."""
USUAL_BATCH, LARGEST_BATCH, USUAL_LENGTH = 16, 64, 32
"""Rows and tokens that TensorRT makes its engine for. A batch beyond the largest makes another, which takes minutes."""

Provider = str | tuple[str, dict[str, Any]]


def wanted_providers(
    model: Path,
    available: Sequence[str],
    shapes: Mapping[str, Sequence[int]] | None = None,
    *,
    longest: int = 0,
    gpu: bool | None = None,
    tensorrt: bool | None = None,
) -> list[Provider]:
    """Return the providers to ask for, the best first; int8 graphs have operators that only processors run fast.

    `shapes` are those of the inputs without the batch, -1 where the length is free, up to `longest`: TensorRT is asked
    for only where they are known. `gpu` and `tensorrt` say what this machine has; None: what is found.
    """
    precision = model.parent.parent.name
    if precision == "int8" or GPU not in available or not (has_gpu() if gpu is None else gpu):
        return [CPU]
    known = bool(shapes) and (longest > 0 or all(n > 0 for shape in (shapes or {}).values() for n in shape))
    if not known or TENSORRT not in available or not (has_tensorrt() if tensorrt is None else tensorrt):
        return [GPU, CPU]
    return [(TENSORRT, tensorrt_options(shapes or {}, longest, half=precision == "fp16")), GPU, CPU]


def tensorrt_options(shapes: Mapping[str, Sequence[int]], longest: int, *, half: bool) -> dict[str, Any]:
    """Return the provider's options: the shapes its engine is made for, and where the engine is kept once made."""

    def profile(rows: int, length: int) -> str:
        return ",".join(
            f"{name}:{'x'.join(str(n) for n in (rows, *(length if n < 0 else n for n in shape)))}"
            for name, shape in shapes.items()
        )

    return {
        "trt_fp16_enable": half,
        "trt_engine_cache_enable": True,
        "trt_engine_cache_path": str(engine_folder()),
        "trt_profile_min_shapes": profile(1, 1),
        "trt_profile_opt_shapes": profile(USUAL_BATCH, min(USUAL_LENGTH, longest or USUAL_LENGTH)),
        "trt_profile_max_shapes": profile(LARGEST_BATCH, longest),
    }


def engine_folder() -> Path:
    """Return where TensorRT keeps its engines, which nobody else may write: they are loaded as code."""
    folder = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "breakeven" / "tensorrt"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder


def has_gpu() -> bool:
    """Return whether this machine has an NVIDIA driver; the package lists CUDA whether or not it has."""
    return Path("/dev/nvidiactl").exists() or (os.name == "nt" and shutil.which("nvidia-smi") is not None)


def has_cuda() -> bool:
    """Return whether this machine has a GPU and ONNX Runtime is installed with its CUDA provider; neither is loaded.

    Whether the provider then starts is known of a session alone.
    """
    if not has_gpu() or (found := importlib.util.find_spec("onnxruntime")) is None or found.origin is None:
        return False
    return any(Path(found.origin).with_name("capi").glob("*onnxruntime_providers_cuda.*"))


def has_tensorrt() -> bool:
    """Return whether TensorRT's library can be loaded, from its Python package or from the system."""
    with suppress(ImportError, OSError):
        importlib.import_module("tensorrt_libs")  # loads what it holds
    try:
        ctypes.CDLL(TENSORRT_LIBRARY)
    except OSError:
        return False
    return True
