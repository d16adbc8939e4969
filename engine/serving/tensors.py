"""Input tensors of a request, checked: bounded, of the right type and shape, and said in one sentence when not."""

from __future__ import annotations

import base64
import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from engine.errors import BadInput
from engine.tasks.encoder import Encoder, TensorSpec

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
MAX_TENSOR_VALUES = 1 << 18
"""Values of one input tensor."""
DATATYPES: dict[str, Any] = {"INT64": np.int64, "FP32": np.float32, "UINT8": np.uint8}
FRACTIONS = {"FP32"}
"""Datatypes whose numbers need not be whole."""


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


def read_images(tensor: dict[str, Any]) -> tuple[bytes, ...]:
    """Return the files of a BYTES tensor of pictures, each written as base64. Raises BadInput when one is not."""
    values = _bytes_tensor(tensor, MAX_IMAGES)
    if sum(map(len, values)) > MAX_IMAGE_CHARACTERS:
        raise BadInput("The pictures take more than {most} MB; send fewer at once.", most=MAX_IMAGE_CHARACTERS // 10**6)
    found = []
    for row, text in enumerate(values):
        try:
            found.append(base64.b64decode(text, validate=True))
        except ValueError as error:
            raise BadInput("Row {row} of image is no base64; send each file that way.", row=row + 1) from error
    return tuple(found)


def read_histories(tensor: dict[str, Any]) -> tuple[tuple[str, ...], ...]:
    """Return the histories of a BYTES tensor (rows, length) of item ids, the newest last; "" fills a shorter row."""
    values, shape = _bytes_tensor(tensor, MAX_HISTORY_VALUES), tensor["shape"]
    width = shape[1] if len(shape) == 2 else shape[0]
    if len(shape) > 2:
        raise BadInput("The input history has {count} dimensions; send [rows, length].", count=len(shape))
    rows = [values[i : i + width] for i in range(0, len(values), width)]
    return tuple(tuple(item for item in row if item) for row in rows)


def _bytes_tensor(tensor: dict[str, Any], most: int) -> list[str]:
    """Return the strings of a BYTES tensor."""
    name = str(tensor.get("name"))[:64]
    if tensor.get("datatype") != "BYTES":
        found = str(tensor.get("datatype"))[:64]
        raise BadInput("The input {name} has datatype {found}; send BYTES.", name=name, found=found)
    values = _values(tensor, most)
    for row, value in enumerate(values):
        if not isinstance(value, str):
            raise BadInput("Value {row} of {name} is no string; send JSON strings.", row=row + 1, name=name)
    return values


READERS: dict[str, Callable[[dict[str, Any]], tuple[Any, ...]]] = {
    "text": read_texts,
    "image": read_images,
    "history": read_histories,
}
"""Name of the input that people give → what reads it."""


def read_tensors(inputs: Mapping[str, dict[str, Any]], encoder: Encoder) -> dict[str, np.ndarray]:
    """Return the inputs that the graph takes, each (rows, …). Raises BadInput when one does not fit."""
    if set(inputs) != set(encoder.inputs):
        raise BadInput(
            "The inputs are {found}; send {takes}, or all of {wanted}.",
            found=", ".join(sorted(inputs))[:200],
            takes=encoder.takes,
            wanted=", ".join(encoder.inputs),
        )
    tensors = {spec.name: _tensor(spec, inputs[spec.name]) for spec in encoder.tensors}
    _check_lengths(tensors, encoder)
    return tensors


def _check_lengths(tensors: Mapping[str, np.ndarray], encoder: Encoder) -> None:
    """Raise BadInput where rows, or lengths that are free, differ between inputs or are too long."""
    longest = getattr(encoder, "max_tokens", MAX_TENSOR_VALUES)
    shapes = {tensors[spec.name].shape[: 1 + spec.shape.count(-1)] for spec in encoder.tensors}
    if len(shapes) > 1 or any(length > longest for shape in shapes for length in shape[1:]):
        raise BadInput(
            "The inputs have the shapes {shapes}; send one shape, [rows, length], with a length up to {most}.",
            shapes=", ".join(map(str, sorted(t.shape for t in tensors.values()))),
            most=longest,
        )


def _tensor(spec: TensorSpec, tensor: dict[str, Any]) -> np.ndarray:
    if tensor.get("datatype") != spec.datatype:
        raise BadInput(
            "The input {name} has datatype {found}; send {wanted}.",
            name=spec.name,
            found=str(tensor.get("datatype"))[:64],
            wanted=spec.datatype,
        )
    values = _values(tensor, MAX_TENSOR_VALUES)
    kinds = (int, float) if spec.datatype in FRACTIONS else (int,)
    fits = len(tensor["shape"]) == 1 + len(spec.shape) and all(
        wanted in (-1, given) for wanted, given in zip(spec.shape, tensor["shape"][1:], strict=True)
    )
    if not fits or not all(isinstance(v, kinds) and not isinstance(v, bool) for v in values):
        dims = ", ".join("length" if n == -1 else str(n) for n in spec.shape)
        raise BadInput(
            "The input {name} is no table of numbers; its shape is [rows, {dims}].", name=spec.name, dims=dims
        )
    try:
        return np.array(values, dtype=DATATYPES[spec.datatype]).reshape(tensor["shape"])
    except OverflowError as error:
        raise BadInput(
            "The input {name} has a number beyond {wanted}.", name=spec.name, wanted=spec.datatype
        ) from error


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
