"""Datatypes, frames and codings by their specifications, and whatever else somebody may send."""

from __future__ import annotations

import gzip
import json
import struct
import zlib
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from tritonclient.utils import deserialize_bytes_tensor, serialize_byte_tensor, triton_to_np_dtype

from engine.errors import BadInput
from engine.serving.codings import TooLarge, accepted, coding_of, compress, decompress
from engine.serving.datatypes import BINARY_ONLY, BYTES, NUMBERS, elements, from_bytes, from_json, to_bytes
from engine.serving.frames import split
from engine.serving.tensors import MAX_ROWS, read_inputs

EDGES: dict[str, list[Any]] = {
    "BOOL": [True, False],
    **{f"INT{b}": [-(2 ** (b - 1)), 0, 2 ** (b - 1) - 1] for b in (8, 16, 32, 64)},
    **{f"UINT{b}": [0, 1, 2**b - 1] for b in (8, 16, 32, 64)},
    "FP16": [-2.5, 0.0, 65504.0],
    "BF16": [-2.5, 0.0, 1.0078125],
    "FP32": [-2.5, 0.0, float(np.finfo(np.float32).max)],
    "FP64": [-2.5, 0.0, 1.7976931348623157e308],
}


@pytest.mark.parametrize("datatype", NUMBERS)
def test_every_datatype_comes_as_json_and_as_bytes(datatype: str) -> None:
    values = EDGES[datatype]
    data = to_bytes(np.array(values, dtype=NUMBERS[datatype]), datatype)
    assert from_bytes(memoryview(data), datatype, len(values), "x").tolist() == values
    assert (datatype == "BF16") or data == np.array(values, dtype=NUMBERS[datatype]).tobytes()
    with pytest.raises(BadInput, match=f"x has {len(data) - 1} bytes of binary data and its shape needs {len(data)}"):
        from_bytes(memoryview(data)[1:], datatype, len(values), "x")
    if datatype in BINARY_ONLY:
        with pytest.raises(BadInput, match="which JSON cannot hold; send it as binary data"):
            from_json(values, datatype, "x")
        return
    assert from_json(values, datatype, "x").tolist() == values
    several: tuple[Any, ...] = ("1", None, [1], {}, 0.5, 1, True)
    for strange in several:
        kinds = {"BOOL": (bool,)}.get(datatype, (int, float) if datatype.startswith("FP") else (int,))
        if type(strange) not in kinds:
            with pytest.raises(BadInput, match=f"which is no {datatype}"):
                from_json([strange], datatype, "x")
    if datatype != "BOOL":
        with pytest.raises(BadInput, match=f"beyond {datatype}"):
            from_json([10**400], datatype, "x")


def test_bytes_and_bf16_are_those_of_tritons_client() -> None:
    texts = ["", "Profit rose.", "会社 🎉"]
    data = to_bytes(texts, BYTES)
    assert data == serialize_byte_tensor(np.array([t.encode() for t in texts], dtype=object)).item()
    assert [v.decode() for v in deserialize_bytes_tensor(data)] == texts
    assert [e.decode() for e in elements(memoryview(data), 3, "x")] == texts
    values = np.array([1.0, -2.5, 3.1415927], dtype=np.float32)
    theirs = values.astype(triton_to_np_dtype("BF16"))
    assert from_bytes(memoryview(theirs.tobytes()), "BF16", 3, "x").tolist() == theirs.astype(np.float32).tolist()
    assert to_bytes(theirs.astype(np.float32), "BF16") == theirs.tobytes()


def test_a_bool_is_a_byte_that_is_0_or_1() -> None:
    with pytest.raises(BadInput, match="neither 0 nor 1"):
        from_bytes(memoryview(b"\x02"), "BOOL", 1, "x")


def frame(inputs: list[dict[str, Any]], binary: bytes, **more: Any) -> tuple[bytes, str]:
    head = json.dumps({"inputs": inputs, **more}).encode()
    return head + binary, str(len(head))


SIZED = {"name": "x", "shape": [2], "datatype": "INT32", "parameters": {"binary_data_size": 8}}


@pytest.mark.parametrize(
    ("body", "header", "says"),
    [
        (*frame([SIZED], b"1234567"), "binary_data_size 8 and only 7 bytes are left"),
        (*frame([SIZED], b"123456789"), "1 bytes of binary data belong to no input"),
        (*frame([{**SIZED, "parameters": {"binary_data_size": -8}}], b""), "binary_data_size is -8"),
        (*frame([{**SIZED, "parameters": 8}], b""), "parameters is 8"),
        (*frame([{**SIZED, "data": [1, 2]}], b"12345678"), "send one of them"),
        (*frame([SIZED, SIZED], b"1234567812345678"), "given twice"),
        (*frame([{"name": "x", "shape": [2], "datatype": "BYTES"} | {"parameters": {"binary_data_size": 5}}], b"abcde"),
         "Element 1 of x ends beyond"),
        (b"{}", "-1", "Inference-Header-Content-Length is -1"),
        (b"{}", "3", "up to the 2 of the whole body"),
        (b"{}", "٣", "Inference-Header-Content-Length"),
    ],
)  # fmt: skip
def test_sizes_that_do_not_fit_are_said_so(body: bytes, header: str, says: str) -> None:
    with pytest.raises(BadInput) as error:
        read_inputs(split(body, header), "text")
    assert says in str(error.value)


