"""The inference service: the Open Inference Protocol, version 2, over HTTP. A process of its own.

`serve` runs it until SIGTERM or Ctrl-C; what was accepted by then is answered first.
"""

from __future__ import annotations

import logging
import os
import signal
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import anyio
import psutil
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from engine import __version__
from engine.config import Settings
from engine.errors import BreakevenError
from engine.serving import docs, keys
from engine.serving.batching import Gone
from engine.serving.busy import Draining
from engine.serving.feedback import Feedback
from engine.serving.guard import Guard
from engine.serving.http import http_error, listen, read_options, unexpected_error, worded_error
from engine.serving.index import endpoint_lines, repository_index
from engine.serving.inference import Inference
from engine.serving.inquiry import Inquiry
from engine.serving.journal import Journal, log_as_json
from engine.serving.lifecycle import COMPUTE_SECONDS, FINISH_SECONDS, DrainingServer, Lifecycle
from engine.serving.meter import Meter
from engine.serving.metrics import Metrics
from engine.serving.models import Loaded, ModelStore
from engine.serving.statistics import Statistics
from engine.serving.wire import Wire

log = logging.getLogger("breakeven.inference")
EXTENSIONS = (
    "binary_tensor_data",
    "classification",
    "model_configuration",
    "model_repository",
    "schedule_policy",
    "statistics",
)
"""As Triton names what goes beyond the protocol; of the scheduling policies it is `timeout`."""


