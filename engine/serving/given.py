"""What a request's inputs mean to a model: texts, pictures and histories of people, or the tensors its graph takes."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from engine.errors import BadInput
from engine.serving.datatypes import BYTES, is_fraction
from engine.serving.tensors import MAX_CHARACTERS, MAX_IMAGE_CHARACTERS, MAX_ROWS, Tensor
from engine.tasks.encoder import Encoder, TensorSpec


def read_texts(tensor: Tensor) -> tuple[str, ...]:
    """Return the texts of a BYTES tensor. Raises BadInput for another type, or a text that is none or too long."""
    texts = _strings(_column(tensor))
    for row, text in enumerate(texts):
        if len(text) > MAX_CHARACTERS:
            raise BadInput(
                "Row {row} of text has {count} characters; send at most {most}.",
                row=row + 1,
                count=len(text),
                most=MAX_CHARACTERS,
            )
    return tuple(texts)


def read_images(tensor: Tensor) -> tuple[bytes, ...]:
    """Return the files of a BYTES tensor of pictures: binary data as it is, JSON strings as base64."""
    values = _column(tensor).values
    if tensor.binary:
        return tuple(values)
    texts = _strings(tensor)
    if sum(map(len, texts)) > MAX_IMAGE_CHARACTERS:
        raise BadInput("The pictures take more than {most} MB; send fewer at once.", most=MAX_IMAGE_CHARACTERS // 10**6)
    found = []
    for row, text in enumerate(texts):
        try:
            found.append(base64.b64decode(text, validate=True))
        except ValueError as error:
            raise BadInput("Row {row} of image is no base64; send each file that way.", row=row + 1) from error
    return tuple(found)


def read_histories(tensor: Tensor) -> tuple[tuple[str, ...], ...]:
    """Return the histories of a BYTES tensor (rows, length) of item ids, the newest last; "" fills a shorter row."""
    values = _strings(tensor)
    if len(tensor.shape) > 2:
        raise BadInput("The input history has {count} dimensions; send [rows, length].", count=len(tensor.shape))
    width = tensor.shape[-1]
    if len(values) // width > MAX_ROWS:
        raise BadInput("The input history has {rows} rows; send at most {most}.", rows=tensor.shape[0], most=MAX_ROWS)
    rows = [values[i : i + width] for i in range(0, len(values), width)]
    return tuple(tuple(item for item in row if item) for row in rows)


READERS: dict[str, Callable[[Tensor], tuple[Any, ...]]] = {
    "text": read_texts,
    "image": read_images,
    "history": read_histories,
}
"""Name of the input that people give → what reads it."""


def read_tensors(inputs: Mapping[str, Tensor], encoder: Encoder) -> dict[str, np.ndarray]:
    """Return the inputs that the graph takes, each (rows, …). Raises BadInput when one does not fit."""
    if set(inputs) != set(encoder.inputs):
        raise BadInput(
            "The inputs are {found}; send {takes}, or all of {wanted}.",
            found=", ".join(sorted(inputs))[:200],
            takes=encoder.takes,
            wanted=", ".join(encoder.inputs),
        )
    tensors = {spec.name: _fitting(spec, inputs[spec.name]) for spec in encoder.tensors}
    _check_lengths(tensors, encoder)
    return tensors


def _check_lengths(tensors: Mapping[str, np.ndarray], encoder: Encoder) -> None:
    """Raise BadInput where rows, or lengths that are free, differ between inputs or are too long."""
    longest = getattr(encoder, "max_tokens", None) or getattr(encoder, "max_history", MAX_ROWS)
    shapes = {tensors[spec.name].shape[: 1 + spec.shape.count(-1)] for spec in encoder.tensors}
    if len(shapes) > 1 or any(length > longest for shape in shapes for length in shape[1:]):
        raise BadInput(
            "The inputs have the shapes {shapes}; send one shape, [rows, length], with a length up to {most}.",
            shapes=", ".join(map(str, sorted(t.shape for t in tensors.values()))),
            most=longest,
        )


def _fitting(spec: TensorSpec, tensor: Tensor) -> np.ndarray:
    """Return an input of the datatype and shape that the graph takes. Raises BadInput when it has others."""
    if tensor.datatype != spec.datatype:
        raise BadInput(
            "The input {name} has datatype {found}; send {wanted}.",
            name=spec.name,
            found=tensor.datatype,
            wanted=spec.datatype,
        )
    fits = len(tensor.shape) == 1 + len(spec.shape) and all(
        wanted in (-1, given) for wanted, given in zip(spec.shape, tensor.shape[1:], strict=True)
    )
    if not fits or tensor.shape[0] > MAX_ROWS:
        dims = ", ".join("length" if n == -1 else str(n) for n in spec.shape)
        raise BadInput(
            "The input {name} has the shape {shape}; its shape is [rows, {dims}], with up to {most} rows.",
            name=spec.name,
            shape=str(list(tensor.shape)),
            dims=dims,
            most=MAX_ROWS,
        )
    if is_fraction(spec.datatype) and not np.isfinite(tensor.values).all():
        raise BadInput("The input {name} holds a number that is not finite; send finite ones.", name=spec.name)
    return np.asarray(tensor.values).reshape(tensor.shape)


def _column(tensor: Tensor) -> Tensor:
    """Return a BYTES tensor of one element a row. Raises BadInput for another shape or datatype."""
    _bytes_only(tensor)
    if tensor.shape[1:] not in ((), (1,)):
        raise BadInput(
            "The input {name} has the shape {shape}; send [rows] or [rows, 1].",
            name=tensor.name,
            shape=str(list(tensor.shape)),
        )
    return tensor


def _bytes_only(tensor: Tensor) -> None:
    if tensor.datatype != BYTES:
        raise BadInput("The input {name} has datatype {found}; send BYTES.", name=tensor.name, found=tensor.datatype)


def _strings(tensor: Tensor) -> list[str]:
    """Return the strings of a BYTES tensor: JSON strings, or binary data that is UTF-8."""
    _bytes_only(tensor)
    found = []
    for row, value in enumerate(tensor.values):
        if tensor.binary:
            try:
                value = value.decode("utf-8")
            except UnicodeDecodeError as error:
                raise BadInput(
                    "Value {row} of {name} is no UTF-8 ({error}); send text in UTF-8.",
                    row=row + 1,
                    name=tensor.name,
                    error=str(error)[:100],
                ) from error
        elif not isinstance(value, str):
            raise BadInput("Value {row} of {name} is no string; send JSON strings.", row=row + 1, name=tensor.name)
        found.append(value)
    return found
