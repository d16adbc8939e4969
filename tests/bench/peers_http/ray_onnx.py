"""Ray Serve over the ONNX file, its dynamic batching on. `python -m tests.bench.peers_http.ray_onnx PORT FOLDER`."""

from __future__ import annotations

import signal
import sys
from collections.abc import Sequence
from typing import Any

import ray
from ray import serve
from starlette.requests import Request

from tests.bench.peers_http.onnx_model import BATCH_ROWS, WORKERS, OnnxModel

BATCH_WAIT_SECONDS = 0.002
MEMORY_BYTES = 100 << 20
MOST_REQUESTS = 256
"""That a replica holds at once: more than ask, so that none waits outside."""


def _rows(asked: Sequence[Sequence[str]]) -> int:
    return sum(map(len, asked))


class Classifier:
    def __init__(self) -> None:
        self.model = OnnxModel()

    @serve.batch(max_batch_size=BATCH_ROWS, batch_wait_timeout_s=BATCH_WAIT_SECONDS, batch_size_fn=_rows)
    async def answers(self, asked: list[list[str]]) -> list[list[list[float]]]:
        found = iter(self.model.probabilities([text for texts in asked for text in texts]))
        return [[next(found) for _ in texts] for texts in asked]

    async def __call__(self, request: Request) -> dict[str, Any]:
        return {"probabilities": await self.answers((await request.json())["texts"])}


def _stay_local() -> None:
    """Let a replica listen on this machine alone; Ray Serve has no setting for its second port."""
    from ray.serve._private import replica

    bind = replica.add_port_to_grpc_server
    replica.add_port_to_grpc_server = lambda server, address: bind(server, address.replace("[::]", "127.0.0.1"))


def main(port: int, folder: str) -> None:
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: sys.exit(0))
    ray.init(
        include_dashboard=False,
        object_store_memory=MEMORY_BYTES,
        runtime_env={"worker_process_setup_hook": _stay_local},
        _temp_dir=folder,
    )
    serve.start(http_options={"host": "127.0.0.1", "port": port})
    deployment: Any = serve.deployment(
        Classifier, num_replicas=WORKERS, max_ongoing_requests=MOST_REQUESTS, ray_actor_options={"num_cpus": 0}
    )
    serve.run(deployment.bind(), route_prefix="/classify")
    try:
        signal.pause()
    finally:
        serve.shutdown()
        ray.shutdown()


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2])
