"""Answers to inference requests: what a model gave as the outputs that were asked for, as JSON and binary data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
import numpy as np

from engine.errors import BadInput
from engine.serving.datatypes import BYTES, to_bytes
from engine.serving.frames import HEADER
from engine.serving.model import ServedModel
from engine.serving.protocol import Output

JSON = "application/json"
BINARY = "application/octet-stream"


@dataclass(frozen=True)
class Answer:
    """The body of an answer and the headers that say how to read it."""

    body: bytes
    headers: Mapping[str, str]


def answer(
    head: Mapping[str, Any], outputs: Sequence[Output], model: ServedModel, answered: Mapping[str, np.ndarray]
) -> Answer:
    """Return the answer with the fields of `head` and the outputs; `answered` is what the model gave, by row.

    Raises BadInput when the model's numbers are none that could be shown.
    """
    specs = {output.name: output.datatype for output in (*model.outputs, *model.explanations)}
    explaining = {output.name for output in model.explanations}
    described, binary = [], []
    for wanted in outputs:
        values = answered[wanted.name] if wanted.name in explaining else model.values(wanted.name, answered)
        item, data = _output(wanted, values, specs[wanted.name], model.encoder.labels)
        described.append(item)
        binary.append(data)
    text = msgspec.json.encode({**head, "outputs": described})
    if not any(output.binary for output in outputs):
        return Answer(text, {"content-type": JSON})
    return Answer(b"".join([text, *binary]), {"content-type": BINARY, HEADER: str(len(text))})


def _output(wanted: Output, values: Any, datatype: str, labels: Sequence[str]) -> tuple[dict[str, Any], bytes]:
    """Return an output's description, its data within or as the bytes that follow."""
    if isinstance(values, np.ndarray) and datatype != BYTES and not np.isfinite(values).all():
        raise BadInput("The model finds no finite {name} for these inputs; send smaller numbers.", name=wanted.name)
    if wanted.top:
        values, datatype = [_best(row, labels, wanted.top) for row in values], BYTES
    shape, flat = _flat(values)
    item: dict[str, Any] = {"name": wanted.name, "datatype": datatype, "shape": shape}
    if wanted.binary:
        data = to_bytes(flat, datatype)
        return {**item, "parameters": {"binary_data_size": len(data)}}, data
    return {**item, "data": flat.tolist() if isinstance(flat, np.ndarray) else flat}, b""


def _flat(values: Any) -> tuple[list[int], Any]:
    if isinstance(values, np.ndarray):
        return list(values.shape), values.ravel()
    nested = bool(values) and isinstance(values[0], list)
    shape = [len(values), *([len(values[0])] if nested else [])]
    return shape, [value for row in values for value in row] if nested else list(values)


def _best(row: np.ndarray, labels: Sequence[str], top: int) -> list[str]:
    """Return the best classes of a row as "value:index:label"."""
    best = np.argsort(-row, kind="stable")[:top]
    return [f"{row[i]:.6f}:{i}:{labels[i]}" for i in best]
