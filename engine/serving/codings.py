"""Compressed bodies, both ways: gzip and deflate, never larger than allowed.

https://www.rfc-editor.org/rfc/rfc9110#name-content-codings; deflate is the zlib format, as Triton's clients send it.
"""

from __future__ import annotations

import gzip
import zlib

from engine.errors import BadInput
from engine.messages import Message

CODINGS = ("gzip", "deflate")
WINDOW_BITS = {"gzip": 31, "deflate": 15}
"""As zlib takes them: 16 more for gzip's own head and checksum."""
LEVEL = 1
"""The fastest: an answer is wanted soon."""
WORTH_BYTES = 1024
"""Shorter answers would hardly shrink."""


class TooLarge(BadInput):
    """The request is larger than the service takes."""

    @classmethod
    def than(cls, most: int) -> TooLarge:
        return cls(Message("The request is larger than {mib} MiB; send fewer rows at once.", mib=most >> 20))


class UnknownCoding(BadInput):
    """The body is compressed in a way that is not spoken."""


def coding_of(header: str | None) -> str:
    """Return the coding that a request's Content-Encoding names, empty for none. Raises UnknownCoding for others."""
    coding = (header or "").strip().lower().replace("x-gzip", "gzip")
    if coding in ("", "identity"):
        return ""
    if coding not in CODINGS:
        raise UnknownCoding(
            Message(
                "The content encoding {value} is not spoken; send plain data, {choices}.",
                value=coding[:64],
                choices=" or ".join(CODINGS),
            )
        )
    return coding


def decompress(data: bytes, coding: str, most: int) -> bytes:
    """Return what was compressed. Raises TooLarge beyond `most` bytes, BadInput when it is damaged or cut off."""
    found = bytearray()
    try:
        while data:
            reader = zlib.decompressobj(WINDOW_BITS[coding])
            found += reader.decompress(data, most + 1 - len(found))
            if len(found) > most or reader.unconsumed_tail:
                raise TooLarge.than(most)
            if not reader.eof:
                raise zlib.error("it ends too early")
            data = reader.unused_data  # gzip files may stand one behind the other
    except zlib.error as error:
        raise BadInput("The request is no {coding} ({error}).", coding=coding, error=str(error)) from error
    return bytes(found)


def compress(data: bytes, coding: str) -> bytes:
    """Return the data compressed."""
    return gzip.compress(data, LEVEL, mtime=0) if coding == "gzip" else zlib.compress(data, LEVEL)


def accepted(header: str | None) -> str:
    """Return the coding that an Accept-Encoding header likes best, empty where none is."""
    weights: dict[str, float] = {}
    for part in (header or "").lower().split(","):
        name, _, rest = part.partition(";")
        weights[name.strip()] = _weight(rest)
    liked = {coding: weights.get(coding, weights.get("*", 0.0)) for coding in CODINGS}
    best = max(CODINGS, key=lambda coding: liked[coding])
    return best if liked[best] > 0 and liked[best] >= weights.get("identity", 0.0) else ""


def _weight(parameter: str) -> float:
    """Return the q of one coding, 1 when none is given, 0 for nonsense."""
    if not parameter.strip():
        return 1.0
    name, _, value = parameter.partition("=")
    try:
        return min(1.0, max(0.0, float(value))) if name.strip() == "q" else 1.0
    except ValueError:
        return 0.0
