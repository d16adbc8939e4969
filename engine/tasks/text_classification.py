"""Text classification: how sentences become arrays and logits become probabilities. Numpy and `tokenizers` only."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from engine.errors import BadInput
from engine.messages import Message
from engine.tasks.bag import BagEncoder, fit_bag
from engine.tasks.base import Task
from engine.tasks.encoder import TASK, Encoder, padded, read_task
from engine.tasks.metrics import METRICS
from engine.tasks.tokens import TokenEncoder


def load_encoder(folder: Path) -> TokenEncoder | BagEncoder:
    """Return the encoder described by `task.json` in `folder`. Raises BadInput when it is missing or unknown."""
    task = read_task(folder)
    if task.get("encoder") == TokenEncoder.kind:
        return TokenEncoder.load(folder)
    if task.get("encoder") == BagEncoder.kind:
        return BagEncoder.load(folder)
    raise BadInput(
        "{path} names the encoder {encoder}; this program knows tokens and bag. Update Breakeven.",
        path=str(folder / "task.json"),
        encoder=str(task.get("encoder")),
    )


def batches(lengths: np.ndarray, size: int) -> Iterator[np.ndarray]:
    """Yield the positions of each batch of up to `size` rows, shortest rows first, so that little is padding."""
    order = np.argsort(lengths, kind="stable")
    for start in range(0, len(order), size):
        yield order[start : start + size]


def decode(logits: np.ndarray, temperature: float = 1.0) -> np.ndarray:
    """Return probabilities (N, C) float64 of `logits` (N, C): their softmax after division by `temperature`.

    Guo et al. 2017, "On Calibration of Modern Neural Networks", section 4.2.
    """
    scaled = np.asarray(logits, dtype=np.float64) / temperature
    exponents = np.exp(scaled - scaled.max(axis=-1, keepdims=True))
    return np.asarray(exponents / exponents.sum(axis=-1, keepdims=True))


TEXT_CLASSIFICATION = Task(
    name=TASK,
    title=Message("Text classification"),
    metrics=METRICS,
    load_encoder=load_encoder,
    decode=decode,
)


__all__ = [
    "TASK",
    "TEXT_CLASSIFICATION",
    "BagEncoder",
    "Encoder",
    "TokenEncoder",
    "batches",
    "decode",
    "fit_bag",
    "load_encoder",
    "padded",
]
