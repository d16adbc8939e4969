"""What every encoder offers, and the file beside a model that describes it.

An encoder works in two steps, so that a caller who sorts by length encodes once: `rows` turns each input into its own
short arrays, `collate` pads some of them into a batch. `encode` does both.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Protocol

import numpy as np

from engine.errors import BadInput
from engine.files import read_json, write_json

TASK = "text_classification"
PAD_MULTIPLE = 16
"""Batches are padded to a multiple of this many tokens: oneDNN compiles per shape, and few shapes stay fast."""


@dataclass(frozen=True)
class TensorSpec:
    """One input of a graph, without its batch dimension."""

    name: str
    datatype: str
    """As the Open Inference Protocol names it: "INT64", "FP32", "UINT8"."""
    shape: tuple[int, ...]
    """-1 where the length is free."""


class Encoder(Protocol):
    """What training and serving need of an encoder; its fields are what `task.json` keeps."""

    kind: ClassVar[str]
    takes: ClassVar[str]
    """The name of the input that people give: "text", "image", "history"."""
    inputs: ClassVar[tuple[str, ...]]
    """Names of the ONNX inputs, in order."""
    labels: tuple[str, ...]
    temperature: float

    @property
    def tensors(self) -> tuple[TensorSpec, ...]:
        """What the graph takes, in the order of `inputs`."""

    @property
    def outputs(self) -> tuple[TensorSpec, ...]:
        """What the graph gives."""

    def rows(self, inputs: Sequence[Any]) -> list[Any]:
        """Return each input as its own short arrays."""

    def row_length(self, row: Any) -> int:
        """Return how many positions one encoded row takes: rows of like length make good batches."""

    def collate(self, rows: Sequence[Any], *, multiple: int = PAD_MULTIPLE) -> dict[str, np.ndarray]:
        """Return some rows as one batch, padded to a multiple of `multiple` positions."""

    def encode(self, inputs: Sequence[Any]) -> dict[str, np.ndarray]:
        """Return `inputs` as one batch."""

    def save(self, folder: Path) -> None:
        """Write `task.json` and what stands beside it into `folder`."""


def logits_of(labels: Sequence[str]) -> tuple[TensorSpec, ...]:
    """Return what a classifier's graph gives."""
    return (TensorSpec("logits", "FP32", (len(labels),)),)


def padded(lengths: np.ndarray, multiple: int = PAD_MULTIPLE) -> int:
    """Return the smallest multiple of `multiple` that holds every length, at least one of them."""
    longest = int(lengths.max()) if lengths.size else 1
    return max(1, -(-longest // multiple)) * multiple


def write_task(encoder: Encoder, folder: Path, *, task: str = TASK, **fields: Any) -> None:
    """Write `task.json`: everything beside weights and vocabulary that serving must know; `fields` are its own."""
    write_json(
        folder / "task.json",
        {
            "schema_version": 1,
            "task": task,
            "encoder": encoder.kind,
            "labels": list(encoder.labels),
            "temperature": float(encoder.temperature),
            "inputs": list(encoder.inputs),
            **fields,
        },
    )


def read_task(folder: Path) -> dict[str, Any]:
    """Return what `write_task` wrote in `folder`. Raises BadInput when it is not there or damaged."""
    if not (folder / "task.json").is_file():
        raise BadInput("{folder} holds no model: task.json is missing. Choose a finished run.", folder=str(folder))
    return read_json(folder / "task.json")


def task_fields(task: dict[str, Any]) -> dict[str, Any]:
    """Return the part of `task.json` that an encoder's constructor takes."""
    return {name: task[name] for name in ("labels", "max_tokens", "temperature")}
