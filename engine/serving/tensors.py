"""Input tensors of a request as they were sent: bounded, as many values as the shape says, each of its datatype."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from engine.errors import BadInput
from engine.serving.datatypes import BYTES, DATATYPES, elements, from_bytes, from_json
from engine.serving.frames import Frame, parameters

MAX_ROWS = 4096
"""Rows of one request."""
MAX_CHARACTERS = 100_000
"""Characters of one text; a model reads the first few hundred words."""
MAX_IMAGES = 64
"""Pictures of one request."""
MAX_IMAGE_CHARACTERS = 15_000_000
"""Characters of base64 of all of them."""
MAX_HISTORY_VALUES = 1 << 17
"""Item ids of one request."""
MAX_TENSOR_VALUES = 1 << 22
"""Values of one tensor of numbers: all that a body can hold as INT64 twice over."""
MOST = {"text": MAX_ROWS, "image": MAX_IMAGES, "history": MAX_HISTORY_VALUES}
"""Values of what people give."""
MAX_NAME = 64


@dataclass(frozen=True)
class Tensor:
    """One input as it was sent, of a datatype of the protocol, its values as many as its shape says."""

    name: str
    datatype: str
    shape: tuple[int, ...]
    values: Any
    """Flat: an array of numbers, or of BYTES a list with a string (JSON) or bytes (binary data) an element."""
    binary: bool


def read_inputs(frame: Frame, takes: str) -> dict[str, Tensor]:
    """Return the inputs of a request by name; `takes` is the input that people give, and what a raw request holds.

    Raises BadInput for one that is no tensor of the protocol.
    """
    if frame.raw is not None:
        return {takes: Tensor(takes, BYTES, (1,), [frame.raw], binary=True)}
    given = frame.header.get("inputs")
    if not isinstance(given, list) or not given:
        raise BadInput("The request has no inputs; send {example}.", example=EXAMPLE)
    found: dict[str, Tensor] = {}
    for position, item in enumerate(given):
        if not isinstance(item, dict) or not isinstance(item.get("name"), str):
            raise BadInput("Input {position} has no name; give each input one.", position=position + 1)
        if item["name"] in found:
            raise BadInput("The input {name} is given twice; send it once.", name=item["name"][:MAX_NAME])
        most = MOST.get(item["name"], MAX_TENSOR_VALUES) if item.get("datatype") == BYTES else MAX_TENSOR_VALUES
        found[item["name"]] = _read(item, frame.binary.get(position), most)
    return found


EXAMPLE = '{"inputs": [{"name": "text", "shape": [1], "datatype": "BYTES", "data": ["Profit rose."]}]}'


def _read(item: Mapping[str, Any], binary: memoryview | None, most: int) -> Tensor:
    name, datatype = item["name"][:MAX_NAME], item.get("datatype")
    if datatype not in DATATYPES:
        raise BadInput(
            "The input {name} has datatype {found}; the protocol knows {choices}.",
            name=name,
            found=str(datatype)[:64],
            choices=", ".join(DATATYPES),
        )
    if "shared_memory_region" in parameters(item):
        raise BadInput("The input {name} is in shared memory, which is not spoken; send the data itself.", name=name)
    shape = _shape(item, name, most)
    count = math.prod(shape)
    if binary is not None:
        if "data" in item:
            raise BadInput("The input {name} has data and binary_data_size; send one of them.", name=name)
        values = elements(binary, count, name) if datatype == BYTES else from_bytes(binary, datatype, count, name)
        return Tensor(name, datatype, shape, values, binary=True)
    flat = _flat(item.get("data"), shape, name)
    return Tensor(name, datatype, shape, flat if datatype == BYTES else from_json(flat, datatype, name), binary=False)


def _shape(item: Mapping[str, Any], name: str, most: int) -> tuple[int, ...]:
    shape = item.get("shape")
    if not isinstance(shape, list) or not shape or not all(type(n) is int and 0 < n <= most for n in shape):
        raise BadInput(
            "The input {name} has the shape {shape}; give whole numbers from 1 to {most}.",
            name=name,
            shape=str(shape)[:64],
            most=most,
        )
    if (count := math.prod(shape)) > most:
        raise BadInput(
            "The input {name} has {count} values; send at most {most} at once.", name=name, count=count, most=most
        )
    return tuple(shape)


def _flat(data: Any, shape: Sequence[int], name: str) -> list[Any]:
    """Return a tensor's data as a flat list that fits its shape; rows may be nested or not, as the protocol allows."""
    if not isinstance(data, list):
        raise BadInput("The input {name} has no data; send a JSON list.", name=name)
    values = data
    if data and isinstance(data[0], list):
        for size in shape[1:]:
            if not all(isinstance(row, list) and len(row) == size for row in values):
                raise BadInput(
                    "The input {name} is nested otherwise than its shape {shape} says; send it flat, or row by row.",
                    name=name,
                    shape=str(list(shape)),
                )
            values = [value for row in values for value in row]
    if len(values) != math.prod(shape):
        raise BadInput(
            "The input {name} has {found} values and its shape {shape} needs {count}.",
            name=name,
            found=len(values),
            shape=str(list(shape)),
            count=math.prod(shape),
        )
    return values