class Service:
    """The routes over one workspace's models."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.store = ModelStore(settings)
        self.statistics = Statistics()
        self.inference = Inference(settings, self.store, self.statistics)
        self.inquiry = Inquiry(self.store, self.statistics, delay_us=settings.batch_delay_us)
        self.journal = Journal(settings.workspace.usage)
        self.lifecycle = Lifecycle()
        self.started = time.monotonic()
        self.metrics = Metrics(
            loaded=lambda: len(self.store.loaded()), waiting=lambda: self.inference.batcher.queue.waiting_rows
        )

    def app(self) -> Starlette:
        model, version = "/v2/models/{model}", "/v2/models/{model}/versions/{version}"
        routes = [
            Route("/docs", docs.page),
            Route("/openapi.json", docs.openapi),
            Route("/v2", self.server),
            Route("/v2/health/live", self.live),
            Route("/v2/health/ready", self.health),
            Route("/v2/health/state", self.state),
            Route("/v2/repository/index", self.index, methods=["GET", "POST"]),
            Route("/v2/repository/models/{model}/load", self.load, methods=["POST"]),
            Route("/v2/repository/models/{model}/unload", self.unload, methods=["POST"]),
            Route("/metrics", self.metrics.show),
            Route("/v2/models/stats", self.inquiry.all_stats),
            *(Route(path, self.metadata) for path in (model, version)),
            *(Route(f"{path}/config", self.inquiry.config) for path in (model, version)),
            *(Route(f"{path}/stats", self.inquiry.stats) for path in (model, version)),
            *(Route(f"{path}/ready", self.model_ready) for path in (model, version)),
            Route(f"{model}/feedback", Feedback(self.settings, self.journal).take, methods=["POST"]),
            *(Route(f"{path}/infer", self.infer, methods=["POST"]) for path in (model, version)),
        ]
        handlers: dict[Any, Any] = {
            HTTPException: http_error,
            BreakevenError: worded_error,
            ClientDisconnect: unexpected_error,
            Gone: unexpected_error,
            Exception: unexpected_error,
        }
        around = [
            Middleware(Meter, self.journal, self.metrics, self.statistics, self.store.known),
            Middleware(Guard, self.settings),
        ]
        return Starlette(routes=routes, middleware=around, exception_handlers=handlers, lifespan=self.lifespan)

    @asynccontextmanager
    async def lifespan(self, _app: Starlette) -> AsyncIterator[None]:
        """Be ready once libraries and endpoints are loaded, so that the first request does not wait for them."""
        await anyio.to_thread.run_sync(_load_libraries)
        await anyio.to_thread.run_sync(self.store.live.start)
        self.lifecycle.started = True
        log.info("serving", extra={"port": self.settings.inference_port, "pid": os.getpid()})
        yield
        self.lifecycle.stop()
        await anyio.to_thread.run_sync(self.inference.batcher.close)
        self.store.live.close()
        self.journal.close()
        log.info("stopped")

    async def server(self, _request: Request) -> Response:
        return JSONResponse({"name": "breakeven", "version": __version__, "extensions": list(EXTENSIONS)})

    async def live(self, _request: Request) -> Response:
        return JSONResponse({"live": True})

    async def health(self, _request: Request) -> Response:
        if self.lifecycle.stopping:
            raise Draining.now()
        return JSONResponse({"ready": self.lifecycle.ready}, status_code=200 if self.lifecycle.ready else 503)

    async def state(self, _request: Request) -> Response:
        """What the dashboard wants to know of this process; no part of the protocol."""
        models = [
            {
                "name": m.name,
                "precision": m.model.precision,
                "provider": m.model.provider,
                "size_bytes": m.model.size_bytes,
            }
            for m in self.store.loaded()
        ]
        return JSONResponse(
            {
                "workspace": self.settings.workspace.id,
                "version": __version__,
                "pid": os.getpid(),
                "uptime_seconds": round(time.monotonic() - self.started, 1),
                "memory_mib": round(psutil.Process().memory_info().rss / 2**20, 1),
                "running": self.inference.batcher.running,
                "waiting_rows": self.inference.batcher.queue.waiting_rows,
                "lanes": self.inference.batcher.lanes,
                "open": self.lifecycle.open,
                "models": models,
                "endpoints": endpoint_lines(self.store),
            }
        )

    async def index(self, _request: Request) -> Response:
        return JSONResponse(await anyio.to_thread.run_sync(repository_index, self.store))

    async def load(self, request: Request) -> Response:
        await read_options(request)
        await anyio.to_thread.run_sync(self.store.load, request.path_params["model"])
        return JSONResponse({})

    async def unload(self, request: Request) -> Response:
        await read_options(request, "unload_dependents")
        await anyio.to_thread.run_sync(self.store.check, request.path_params["model"])
        self.store.drop(request.path_params["model"])
        return JSONResponse({})

    async def metadata(self, request: Request) -> Response:
        return JSONResponse((await self._model(request)).metadata())

    async def model_ready(self, request: Request) -> Response:
        params = request.path_params
        await anyio.to_thread.run_sync(self.store.check, params["model"], params.get("version", ""))
        return JSONResponse({"name": params["model"], "ready": True})

    async def infer(self, request: Request) -> Response:
        """Answer one inference request; the meter around it writes down what it took."""
        with self.lifecycle.accepted():
            answer = await self.inference.infer(request)
        if self.lifecycle.stopping:
            answer.headers["connection"] = "close"
        return answer

    async def _model(self, request: Request) -> Loaded:
        params = request.path_params
        return await anyio.to_thread.run_sync(self.store.get, params["model"], params.get("version", ""))


def serve(settings: Settings) -> None:
    """Serve the workspace's published runs until SIGTERM or Ctrl-C. Raises Failure when the port is taken."""
    import uvicorn

    listener = listen(settings.host, settings.inference_port)
    log_as_json()
    log.info("keys", extra={"asked": keys.prepare(settings)})
    service = Service(settings)
    config = uvicorn.Config(
        service.app(),
        http=Wire,
        ws="none",
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_keep_alive=75,
        timeout_graceful_shutdown=int(FINISH_SECONDS - COMPUTE_SECONDS),
    )
    # uvicorn raises the signal again once it has finished; then it has done its work.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: None)
    DrainingServer(config, service.lifecycle).run(sockets=[listener])


def _load_libraries() -> None:
    import onnxruntime
    import tokenizers

    log.debug("loaded %s %s", onnxruntime.__name__, tokenizers.__name__)
