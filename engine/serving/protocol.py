"""Inference requests and answers as JSON, by the Open Inference Protocol, version 2.

https://github.com/kserve/open-inference-protocol/blob/main/specification/protocol/inference_rest.md
A request holds either one BYTES tensor `text`, which is tokenised here, or the tensors that the graph takes.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from engine.errors import BadInput
from engine.serving.models import Loaded
from engine.serving.tensors import read_tensors, read_texts
from engine.tasks.text_classification import decode

OUTPUTS = ("label", "probabilities")
"""What is answered when the request names no outputs."""
ALL_OUTPUTS = (*OUTPUTS, "logits")


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
        return Request(request_id, outputs, read_texts(inputs["text"]), {})
    return Request(request_id, outputs, None, read_tensors(inputs, loaded.classifier.encoder))


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