def test_a_header_of_length_0_means_that_the_body_is_the_one_element() -> None:
    found = read_inputs(split(b"\xff\xd8 a picture", "0"), "image")
    assert found["image"].values == [b"\xff\xd8 a picture"]
    assert found["image"].shape == (1,)


@settings(max_examples=60)
@given(
    body=some.binary(max_size=200) | some.builds(lambda v: json.dumps(v).encode(), some.recursive(
        some.none() | some.booleans() | some.integers() | some.floats() | some.text(max_size=8)
        | some.sampled_from(["inputs", "BYTES", "INT64", "text"]),
        lambda inner: some.lists(inner, max_size=4)
        | some.dictionaries(
            some.sampled_from(["inputs", "name", "shape", "datatype", "data", "parameters", "binary_data_size"]),
            inner, max_size=5),
        max_leaves=20,
    )),
    header=some.none() | some.integers(-1, 250).map(str) | some.text(max_size=6),
)  # fmt: skip
def test_whatever_is_sent_is_read_or_refused(body: bytes, header: str | None) -> None:
    try:
        found = read_inputs(split(body, header), "text")
    except BadInput:
        return
    assert all(len(t.values) == np.prod(t.shape) for t in found.values())


@settings(max_examples=60)
@given(
    datatype=some.sampled_from([*NUMBERS, BYTES]),
    shape=some.lists(some.integers(0, 5) | some.integers(-(2**70), 2**70), max_size=3),
    data=some.binary(max_size=64),
    cut=some.integers(-3, 3),
)
def test_binary_data_of_any_shape_is_read_whole_or_refused(
    datatype: str, shape: list[int], data: bytes, cut: int
) -> None:
    item = {"name": "x", "datatype": datatype, "shape": shape, "parameters": {"binary_data_size": len(data) + cut}}
    body, header = frame([item], data)
    try:
        tensor = read_inputs(split(body, header), "text")["x"]
    except BadInput:
        return
    count = int(np.prod(shape))
    assert cut == 0
    assert len(tensor.values) == count <= MAX_ROWS
    rebuilt = (
        b"".join(struct.pack("<I", len(v)) + v for v in tensor.values)
        if datatype == BYTES
        else to_bytes(tensor.values, datatype)
    )
    assert rebuilt == data


@given(data=some.binary(max_size=3000), coding=some.sampled_from(["gzip", "deflate"]))
@settings(max_examples=40)
def test_what_is_compressed_comes_back(data: bytes, coding: str) -> None:
    packed = compress(data, coding)
    assert decompress(packed, coding, len(data)) == data
    assert (gzip.decompress if coding == "gzip" else zlib.decompress)(packed) == data
    for damaged in (packed[:-1], packed[1:], b"x" + packed):
        with pytest.raises(BadInput, match=f"is no {coding}"):
            decompress(damaged, coding, len(data))
    if data:
        with pytest.raises(TooLarge):
            decompress(packed, coding, len(data) - 1)


def test_a_bomb_does_not_go_off() -> None:
    bomb = gzip.compress(b"\0" * (64 << 20))
    with pytest.raises(TooLarge, match="1 MiB"):
        decompress(bomb, "gzip", 1 << 20)
    assert decompress(gzip.compress(b"a") + gzip.compress(b"b"), "gzip", 10) == b"ab"


@pytest.mark.parametrize(
    ("header", "coding"),
    [
        (None, ""),
        ("", ""),
        ("gzip", "gzip"),
        ("deflate", "deflate"),
        ("gzip, deflate, br, zstd", "gzip"),
        ("deflate;q=0.9, gzip;q=0.5", "deflate"),
        ("*", "gzip"),
        ("gzip;q=0, *;q=0.1", "deflate"),
        ("identity", ""),
        ("identity;q=1, gzip;q=0.2", ""),
        ("gzip;q=nonsense", ""),
        ("br", ""),
    ],
)
def test_answers_are_compressed_as_the_client_likes(header: str | None, coding: str) -> None:
    assert accepted(header) == coding


def test_codings_have_two_names_and_no_more() -> None:
    assert [coding_of(h) for h in (None, "", "identity", "GZIP", "x-gzip", "deflate")] == [
        "", "", "", "gzip", "gzip", "deflate",
    ]  # fmt: skip
    with pytest.raises(BadInput, match="not spoken"):
        coding_of("gzip, deflate")
