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
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from engine import __version__
from engine.config import Settings
from engine.errors import BreakevenError
from engine.serving import keys, protocol
from engine.serving.asked import current
from engine.serving.feedback import Feedback
from engine.serving.guard import Guard
from engine.serving.http import http_error, listen, read_body, unexpected_error, worded_error
from engine.serving.index import endpoint_lines, repository_index
from engine.serving.journal import Journal, log_as_json
from engine.serving.meter import Meter
from engine.serving.metrics import Metrics
from engine.serving.models import Loaded, ModelStore

log = logging.getLogger("breakeven.inference")
AT_ONCE = 2
"""Requests computed at the same time; the others wait. Each already uses every thread."""
FINISH_SECONDS = 30
"""How long accepted requests may take after SIGTERM."""


class Service:
    """The routes over one workspace's models."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.store = ModelStore(settings)
        self.journal = Journal(settings.workspace.usage)
        self.ready = False
        self.started = time.monotonic()
        self._turns = anyio.CapacityLimiter(AT_ONCE)
        self.metrics = Metrics(
            loaded=lambda: len(self.store.loaded()), waiting=lambda: self._turns.statistics().tasks_waiting
        )

    def app(self) -> Starlette:
        model, version = "/v2/models/{model}", "/v2/models/{model}/versions/{version}"
        routes = [
            Route("/v2", self.server),
            Route("/v2/health/live", self.live),
            Route("/v2/health/ready", self.health),
            Route("/v2/health/state", self.state),
            Route("/v2/repository/index", self.index, methods=["GET", "POST"]),
            Route("/v2/repository/models/{model}/load", self.load, methods=["POST"]),
            Route("/v2/repository/models/{model}/unload", self.unload, methods=["POST"]),
            Route("/metrics", self.metrics.show),
            *(Route(path, self.metadata) for path in (model, version)),
            *(Route(f"{path}/ready", self.model_ready) for path in (model, version)),
            Route(f"{model}/feedback", Feedback(self.settings, self.journal).take, methods=["POST"]),
            *(Route(f"{path}/infer", self.infer, methods=["POST"]) for path in (model, version)),
        ]
        handlers: dict[Any, Any] = {
            HTTPException: http_error,
            BreakevenError: worded_error,
            Exception: unexpected_error,
        }
        around = [
            Middleware(Meter, self.journal, self.metrics, self.store.known),
            Middleware(Guard, self.settings),
        ]
        return Starlette(routes=routes, middleware=around, exception_handlers=handlers, lifespan=self.lifespan)

    @asynccontextmanager
    async def lifespan(self, _app: Starlette) -> AsyncIterator[None]:
        """Be ready once libraries and endpoints are loaded, so that the first request does not wait for them."""
        await anyio.to_thread.run_sync(_load_libraries)
        await anyio.to_thread.run_sync(self.store.live.start)
        self.ready = True
        log.info("serving", extra={"port": self.settings.inference_port, "pid": os.getpid()})
        yield
        self.ready = False
        self.store.live.close()
        self.journal.close()
        log.info("stopped")

    async def server(self, _request: Request) -> Response:
        extensions = ["model_repository", "classification"]
        return JSONResponse({"name": "breakeven", "version": __version__, "extensions": extensions})

    async def live(self, _request: Request) -> Response:
        return JSONResponse({"live": True})

    async def health(self, _request: Request) -> Response:
        return JSONResponse({"ready": self.ready}, status_code=200 if self.ready else 503)

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
                "running": self._turns.borrowed_tokens,
                "models": models,
                "endpoints": endpoint_lines(self.store),
            }
        )

    async def index(self, _request: Request) -> Response:
        return JSONResponse(await anyio.to_thread.run_sync(repository_index, self.store))

    async def load(self, request: Request) -> Response:
        await anyio.to_thread.run_sync(self.store.load, request.path_params["model"])
        return JSONResponse({})

    async def unload(self, request: Request) -> Response:
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
        began = time.perf_counter()
        body = await read_body(request)
        loaded = await self._model(request)
        asked = protocol.parse(body, loaded)
        current().rows = asked.rows
        outputs = await anyio.to_thread.run_sync(protocol.compute, asked, loaded, limiter=self._turns)
        ms, model = (time.perf_counter() - began) * 1e3, loaded.model
        facts = {
            "precision": model.precision,
            "provider": model.provider,
            "ms": round(ms, 3),
            "prediction": current().id,
        }
        answer = {"model_name": loaded.name, "model_version": loaded.version, "outputs": outputs, "parameters": facts}
        return JSONResponse(answer | ({"id": asked.id} if asked.id else {}))

    async def _model(self, request: Request) -> Loaded:
        params = request.path_params
        return await anyio.to_thread.run_sync(self.store.get, params["model"], params.get("version", ""))


def serve(settings: Settings) -> None:
    """Serve the workspace's published runs until SIGTERM or Ctrl-C. Raises Failure when the port is taken."""
    import uvicorn

    listener = listen(settings.host, settings.inference_port)
    log_as_json()
    log.info("keys", extra={"asked": keys.prepare(settings)})
    config = uvicorn.Config(
        Service(settings).app(),
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_keep_alive=75,
        timeout_graceful_shutdown=FINISH_SECONDS,
    )
    # uvicorn raises the signal again once it has finished; then it has done its work.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: None)
    uvicorn.Server(config).run(sockets=[listener])


def _load_libraries() -> None:
    import onnxruntime
    import tokenizers

    log.debug("loaded %s %s", onnxruntime.__name__, tokenizers.__name__)
