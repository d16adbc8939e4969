"""Inference requests and answers as JSON, by the Open Inference Protocol, version 2.

https://github.com/kserve/open-inference-protocol/blob/main/specification/protocol/inference_rest.md
A request holds either one BYTES tensor `text`, which is tokenised here, or the tensors that the graph takes.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from engine.errors import BadInput
from engine.serving.models import Loaded
from engine.tasks.text_classification import decode

MAX_ROWS = 4096
"""Rows of one request."""
MAX_CHARACTERS = 100_000
"""Characters of one text; a model reads the first few hundred words."""
MAX_TENSOR_VALUES = 1 << 18
"""Values of one input tensor."""
OUTPUTS = ("label", "probabilities")
"""What is answered when the request names no outputs."""
ALL_OUTPUTS = (*OUTPUTS, "logits")
DATATYPES = {"INT64": np.int64, "FP32": np.float32}


@dataclass(frozen=True)
class Output:
    """One output a request asks for; `top` is the protocol's classification parameter, 0 meaning plain values."""

    name: str
    top: int = 0


@dataclass(frozen=True)
class Request:
    """A checked request."""

    id: str
    outputs: tuple[Output, ...]
    texts: tuple[str, ...] | None
    """The texts, or None when tensors were given."""
    tensors: Mapping[str, np.ndarray]

    @property
    def rows(self) -> int:
        return len(self.texts) if self.texts is not None else len(next(iter(self.tensors.values())))


def parse(body: bytes, loaded: Loaded) -> Request:
    """Return the request in `body` for the model. Raises BadInput with what is wrong and what to send."""
    try:
        data = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise BadInput("The request is not JSON ({error}).", error=str(error)[:200]) from error
    if not isinstance(data, dict) or not isinstance(data.get("inputs"), list) or not data["inputs"]:
        raise BadInput("The request has no inputs; send {example}.", example=EXAMPLE)
    inputs = {str(i.get("name")): i for i in data["inputs"] if isinstance(i, dict)}
    outputs = _outputs(data.get("outputs"))
    request_id = str(data.get("id") or "")[:128]
    if set(inputs) == {"text"}:
        return Request(request_id, outputs, _texts(inputs["text"]), {})
    return Request(request_id, outputs, None, _tensors(inputs, loaded))


EXAMPLE = '{"inputs": [{"name": "text", "shape": [1], "datatype": "BYTES", "data": ["Profit rose."]}]}'


def compute(request: Request, loaded: Loaded) -> list[dict[str, Any]]:
    """Return the outputs asked for. Raises BadInput when the graph cannot take the tensors."""
    classifier = loaded.classifier
    if request.texts is not None:
        logits = classifier.text_logits(request.texts)
    else:
        try:
            logits = classifier.logits(request.tensors)
        except Exception as error:  # ONNX Runtime's errors share no base class
            raise BadInput(
                "The model cannot take these tensors ({error}).", error=str(error).splitlines()[0][:200]
            ) from error
    return [_output(wanted, logits, classifier.labels, classifier.encoder.temperature) for wanted in request.outputs]


def _outputs(given: Any) -> tuple[Output, ...]:
    if not given:
        return tuple(map(Output, OUTPUTS))
    if not isinstance(given, list) or not all(isinstance(o, dict) for o in given):
        raise BadInput("outputs is no list of objects; leave it out or name some of {choices}.", choices=_CHOICES)
    for output in given:
        if output.get("name") not in ALL_OUTPUTS:
            raise BadInput(
                "There is no output {name}; choose from {choices}.", name=str(output.get("name"))[:64], choices=_CHOICES
            )
    return tuple(Output(o["name"], _top(o.get("parameters"))) for o in given)


_CHOICES = ", ".join(ALL_OUTPUTS)


def _top(parameters: Any) -> int:
    top = parameters.get("classification", 0) if isinstance(parameters, dict) else 0
    if not isinstance(top, int) or isinstance(top, bool) or top < 0:
        raise BadInput("classification is {value}; give a whole number of classes.", value=str(top)[:64])
    return top


def _texts(tensor: dict[str, Any]) -> tuple[str, ...]:
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


def _tensors(inputs: Mapping[str, dict[str, Any]], loaded: Loaded) -> dict[str, np.ndarray]:
    wanted = loaded.classifier.encoder.inputs
    if set(inputs) != set(wanted):
        raise BadInput(
            "The inputs are {found}; send text, or all of {wanted}.",
            found=", ".join(sorted(inputs))[:200],
            wanted=", ".join(wanted),
        )
    tensors = {name: _tensor(name, inputs[name]) for name in wanted}
    shapes = {t.shape for t in tensors.values()}
    if len(shapes) > 1 or next(iter(shapes))[1] > loaded.classifier.encoder.max_tokens:
        raise BadInput(
            "The inputs have the shapes {shapes}; send one shape, [rows, length], with a length up to {most}.",
            shapes=", ".join(map(str, sorted(shapes))),
            most=loaded.classifier.encoder.max_tokens,
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


def _output(wanted: Output, logits: np.ndarray, labels: Sequence[str], temperature: float) -> dict[str, Any]:
    if wanted.name == "logits":
        values, datatype = logits, "FP32"
    else:
        values, datatype = decode(logits, temperature), "FP64"
    if wanted.top or wanted.name == "label":
        data = [_classes(row, labels, wanted) for row in values]
        shape = [len(values)] if wanted.name == "label" else [len(values), min(wanted.top, len(labels))]
        return {"name": wanted.name, "datatype": "BYTES", "shape": shape, "data": [c for row in data for c in row]}
    return {"name": wanted.name, "datatype": datatype, "shape": list(values.shape), "data": values.ravel().tolist()}


def _classes(row: np.ndarray, labels: Sequence[str], wanted: Output) -> list[str]:
    """Return the label of a row, or with the classification parameter its best classes as "value:index:label"."""
    if wanted.name == "label":
        return [labels[int(row.argmax())]]
    best = np.argsort(-row, kind="stable")[: wanted.top]
    return [f"{row[i]:.6f}:{i}:{labels[i]}" for i in best]
