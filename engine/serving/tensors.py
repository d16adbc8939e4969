"""Input tensors of a request, checked: bounded, of the right type and shape, and said in one sentence when not."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from engine.errors import BadInput
from engine.tasks.encoder import Encoder

MAX_ROWS = 4096
"""Rows of one request."""
MAX_CHARACTERS = 100_000
"""Characters of one text; a model reads the first few hundred words."""
MAX_TENSOR_VALUES = 1 << 18
"""Values of one input tensor."""
DATATYPES = {"INT64": np.int64, "FP32": np.float32}


def read_texts(tensor: dict[str, Any]) -> tuple[str, ...]:
    """Return the texts of a BYTES tensor. Raises BadInput for another type, too many, or one that is too long."""
    if tensor.get("datatype") != "BYTES":
        raise BadInput("The input text has datatype {found}; send BYTES.", found=str(tensor.get("datatype"))[:64])
    values = _values(tensor, MAX_ROWS)
    for row, text in enumerate(values):
        if not isinstance(text, str):
            raise BadInput("Row {row} of text is no string; send each text as a JSON string.", row=row + 1)
        if len(text) > MAX_CHARACTERS:
            raise BadInput(
                "Row {row} of text has {count} characters; send at most {most}.",
                row=row + 1,
                count=len(text),
                most=MAX_CHARACTERS,
            )
    return tuple(values)


def read_tensors(inputs: Mapping[str, dict[str, Any]], encoder: Encoder) -> dict[str, np.ndarray]:
    """Return the inputs that the graph takes, all (rows, length). Raises BadInput when one does not fit."""
    wanted = encoder.inputs
    if set(inputs) != set(wanted):
        raise BadInput(
            "The inputs are {found}; send text, or all of {wanted}.",
            found=", ".join(sorted(inputs))[:200],
            wanted=", ".join(wanted),
        )
    tensors = {name: _tensor(name, inputs[name]) for name in wanted}
    shapes = {t.shape for t in tensors.values()}
    if len(shapes) > 1 or next(iter(shapes))[1] > encoder.max_tokens:
        raise BadInput(
            "The inputs have the shapes {shapes}; send one shape, [rows, length], with a length up to {most}.",
            shapes=", ".join(map(str, sorted(shapes))),
            most=encoder.max_tokens,
        )
    return tensors


def _tensor(name: str, tensor: dict[str, Any]) -> np.ndarray:
    datatype = "FP32" if name == "weights" else "INT64"
    if tensor.get("datatype") != datatype:
        raise BadInput(
            "The input {name} has datatype {found}; send {wanted}.",
            name=name,
            found=str(tensor.get("datatype"))[:64],
            wanted=datatype,
        )
    values, kinds = _values(tensor, MAX_TENSOR_VALUES), (int, float) if datatype == "FP32" else (int,)
    if len(tensor["shape"]) != 2 or not all(isinstance(v, kinds) and not isinstance(v, bool) for v in values):
        raise BadInput("The input {name} is no table of numbers; its shape is [rows, length].", name=name)
    try:
        return np.array(values, dtype=DATATYPES[datatype]).reshape(tensor["shape"])
    except OverflowError as error:
        raise BadInput("The input {name} has a number beyond {wanted}.", name=name, wanted=datatype) from error


def _values(tensor: dict[str, Any], most: int) -> list[Any]:
    """Return a tensor's data as a flat list that fits its shape; rows may be nested or not, as the protocol allows."""
    shape, data = tensor.get("shape"), tensor.get("data")
    name = str(tensor.get("name"))[:64]
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
    if not isinstance(data, list):
        raise BadInput("The input {name} has no data; send a JSON list.", name=name)
    flat = _flat(data, len(shape))
    if len(flat) != count:
        raise BadInput(
            "The input {name} has {found} values and its shape {shape} needs {count}.",
            name=name,
            found=len(flat),
            shape=str(shape),
            count=count,
        )
    return flat


def _flat(data: list[Any], depth: int) -> list[Any]:
    for _ in range(depth - 1):
        if not data or not all(isinstance(row, list) for row in data):
            break
        data = [value for row in data for value in row]
    return data
