"""ONNX Runtime sessions: which processor they run on and how many threads they take."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from engine.errors import Failure, NotFound
from engine.serving.providers import GPU, ON_GPU, wanted_providers

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

MAX_LANES = 8
"""Batches computed at once at most; on larger machines each gets several threads."""
ERRORS_ONLY = 3
"""ONNX Runtime's log severity: a missing GPU is said in the metadata, not on standard error."""


def open_session(
    model: Path,
    shapes: Mapping[str, Sequence[int]] | None = None,
    *,
    longest: int = 0,
    threads: int = 0,
    require_gpu: bool = False,
) -> InferenceSession:
    """Return a session for the graph in `model`, on the GPU where there is one and the graph is made for it.

    `shapes` and `longest` describe its inputs, see `wanted_providers`; `threads` 0 means one a physical core. Raises
    NotFound when the file is missing, Failure when ONNX Runtime cannot load it or when a GPU is required and the
    session does not use one.
    """
    import onnxruntime

    if not model.is_file():
        raise NotFound("There is no model in {folder}; choose a finished run.", folder=str(model.parent.parent))
    providers = wanted_providers(model, onnxruntime.get_available_providers(), shapes, longest=longest)
    if GPU in providers:
        onnxruntime.preload_dlls()
    try:
        session = onnxruntime.InferenceSession(str(model), session_options(threads), providers=providers)
    except Exception as error:  # ONNX Runtime's errors share no base class
        raise Failure(
            "{path} cannot be loaded ({error}); train the run again or restore the file.",
            path=str(model),
            error=str(error).splitlines()[0][:200],
        ) from error
    if require_gpu and (provider := session.get_providers()[0]) not in ON_GPU:
        raise Failure(
            "A GPU is required and the model in {folder} would run on {provider}; serve fp16 or fp32 on a machine with "
            "CUDA, or do not require a GPU.",
            folder=str(model.parent.parent),
            provider=provider,
        )
    if require_gpu:
        session.disable_fallback()  # else an error of the GPU moves it to the processor, without a word
    return session


def session_options(threads: int) -> onnxruntime.SessionOptions:  # type: ignore[name-defined] # noqa: F821
    """Return options for `threads` threads, which wait actively during a request and sleep between requests."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads or physical_cores()
    options.inter_op_num_threads = 1
    options.log_severity_level = ERRORS_ONLY
    options.add_session_config_entry("session.force_spinning_stop", "1")
    return options


def physical_cores() -> int:
    """Return how many cores this process may use, hyper-threads not counted."""
    import psutil

    return min(psutil.cpu_count(logical=False) or 1, len(usable_cpus()))


def lanes(threads: int) -> int:
    """Return how many batches are computed at once on `threads` threads (0: one a physical core)."""
    return min(threads or physical_cores(), MAX_LANES)


def usable_cpus() -> list[int]:
    """Return the processors this process may run on."""
    import psutil

    process = psutil.Process()
    return process.cpu_affinity() if hasattr(process, "cpu_affinity") else list(range(psutil.cpu_count() or 1))
