"""One run of a session: on a GPU with inputs and outputs bound to its memory, on a processor as they are.

Bound, inputs are copied to the GPU once and answers back once, whatever runs in between: nothing waits for a copy in
the middle of a graph (https://onnxruntime.ai/docs/performance/tune-performance/iobinding.html).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from engine.serving.providers import ON_GPU

if TYPE_CHECKING:
    from onnxruntime import InferenceSession, RunOptions


def fetch(
    session: InferenceSession,
    outputs: Sequence[str],
    inputs: Mapping[str, np.ndarray],
    options: RunOptions | None = None,
) -> list[np.ndarray]:
    """Return `outputs` of one run, in their order."""
    if session.get_providers()[0] in ON_GPU:
        return fetch_bound(session, outputs, inputs, options, device="cuda")
    return [np.asarray(values) for values in session.run(list(outputs), dict(inputs), options)]


def fetch_bound(
    session: InferenceSession,
    outputs: Sequence[str],
    inputs: Mapping[str, np.ndarray],
    options: RunOptions | None = None,
    *,
    device: str,
) -> list[np.ndarray]:
    """Return `outputs` of one run whose tensors stand in the memory of `device` ("cuda", "cpu").

    ONNX Runtime makes room for the outputs there, as their shapes are only known when it ran.
    """
    from onnxruntime import OrtValue

    binding = session.io_binding()
    for name, values in inputs.items():
        held: Any = OrtValue.ortvalue_from_numpy(np.ascontiguousarray(values), device, 0)
        binding.bind_ortvalue_input(name, held)
    for name in outputs:
        binding.bind_output(name, device, 0)
    binding.synchronize_inputs()
    session.run_with_iobinding(binding, options)
    binding.synchronize_outputs()
    return [np.asarray(values) for values in binding.copy_outputs_to_cpu()]
