"""Bodies of inference requests and answers: one JSON object, and behind it what tensors hold as binary data.

https://github.com/triton-inference-server/server/blob/main/docs/protocol/extension_binary_data.md
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from engine.errors import BadInput

HEADER = "inference-header-content-length"
"""The HTTP header that gives the length of the JSON object when binary data stands behind it."""


@dataclass(frozen=True)
class Frame:
    """A request's body, taken apart."""

    header: Mapping[str, Any]
    """The JSON object; of a raw request an empty one."""
    binary: Mapping[int, memoryview]
    """Position among the inputs → its binary data."""
    raw: bytes | None = None
    """The whole body, where a header length of 0 says that it is the one element of the one input."""


def split(body: bytes, header_length: str | None) -> Frame:
    """Return the parts of a body. Raises BadInput when it is no JSON object or the sizes do not fit together."""
    length = len(body) if header_length is None else _length(header_length, len(body))
    if header_length is not None and length == 0:
        return Frame({}, {}, body)
    header = read_object(body[:length])
    return Frame(header, _binary(header, memoryview(body)[length:]))


def read_object(text: bytes) -> dict[str, Any]:
    """Return a JSON object. Raises BadInput when it is none."""
    try:
        found = msgspec.json.decode(text)
    except (msgspec.DecodeError, ValueError, RecursionError) as error:
        raise BadInput("The request is not JSON ({error}).", error=str(error)[:200]) from error
    if not isinstance(found, dict):
        raise BadInput("The request is no JSON object; send one in curly brackets.")
    return found


def parameters(item: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the `parameters` of a request, an input or an output. Raises BadInput when they are no object."""
    found = item.get("parameters")
    if found is None:
        return {}
    if not isinstance(found, dict):
        raise BadInput("parameters is {value}; give a JSON object or leave it out.", value=str(found)[:64])
    return found


def flag(given: Mapping[str, Any], name: str, default: bool = False) -> bool:
    """Return a parameter that is true or false. Raises BadInput when it is neither."""
    value = given.get(name, default)
    if not isinstance(value, bool):
        raise BadInput("{name} is {value}; give true or false.", name=name, value=str(value)[:64])
    return value


def whole_number(given: Mapping[str, Any], name: str) -> int | None:
    """Return a parameter that counts something, None when it is not given. Raises BadInput when it is no count."""
    value = given.get(name)
    if value is not None and (type(value) is not int or value < 0):
        raise BadInput("{name} is {value}; give a whole number from 0.", name=name, value=str(value)[:64])
    return value


def _length(given: str, most: int) -> int:
    if not (given.isascii() and given.isdigit() and len(given) < 20 and int(given) <= most):
        raise BadInput(
            "Inference-Header-Content-Length is {value}; give the bytes of the JSON object, up to the {most} of the "
            "whole body.",
            value=given[:64],
            most=most,
        )
    return int(given)


def _binary(header: Mapping[str, Any], data: memoryview) -> dict[int, memoryview]:
    found, place = {}, 0
    inputs = header.get("inputs")
    for position, item in enumerate(inputs if isinstance(inputs, list) else []):
        size = whole_number(parameters(item), "binary_data_size") if isinstance(item, dict) else None
        if size is None:
            continue
        if place + size > len(data):
            raise BadInput(
                "The input {name} has binary_data_size {size} and only {left} bytes are left behind the JSON object.",
                name=str(item.get("name"))[:64],
                size=size,
                left=len(data) - place,
            )
        found[position] = data[place : place + size]
        place += size
    if place != len(data):
        raise BadInput(
            "{left} bytes of binary data belong to no input; give each its binary_data_size.", left=len(data) - place
        )
    return found
