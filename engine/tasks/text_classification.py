"""Text classification: how sentences become arrays and logits become probabilities. Numpy and `tokenizers` only."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from engine.datasets.dataset import Dataset, Part
from engine.errors import BadInput
from engine.messages import Message
from engine.tasks.bag import BagEncoder, fit_bag
from engine.tasks.base import Task, Unit
from engine.tasks.compare import paired_runs, seeds_runs
from engine.tasks.encoder import TASK, Encoder, padded, read_task
from engine.tasks.judge import judge
from engine.tasks.metrics import METRICS
from engine.tasks.tokens import TokenEncoder

if TYPE_CHECKING:
    import pandas as pd


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


def texts_of(dataset: Dataset, part: Part) -> list[str]:
    """Return the texts of one part, in the order of its rows."""
    found: list[str] = dataset.rows(part)["text"].tolist()
    return found


def judge_texts(
    rows: pd.DataFrame,
    truth: np.ndarray,
    probabilities: np.ndarray,
    labels: Sequence[str],
    *,
    seed: int,
    positive: str = "",
) -> dict[str, Any]:
    """Return the "quality" block for the answers to `rows` (columns text, row); see `engine.tasks.judge.judge`."""
    texts, numbers = rows["text"].tolist(), rows["row"].to_numpy()
    return judge(truth, probabilities, labels, texts, numbers, seed=seed, positive=positive or None)


TEXT_CLASSIFICATION = Task(
    name=TASK,
    title=Message("Text classification"),
    unit=Unit(Message("sentence"), Message("sentences")),
    metrics=METRICS,
    load_encoder=load_encoder,
    inputs=texts_of,
    judge=judge_texts,
    compare=paired_runs,
    compare_seeds=seeds_runs,
    compared_by="macro_f1",
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
