"""The inference service: the Open Inference Protocol, version 2, over HTTP. A process of its own.

`serve` runs it until SIGTERM or Ctrl-C; what was accepted by then is answered first.
"""

from __future__ import annotations

import logging
import os
import signal
import socket
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import anyio
import psutil
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from engine import __version__
from engine.config import Settings
from engine.errors import BadInput, BreakevenError, Failure, NotFound
from engine.messages import Message
from engine.serving import protocol
from engine.serving.journal import Journal, log_as_json
from engine.serving.models import SERVED, Loaded, ModelStore

log = logging.getLogger("breakeven.inference")
MAX_BODY_BYTES = 16 << 20
AT_ONCE = 2
"""Requests computed at the same time; the others wait. Each already uses every thread."""
FINISH_SECONDS = 30
"""How long accepted requests may take after SIGTERM."""


class TooLarge(BadInput):
    """The request is larger than the service takes."""


STATUS: tuple[tuple[type[BreakevenError], int], ...] = ((NotFound, 404), (TooLarge, 413), (BadInput, 400))
"""First match wins; any other error for a user is a 500."""


class Service:
    """The routes over one workspace's models."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.store = ModelStore(settings)
        self.journal = Journal(settings.workspace.usage)
        self.ready = False
        self.started = time.monotonic()
        self._turns = anyio.CapacityLimiter(AT_ONCE)

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
            *(Route(path, self.metadata) for path in (model, version)),
            *(Route(f"{path}/ready", self.model_ready) for path in (model, version)),
            *(Route(f"{path}/infer", self.infer, methods=["POST"]) for path in (model, version)),
        ]
        handlers: dict[Any, Any] = {
            HTTPException: http_error,
            BreakevenError: worded_error,
            Exception: unexpected_error,
        }
        return Starlette(routes=routes, exception_handlers=handlers, lifespan=self.lifespan)

    @asynccontextmanager
    async def lifespan(self, _app: Starlette) -> AsyncIterator[None]:
        """Be ready once the libraries are loaded, so that the first request does not wait for them."""
        await anyio.to_thread.run_sync(_load_libraries)
        self.ready = True
        log.info("serving", extra={"port": self.settings.inference_port, "pid": os.getpid()})
        yield
        self.ready = False
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
                "precision": m.classifier.precision,
                "provider": m.classifier.provider,
                "size_bytes": m.classifier.size_bytes,
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
                "models": models,
            }
        )

    async def index(self, _request: Request) -> Response:
        found = await anyio.to_thread.run_sync(lambda: list(self.store.published()))
        return JSONResponse([{"name": n, "version": SERVED, "state": "READY", "precision": p} for n, p in found])

    async def load(self, request: Request) -> Response:
        await self._model(request)
        return JSONResponse({})

    async def unload(self, request: Request) -> Response:
        await anyio.to_thread.run_sync(self.store.check, request.path_params["model"])
        self.store.drop(request.path_params["model"])
        return JSONResponse({})

    async def metadata(self, request: Request) -> Response:
        return JSONResponse((await self._model(request)).metadata())

    async def model_ready(self, request: Request) -> Response:
        params = request.path_params
        await anyio.to_thread.run_sync(self.store.check, params["model"], params.get("version", SERVED))
        return JSONResponse({"name": params["model"], "ready": True})

    async def infer(self, request: Request) -> Response:
        """Answer one inference request and write down what it took."""
        began = time.perf_counter()
        body = await read_body(request)
        loaded = await self._model(request)
        rows, status = 0, 200
        try:
            asked = protocol.parse(body, loaded)
            rows = asked.rows
            outputs = await anyio.to_thread.run_sync(protocol.compute, asked, loaded, limiter=self._turns)
        except BreakevenError as error:
            status = status_of(error)
            raise
        except Exception:
            status = 500
            raise
        finally:
            ms = (time.perf_counter() - began) * 1e3
            self.journal.write(model=loaded.name, rows=rows, ms=ms, status=status)
        classifier = loaded.classifier
        facts = {"precision": classifier.precision, "provider": classifier.provider, "ms": round(ms, 3)}
        answer = {"model_name": loaded.name, "model_version": SERVED, "outputs": outputs, "parameters": facts}
        return JSONResponse(answer | ({"id": asked.id} if asked.id else {}))

    async def _model(self, request: Request) -> Loaded:
        params = request.path_params
        return await anyio.to_thread.run_sync(self.store.get, params["model"], params.get("version", SERVED))


async def read_body(request: Request) -> bytes:
    """Return the body of a JSON request. Raises TooLarge beyond 16 MiB, BadInput for encodings that are not spoken."""
    if request.headers.get("content-encoding", "identity") != "identity":
        raise BadInput(
            "The content encoding {value} is not spoken; send plain JSON.", value=request.headers["content-encoding"]
        )
    if "inference-header-content-length" in request.headers:
        raise BadInput("Binary tensors are not spoken; send the data as JSON (binary_data=False).")
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BODY_BYTES:
            raise TooLarge(
                Message("The request is larger than {mib} MiB; send fewer rows at once.", mib=MAX_BODY_BYTES >> 20)
            )
    return bytes(body)


def status_of(error: BreakevenError) -> int:
    """Return the HTTP status for an error that is worded for a user."""
    return next((status for kind, status in STATUS if isinstance(error, kind)), 500)


async def worded_error(_request: Request, error: BreakevenError) -> Response:
    """Answer in English under `error`, as the protocol wants, and as a message that a page can translate."""
    if not isinstance(error, BadInput):
        log.error(str(error))
    return JSONResponse({"error": str(error), "message": error.message.to_json()}, status_code=status_of(error))


async def http_error(request: Request, error: HTTPException) -> Response:
    text = {404: f"There is nothing at {request.url.path}; GET /v2 says what speaks here."}
    return JSONResponse(
        {"error": text.get(error.status_code, error.detail)}, status_code=error.status_code, headers=error.headers
    )


async def unexpected_error(request: Request, error: Exception) -> Response:
    if isinstance(error, ClientDisconnect):
        return Response(status_code=499)
    log.error("unexpected error", exc_info=error, extra={"path": request.url.path})
    return JSONResponse({"error": "The service failed; its log says why."}, status_code=500)


def serve(settings: Settings) -> None:
    """Serve the workspace's published runs until SIGTERM or Ctrl-C. Raises Failure when the port is taken."""
    import uvicorn

    listener = listen(settings.host, settings.inference_port)
    log_as_json()
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


def listen(host: str, port: int) -> socket.socket:
    """Return a listening TCP socket. Naming the protocol lets asyncio send small answers without delay."""
    try:
        family, kind, protocol_number, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP
        )[0]
        listener = socket.socket(family, kind, protocol_number)
        if os.name != "nt":
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(2048)
    except OSError as error:
        raise Failure(
            "The inference service cannot use {host}:{port} ({reason}); free that port or choose another with "
            "BREAKEVEN_INFERENCE_PORT.",
            host=host,
            port=port,
            reason=os.strerror(error.errno) if error.errno and error.errno > 0 else str(error),
        ) from error
    return listener


def _load_libraries() -> None:
    import onnxruntime
    import tokenizers

    log.debug("loaded %s %s", onnxruntime.__name__, tokenizers.__name__)
