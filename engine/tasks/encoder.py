"""What every text encoder offers, and the file beside a model that describes it.

An encoder works in two steps, so that a caller who sorts by length encodes once: `rows` turns each text into its own
short arrays, `collate` pads some of them into a batch. `encode` does both.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar, Protocol

import numpy as np

from engine.errors import BadInput
from engine.files import read_json, write_json

TASK = "text_classification"
PAD_MULTIPLE = 16
"""Batches are padded to a multiple of this many tokens: oneDNN compiles per shape, and few shapes stay fast."""


class Encoder(Protocol):
    """What training and serving need of an encoder; its fields are what `task.json` keeps."""

    kind: ClassVar[str]
    inputs: ClassVar[tuple[str, ...]]
    """Names of the ONNX inputs, in order."""
    labels: tuple[str, ...]
    max_tokens: int
    temperature: float

    def rows(self, texts: Sequence[str]) -> list[Any]: ...
    def collate(self, rows: Sequence[Any]) -> dict[str, np.ndarray]: ...
    def encode(self, texts: Sequence[str]) -> dict[str, np.ndarray]: ...
    def lengths(self, texts: Sequence[str]) -> np.ndarray: ...
    def save(self, folder: Path) -> None: ...


def padded(lengths: np.ndarray) -> int:
    """Return the smallest multiple of 16 that holds every length, at least 16."""
    longest = int(lengths.max()) if lengths.size else 1
    return max(1, -(-longest // PAD_MULTIPLE)) * PAD_MULTIPLE


def write_task(encoder: Encoder, folder: Path) -> None:
    """Write `task.json`: everything beside weights and vocabulary that serving must know."""
    write_json(
        folder / "task.json",
        {
            "schema_version": 1,
            "task": TASK,
            "encoder": encoder.kind,
            "labels": list(encoder.labels),
            "max_tokens": encoder.max_tokens,
            "temperature": float(encoder.temperature),
            "inputs": list(encoder.inputs),
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
