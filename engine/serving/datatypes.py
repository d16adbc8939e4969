"""The tensor datatypes of the Open Inference Protocol, as JSON and as bytes.

https://github.com/kserve/open-inference-protocol/blob/main/specification/protocol/inference_rest.md and, for bytes and
BF16, https://github.com/triton-inference-server/server/blob/main/docs/protocol/extension_binary_data.md: little-endian,
row-major, nothing between elements; each BYTES element behind its length as an unsigned 32-bit integer.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from typing import Any

import numpy as np

from engine.errors import BadInput

BYTES = "BYTES"
BF16 = "BF16"
NUMBERS: dict[str, np.dtype[Any]] = {
    "BOOL": np.dtype("?"),
    **{f"UINT{bits}": np.dtype(f"<u{bits // 8}") for bits in (8, 16, 32, 64)},
    **{f"INT{bits}": np.dtype(f"<i{bits // 8}") for bits in (8, 16, 32, 64)},
    **{f"FP{bits}": np.dtype(f"<f{bits // 8}") for bits in (16, 32, 64)},
    BF16: np.dtype("<f4"),  # numpy has none: its values are kept as the FP32 they are the upper half of
}
"""Datatype → how its values are kept here."""
DATATYPES = (*NUMBERS, BYTES)
BINARY_ONLY = {"FP16", BF16}
"""Datatypes that JSON has no notation for: Triton and its clients take them as bytes only."""
BF16_BYTES = 2


def is_fraction(datatype: str) -> bool:
    """Return whether values of the datatype need not be whole."""
    return datatype == BF16 or datatype.startswith("FP")


def from_json(values: Sequence[Any], datatype: str, name: str) -> np.ndarray:
    """Return numbers of a flat JSON list as an array. Raises BadInput for a value that is not of the datatype."""
    if datatype in BINARY_ONLY:
        raise BadInput(
            "The input {name} has datatype {found}, which JSON cannot hold; send it as binary data.",
            name=name,
            found=datatype,
        )
    kinds = {bool} if datatype == "BOOL" else {int, float} if is_fraction(datatype) else {int}
    if not kinds.issuperset(map(type, values)):
        strange = next(value for value in values if type(value) not in kinds)
        raise BadInput(
            "The input {name} holds {value}, which is no {wanted}.",
            name=name,
            value=repr(strange)[:64],
            wanted=datatype,
        )
    try:
        with np.errstate(over="ignore"):
            found = np.array(values, dtype=NUMBERS[datatype])
    except OverflowError as error:
        raise _beyond(name, datatype) from error
    if is_fraction(datatype) and not np.isfinite(found).all():
        raise _beyond(name, datatype)
    return found


def from_bytes(data: memoryview, datatype: str, count: int, name: str) -> np.ndarray:
    """Return `count` numbers of binary data, without a copy where there is none to make.

    Raises BadInput when the size does not fit, or a BOOL is neither 0 nor 1.
    """
    size = BF16_BYTES if datatype == BF16 else NUMBERS[datatype].itemsize
    if len(data) != count * size:
        raise BadInput(
            "The input {name} has {found} bytes of binary data and its shape needs {wanted}.",
            name=name,
            found=len(data),
            wanted=count * size,
        )
    if datatype == BF16:
        return (np.frombuffer(data, "<u2").astype("<u4") << 16).view("<f4")
    if datatype == "BOOL" and np.frombuffer(data, np.uint8).max(initial=0) > 1:
        raise BadInput("The input {name} holds a byte that is neither 0 nor 1; BOOL is one of them.", name=name)
    return np.frombuffer(data, NUMBERS[datatype])


def elements(data: memoryview, count: int, name: str) -> list[bytes]:
    """Return the `count` elements of a BYTES tensor's binary data. Raises BadInput when they do not fill it exactly."""
    found, place, whole = [], 0, len(data)
    for row in range(count):
        end = place + 4
        if end > whole or (end := end + int.from_bytes(data[place : place + 4], "little")) > whole:
            raise BadInput(
                "Element {row} of {name} ends beyond its binary data; send its length as 4 bytes, little-endian, and "
                "then the bytes.",
                row=row + 1,
                name=name,
            )
        found.append(bytes(data[place + 4 : end]))
        place = end
    if place != whole:
        raise BadInput(
            "The input {name} has {found} bytes of binary data and its shape needs {wanted}.",
            name=name,
            found=whole,
            wanted=place,
        )
    return found


def to_bytes(values: np.ndarray | Sequence[str], datatype: str) -> bytes:
    """Return an output as binary data."""
    if datatype != BYTES:
        array = np.ascontiguousarray(values, dtype=NUMBERS[datatype])
        return (array.view("<u4") >> 16).astype("<u2").tobytes() if datatype == BF16 else array.tobytes()
    encoded = [str(value).encode("utf-8") for value in values]
    return b"".join(part for value in encoded for part in (struct.pack("<I", len(value)), value))


def _beyond(name: str, datatype: str) -> BadInput:
    return BadInput("The input {name} has a number beyond {wanted}.", name=name, wanted=datatype)
