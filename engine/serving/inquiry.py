"""What Triton's clients ask of a model besides its metadata: how it is configured, and what it has done so far.

https://github.com/triton-inference-server/server/blob/main/docs/protocol/extension_model_configuration.md and
extension_statistics.md
"""

from __future__ import annotations

from typing import Any

import anyio
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from engine.serving.datatypes import BYTES
from engine.serving.models import Loaded, ModelStore
from engine.serving.providers import CPU
from engine.serving.statistics import Statistics
from engine.tasks.encoder import TensorSpec


class Inquiry:
    """Answers what is asked about models."""

    def __init__(self, store: ModelStore, statistics: Statistics, *, delay_us: int) -> None:
        self._store, self._statistics, self._delay_us = store, statistics, delay_us

    async def config(self, request: Request) -> Response:
        """Answer with a model's configuration."""
        return JSONResponse(model_config(await self._found(request), delay_us=self._delay_us))

    async def stats(self, request: Request) -> Response:
        """Answer with the figures of one version of a model, or of all of them."""
        version = request.path_params.get("version", "")
        found = await self._found(request)
        return JSONResponse(self._statistics.told(found.name, version, versions=found.versions))

    async def all_stats(self, _request: Request) -> Response:
        """Answer with the figures of every model that was asked since this process started."""
        return JSONResponse(self._statistics.told())

    async def _found(self, request: Request) -> Loaded:
        params = request.path_params
        return await anyio.to_thread.run_sync(self._store.get, params["model"], params.get("version", ""))


def model_config(loaded: Loaded, *, delay_us: int) -> dict[str, Any]:
    """Return a model's configuration in Triton's field names; the batch stands in no shape."""
    model, encoder = loaded.model, loaded.model.encoder
    people = TensorSpec(encoder.takes, BYTES, ())
    tensors = [{**_tensor(t), "optional": True} for t in encoder.tensors if t.name != encoder.takes]
    return {
        "name": loaded.name,
        "platform": "onnxruntime_onnx",
        "backend": "onnxruntime",
        "version_policy": {"specific": {"versions": list(loaded.versions)}},
        "max_batch_size": model.batch_rows,
        "input": [_tensor(people), *tensors],
        "output": [_tensor(output) for output in model.outputs],
        "dynamic_batching": {"preferred_batch_size": [model.batch_rows], "max_queue_delay_microseconds": delay_us},
        "instance_group": [
            {"name": loaded.name, "kind": "KIND_CPU" if model.provider == CPU else "KIND_GPU", "count": 1}
        ],
    }


def _tensor(tensor: TensorSpec) -> dict[str, Any]:
    kind = "TYPE_STRING" if tensor.datatype == BYTES else f"TYPE_{tensor.datatype}"
    return {"name": tensor.name, "data_type": kind, "dims": list(tensor.shape)}
