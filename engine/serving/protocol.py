"""What an inference request asks, by the Open Inference Protocol, version 2.

https://github.com/kserve/open-inference-protocol/blob/main/specification/protocol/inference_rest.md
A request holds either one BYTES tensor with what people give (text, image, history), which is encoded here, or the
tensors that the graph takes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from engine.errors import BadInput
from engine.serving.frames import Frame, flag, parameters, split, whole_number
from engine.serving.given import READERS, read_tensors
from engine.serving.model import ServedModel
from engine.serving.tensors import read_inputs

MAX_EXPLAINED = 16
RANKED = {"probabilities", "logits"}
"""Outputs with a value a class, which the classification parameter ranks."""
MAX_ID = 1024
MAX_OUTPUTS = 64


@dataclass(frozen=True)
class Output:
    """One output a request asks for."""

    name: str
    top: int = 0
    """The protocol's classification parameter; 0 means plain values."""
    binary: bool = False
    """Whether its values stand behind the JSON object."""


@dataclass(frozen=True)
class Request:
    """A checked request."""

    id: str
    outputs: tuple[Output, ...]
    given: tuple[Any, ...] | None
    """What people gave, row by row, or None when tensors were given."""
    tensors: Mapping[str, np.ndarray]
    timeout_us: int = 0
    """How long it may take, in microseconds; 0: as long as the service lets everyone."""

    @property
    def rows(self) -> int:
        return len(self.given) if self.given is not None else len(next(iter(self.tensors.values())))


def parse(body: bytes, model: ServedModel, header_length: str | None = None) -> Request:
    """Return the request in `body` for the model. Raises BadInput with what is wrong and what to send.

    `header_length` is the HTTP header that gives the length of the JSON object before binary data.
    """
    frame = split(body, header_length)
    own = parameters(frame.header)
    outputs = _outputs(frame, flag(own, "binary_data_output", frame.raw is not None), model)
    inputs = read_inputs(frame, model.encoder.takes)
    tensor = inputs.get(model.encoder.takes)
    # A picture's graph calls its tensor what people call theirs: the datatype tells them apart.
    for_people = len(inputs) == 1 and tensor is not None and (tensor.datatype == "BYTES" or not _is_graphs(model))
    given = READERS[model.encoder.takes](tensor) if for_people and tensor is not None else None
    found = Request(
        _id(frame),
        outputs,
        given,
        {} if given is not None else read_tensors(inputs, model.encoder),
        whole_number(own, "timeout") or 0,
    )
    explained = {output.name for output in model.explanations} & {output.name for output in outputs}
    if explained and found.rows > MAX_EXPLAINED:
        raise BadInput(
            "{name} is asked for {rows} inputs; ask for at most {most} at once.",
            name=", ".join(sorted(explained)),
            rows=found.rows,
            most=MAX_EXPLAINED,
        )
    return found


def _is_graphs(model: ServedModel) -> bool:
    return model.encoder.takes in model.encoder.inputs


def _id(frame: Frame) -> str:
    found = frame.header.get("id", "")
    if not isinstance(found, str) or len(found) > MAX_ID:
        raise BadInput("id is {value}; give a string of up to {most} characters.", value=str(found)[:64], most=MAX_ID)
    return found


def _outputs(frame: Frame, binary: bool, model: ServedModel) -> tuple[Output, ...]:
    given = frame.header.get("outputs")
    if not given and given in (None, []):
        return tuple(Output(name, 0, binary) for name in model.default_outputs)
    known = [output.name for output in (*model.outputs, *model.explanations)]
    choices = ", ".join(known)
    if not isinstance(given, list) or not all(isinstance(o, dict) for o in given) or len(given) > MAX_OUTPUTS:
        raise BadInput("outputs is no list of objects; leave it out or name some of {choices}.", choices=choices)
    for output in given:
        if output.get("name") not in known:
            raise BadInput(
                "There is no output {name}; choose from {choices}.", name=str(output.get("name"))[:64], choices=choices
            )
    if len({output["name"] for output in given}) < len(given):
        raise BadInput("outputs names one of them twice; name each once.")
    return tuple(_output(o["name"], parameters(o), binary) for o in given)


def _output(name: str, own: Mapping[str, Any], binary: bool) -> Output:
    top = own.get("classification", 0)
    if type(top) is not int or top < 0:
        raise BadInput("classification is {value}; give a whole number of classes.", value=str(top)[:64])
    if top and name not in RANKED:
        raise BadInput(
            "classification goes with {choices}, not with {name}; leave it out there.",
            choices=", ".join(sorted(RANKED)),
            name=name,
        )
    return Output(name, top, flag(own, "binary_data", binary))
