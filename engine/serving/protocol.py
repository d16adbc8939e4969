"""Inference requests and answers as JSON, by the Open Inference Protocol, version 2.

https://github.com/kserve/open-inference-protocol/blob/main/specification/protocol/inference_rest.md
A request holds either one BYTES tensor with what people give (text, image, history), which is encoded here, or the
tensors that the graph takes.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from engine.errors import BadInput
from engine.serving.model import ServedModel
from engine.serving.models import Loaded
from engine.serving.tally import tally
from engine.serving.tensors import READERS, read_tensors

MAX_EXPLAINED = 16
RANKED = {"probabilities", "logits"}
"""Outputs with a value a class, which the classification parameter ranks."""


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
    given: tuple[Any, ...] | None
    """What people gave, row by row, or None when tensors were given."""
    tensors: Mapping[str, np.ndarray]

    @property
    def rows(self) -> int:
        return len(self.given) if self.given is not None else len(next(iter(self.tensors.values())))


def parse(body: bytes, loaded: Loaded) -> Request:
    """Return the request in `body` for the model. Raises BadInput with what is wrong and what to send."""
    try:
        data = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise BadInput("The request is not JSON ({error}).", error=str(error)[:200]) from error
    if not isinstance(data, dict) or not isinstance(data.get("inputs"), list) or not data["inputs"]:
        raise BadInput("The request has no inputs; send {example}.", example=EXAMPLE)
    inputs = {str(i.get("name")): i for i in data["inputs"] if isinstance(i, dict)}
    outputs = _outputs(data.get("outputs"), loaded.model)
    request_id = str(data.get("id") or "")[:128]
    encoder = loaded.model.encoder
    if set(inputs) == {encoder.takes}:
        return Request(request_id, outputs, READERS[encoder.takes](inputs[encoder.takes]), {})
    return Request(request_id, outputs, None, read_tensors(inputs, encoder))


EXAMPLE = '{"inputs": [{"name": "text", "shape": [1], "datatype": "BYTES", "data": ["Profit rose."]}]}'


def compute(request: Request, loaded: Loaded) -> list[dict[str, Any]]:
    """Return the outputs asked for. Raises BadInput when the graph cannot take the tensors."""
    model = loaded.model
    explaining = {output.name for output in model.explanations}
    answered = None
    if any(wanted.name not in explaining for wanted in request.outputs):
        answered = model.answer(request.given) if request.given is not None else _run(model.run, request.tensors)
        tally(model, answered)
    datatypes = {output.name: output.datatype for output in (*model.outputs, *model.explanations)}
    found = []
    for wanted in request.outputs:
        if wanted.name in explaining:
            values = _explained(model, wanted.name, request)
        else:
            values = model.values(wanted.name, answered)
        found.append(_output(wanted, values, datatypes[wanted.name], model.encoder.labels))
    return found


def _explained(model: ServedModel, name: str, request: Request) -> Any:
    """Return an explanation of a few inputs; it takes much more room than an answer."""
    if request.rows > MAX_EXPLAINED:
        raise BadInput(
            "{name} is asked for {rows} inputs; ask for at most {most} at once.",
            name=name,
            rows=request.rows,
            most=MAX_EXPLAINED,
        )
    tensors = request.tensors if request.given is None else model.encoder.encode(request.given)
    return _run(lambda given: model.explained(name, given), tensors)


def _run(graph: Callable[[Mapping[str, np.ndarray]], Any], tensors: Mapping[str, np.ndarray]) -> Any:
    try:
        return graph(tensors)
    except Exception as error:  # ONNX Runtime's errors share no base class
        raise BadInput(
            "The model cannot take these tensors ({error}).", error=str(error).splitlines()[0][:200]
        ) from error


def _outputs(given: Any, model: ServedModel) -> tuple[Output, ...]:
    if not given:
        return tuple(map(Output, model.default_outputs))
    known = [output.name for output in (*model.outputs, *model.explanations)]
    choices = ", ".join(known)
    if not isinstance(given, list) or not all(isinstance(o, dict) for o in given):
        raise BadInput("outputs is no list of objects; leave it out or name some of {choices}.", choices=choices)
    for output in given:
        if output.get("name") not in known:
            raise BadInput(
                "There is no output {name}; choose from {choices}.", name=str(output.get("name"))[:64], choices=choices
            )
    return tuple(Output(o["name"], _top(o.get("parameters"))) for o in given)


def _top(parameters: Any) -> int:
    top = parameters.get("classification", 0) if isinstance(parameters, dict) else 0
    if not isinstance(top, int) or isinstance(top, bool) or top < 0:
        raise BadInput("classification is {value}; give a whole number of classes.", value=str(top)[:64])
    return top


def _output(wanted: Output, values: Any, datatype: str, labels: Sequence[str]) -> dict[str, Any]:
    if wanted.top and wanted.name in RANKED:
        values, datatype = [_best(row, labels, wanted.top) for row in values], "BYTES"
    if isinstance(values, np.ndarray):
        return {"name": wanted.name, "datatype": datatype, "shape": list(values.shape), "data": values.ravel().tolist()}
    nested = bool(values) and isinstance(values[0], list)
    shape = [len(values), *([len(values[0])] if nested else [])]
    flat = [value for row in values for value in row] if nested else list(values)
    return {"name": wanted.name, "datatype": datatype, "shape": shape, "data": flat}


def _best(row: np.ndarray, labels: Sequence[str], top: int) -> list[str]:
    """Return the best classes of a row as "value:index:label"."""
    best = np.argsort(-row, kind="stable")[:top]
    return [f"{row[i]:.6f}:{i}:{labels[i]}" for i in best]
