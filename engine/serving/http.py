"""What any HTTP service needs, whatever it serves: bounded bodies, errors as JSON, a listening socket."""

from __future__ import annotations

import logging
import os
import socket
from collections.abc import Mapping

import anyio
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response

from engine.errors import BadInput, BreakevenError, Failure, NotFound
from engine.messages import Message
from engine.serving.batching import Gone
from engine.serving.busy import Busy, Draining
from engine.serving.codings import (
    CODINGS,
    WORTH_BYTES,
    TooLarge,
    UnknownCoding,
    accepted,
    coding_of,
    compress,
    decompress,
)
from engine.serving.frames import parameters, read_object

log = logging.getLogger("breakeven.inference")
MAX_BODY_BYTES = 16 << 20
GONE_STATUS = 499
"""What is written down for a client that did not wait; nobody receives it. nginx's, as there is no standard one."""


STATUS: tuple[tuple[type[BreakevenError], int], ...] = (
    (NotFound, 404),
    (TooLarge, 413),
    (UnknownCoding, 415),
    (BadInput, 400),
)
"""First match wins; any other error for a user is a 500."""


async def read_body(request: Request) -> bytes:
    """Return a request's body, decompressed. Raises TooLarge beyond 16 MiB, UnknownCoding, and BadInput for damage."""
    coding = coding_of(request.headers.get("content-encoding"))
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BODY_BYTES:
            raise TooLarge.than(MAX_BODY_BYTES)
    if not coding:
        return bytes(body)
    return await anyio.to_thread.run_sync(decompress, bytes(body), coding, MAX_BODY_BYTES)


async def read_options(request: Request, *known: str) -> None:
    """Check the optional body of a request that may have `known` parameters. Raises BadInput for any other."""
    body = await read_body(request)
    given = parameters(read_object(body)) if body else {}
    if strange := sorted(set(given) - set(known)):
        raise BadInput(
            "The parameter {name} is not spoken; models come from finished runs and are loaded as they are.",
            name=strange[0][:64],
        )


async def respond(request: Request, body: bytes, headers: Mapping[str, str]) -> Response:
    """Return an answer, compressed when it is long and the client says that it likes that."""
    coding = accepted(request.headers.get("accept-encoding")) if len(body) >= WORTH_BYTES else ""
    if coding:
        body = await anyio.to_thread.run_sync(compress, body, coding)
        headers = {**headers, "content-encoding": coding, "vary": "Accept-Encoding"}
    return Response(body, headers=dict(headers))


def status_of(error: BreakevenError) -> int:
    """Return the HTTP status for an error that is worded for a user."""
    if isinstance(error, Busy):
        return error.status
    return next((status for kind, status in STATUS if isinstance(error, kind)), 500)


async def worded_error(_request: Request, error: BreakevenError) -> Response:
    """Answer with the sentence of an error."""
    if not isinstance(error, BadInput | Busy):
        log.error(str(error))
    headers = {"retry-after": str(error.retry_after_s)} if isinstance(error, Busy) and error.retry_after_s else {}
    if isinstance(error, Draining):
        headers["connection"] = "close"
    if isinstance(error, UnknownCoding):
        headers["accept-encoding"] = ", ".join(CODINGS)
    return in_words(error.message, status_of(error), headers)


def in_words(sentence: Message, status: int, headers: Mapping[str, str] | None = None) -> JSONResponse:
    """Return a refusal: in English under `error`, as the protocol wants, and as a message that a page can translate."""
    return JSONResponse({"error": str(sentence), "message": sentence.to_json()}, status_code=status, headers=headers)


async def http_error(request: Request, error: HTTPException) -> Response:
    path, allowed = request.url.path[:200], (error.headers or {}).get("Allow", "another method")
    text = {
        404: f"There is nothing at {path}; GET /docs says what speaks here.",
        405: f"{request.method} is not what {path} takes; use {allowed}.",
    }
    return JSONResponse(
        {"error": text.get(error.status_code, error.detail)}, status_code=error.status_code, headers=error.headers
    )


async def unexpected_error(request: Request, error: Exception) -> Response:
    if isinstance(error, ClientDisconnect | Gone):
        return Response(status_code=GONE_STATUS)
    log.error("unexpected error", exc_info=error, extra={"path": request.url.path})
    return JSONResponse({"error": "The service failed; its log says why."}, status_code=500)


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
