"""Demo data from where it is published: fetched in a few tries, bounded, and refused when its hash is another one."""

from __future__ import annotations

import hashlib

import httpx
from tenacity import Retrying, retry_if_exception_type, stop_after_attempt, wait_exponential

from engine.errors import Failure

ATTEMPTS = 3
MAX_BYTES = 16 << 20
TIMEOUT = httpx.Timeout(20.0, connect=5.0)
NAMES = {"sha256": "SHA-256", "md5": "MD5"}


class _TryAgain(Exception):
    """The server or the way to it failed; another try may help."""


def fetch(url: str, digest: str, *, algorithm: str = "sha256", wait_s: float = 0.5) -> bytes:
    """Return the bytes at `url`, in up to three tries. Raises Failure when they do not come or have another hash.

    `digest` is the hash as hex digits, of `algorithm` as hashlib names it; `wait_s` the first pause between tries.
    """
    tries = Retrying(
        retry=retry_if_exception_type(_TryAgain),
        stop=stop_after_attempt(ATTEMPTS),
        wait=wait_exponential(multiplier=wait_s),
        reraise=True,
    )
    try:
        data: bytes = tries(_download, url)
    except _TryAgain as error:
        raise Failure("{url} did not answer: {reason}", url=url, reason=str(error)) from error
    found = hashlib.new(algorithm, data, usedforsecurity=False).hexdigest()
    if found != digest:
        raise Failure(
            "what {url} sent has the {name} {found} instead of {wanted}",
            url=url,
            name=NAMES.get(algorithm, algorithm),
            found=found,
            wanted=digest,
        )
    return data


def _download(url: str) -> bytes:
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
                if len(data) > MAX_BYTES:
                    raise Failure("{url} sent more than {limit} MiB", url=url, limit=MAX_BYTES >> 20)
    except httpx.InvalidURL as error:
        raise Failure("{url} is not an address", url=url) from error
    except httpx.HTTPError as error:
        raise _TryAgain(str(error) or type(error).__name__) from error
    return bytes(data)
