"""Bytes from where they are published: a few tries, a limit on their size, and the hash they must have."""

from __future__ import annotations

import hashlib

import httpx
from tenacity import Retrying, retry_if_exception_type, stop_after_attempt, wait_exponential

from engine.errors import Failure
from engine.messages import Message

ATTEMPTS = 3
MAX_BYTES = 16 << 20
TIMEOUT = httpx.Timeout(20.0, connect=5.0)


class _TryAgain(Exception):
    """The server or the way to it failed; another try may help."""

    def __init__(self, reason: Message | str) -> None:
        super().__init__(str(reason))
        self.reason = reason


def fetch(url: str, *, sha256: str = "", md5: str = "", wait_s: float = 0.5, max_bytes: int = MAX_BYTES) -> bytes:
    """Return the bytes at `url`, in up to three tries, the first pause between them being `wait_s`.

    Raises Failure when they do not come, are more than `max_bytes`, or have another hash than each that is given.
    """
    tries = Retrying(
        retry=retry_if_exception_type(_TryAgain),
        stop=stop_after_attempt(ATTEMPTS),
        wait=wait_exponential(multiplier=wait_s),
        reraise=True,
    )
    try:
        data: bytes = tries(_download, url, max_bytes)
    except _TryAgain as error:
        raise Failure("{url} did not answer: {reason}", url=url, reason=error.reason) from error
    _refuse_other(url, "SHA-256", hashlib.sha256(data).hexdigest(), sha256)
    _refuse_other(url, "MD5", hashlib.md5(data, usedforsecurity=False).hexdigest(), md5)
    return data


def _refuse_other(url: str, kind: str, found: str, wanted: str) -> None:
    if wanted and found != wanted:
        raise Failure(
            "what {url} sent has the {kind} {found} instead of {wanted}", url=url, kind=kind, found=found, wanted=wanted
        )


def _download(url: str, max_bytes: int) -> bytes:
    """Return the body at `url`. Raises _TryAgain for what may pass, Failure for what will not."""
    data = bytearray()
    try:
        with httpx.stream("GET", url, follow_redirects=True, timeout=TIMEOUT) as response:
            if response.status_code == 429 or response.status_code >= 500:
                raise _TryAgain(f"HTTP {response.status_code}")
            if response.status_code != 200:
                raise Failure("{url} answered with HTTP {status}", url=url, status=response.status_code)
            for chunk in response.iter_bytes():
                data += chunk
                if len(data) > max_bytes:
                    raise Failure("{url} sent more than {limit} MiB", url=url, limit=max_bytes >> 20)
    except httpx.InvalidURL as error:
        raise Failure("{url} is not an address", url=url) from error
    except httpx.HTTPError as error:
        raise _TryAgain(_why(error)) from error
    return bytes(data)


def _why(error: httpx.HTTPError) -> Message | str:
    """Return what failed in words; a socket's own are a number and a name for programmers."""
    if isinstance(error, httpx.TimeoutException):
        return Message("it took too long")
    if isinstance(error, httpx.ConnectError):
        return Message("no connection could be made")
    return str(error) or type(error).__name__
