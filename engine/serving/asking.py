"""How models are asked: what people give, as a request of the Open Inference Protocol, and examples of it."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, Literal

import numpy as np

from engine.config import Settings
from engine.datasets.images.picture import Picture, png
from engine.datasets.store import open_dataset
from engine.errors import NotFound
from engine.serving.endpoints import endpoint, file_of
from engine.serving.published import Published, is_run_id, published
from engine.tasks import TASKS
from engine.tasks.encoder import read_task

Takes = Literal["text", "image", "history"]
TAKES: dict[str, Takes] = {"text_classification": "text", "image_classification": "image", "ranking": "history"}
"""Task → the name of the input that people give: one line a task."""
EXAMPLES = 64
LONGEST_TEXT = 300
SIDE = 64


@dataclass(frozen=True)
class Examples:
    """Inputs that a model can be asked with."""

    takes: Takes
    inputs: tuple[Any, ...]
    """Texts, files of pictures, or histories of item ids."""
    measured: bool
    """Whether they are rows of the validation part of the data it learned from; else they are made up."""


def answering_run(settings: Settings, name: str) -> Published:
    """Return the model behind an endpoint, that with the largest share of its traffic, or behind a run's id.

    Raises NotFound when there is none, and when the endpoint is retired.
    """
    if is_run_id(name) and not file_of(settings, name).exists():
        return published(settings.workspace.runs, name.upper())
    found = endpoint(settings, name)
    if found.is_retired:
        raise NotFound("Endpoint {name} is retired; promote a run to it to use it again.", name=found.name)
    version = found.version(max(found.split, key=lambda number: found.split[number]))
    return published(settings.workspace.runs, version.run_id, version.precision)


def examples(settings: Settings, model: Published, count: int = EXAMPLES) -> Examples:
    """Return up to `count` inputs of the validation part that the model's run was trained with.

    Where its data set is not there any more, they are made up.
    """
    return examples_of(settings, str(read_task(model.folder)["task"]), dataset_of(model.run.report()), count)


def dataset_of(report: Mapping[str, Any]) -> str:
    """Return the id of the data set a report was made on; empty when it names none."""
    return str(report.get("dataset", {}).get("id", ""))


def examples_of(settings: Settings, task: str, dataset_id: str, count: int = EXAMPLES) -> Examples:
    """Return the same of a data set by its id, for models of `task`."""
    takes = TAKES[task]
    try:
        dataset = open_dataset(settings, dataset_id)
        found = tuple(islice(iter(TASKS[task].inputs(dataset, "validation")), count))
    except NotFound:
        found = ()
    return Examples(takes, found, True) if found else Examples(takes, made_up(takes), False)


def made_up(takes: Takes) -> tuple[Any, ...]:
    """Return an input nobody had before."""
    if takes == "image":
        return (png(Picture(np.add.outer(np.arange(SIDE), np.arange(SIDE)).astype(np.uint8))),)
    return {"text": ("Profit rose by 12 % in the third quarter.",), "history": ((),)}[takes]


def request(takes: Takes, inputs: Sequence[Any]) -> dict[str, Any]:
    """Return the request that asks a model for `inputs`, which `takes` names."""
    if takes == "history":
        width = max(1, *map(len, inputs))
        data = [str(item) for history in inputs for item in (*history, *[""] * (width - len(history)))]
        return _request(takes, [len(inputs), width], data)
    data = [base64.b64encode(file).decode("ascii") for file in inputs] if takes == "image" else list(inputs)
    return _request(takes, [len(inputs)], data)


def _request(name: str, shape: list[int], data: list[str]) -> dict[str, Any]:
    return {"inputs": [{"name": name, "shape": shape, "datatype": "BYTES", "data": data}]}
