"""What any HTTP service needs, whatever it serves: bounded bodies, errors as JSON, a listening socket."""

from __future__ import annotations

import logging
import os
import socket

from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response

from engine.errors import BadInput, BreakevenError, Failure, NotFound
from engine.messages import Message

log = logging.getLogger("breakeven.inference")
MAX_BODY_BYTES = 16 << 20


class TooLarge(BadInput):
    """The request is larger than the service takes."""


STATUS: tuple[tuple[type[BreakevenError], int], ...] = ((NotFound, 404), (TooLarge, 413), (BadInput, 400))
"""First match wins; any other error for a user is a 500."""


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
