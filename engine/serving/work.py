"""The computation of one request: its encoded rows, what came of them so far, and how it ended."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from engine.serving.model import ServedModel

BYTES_PER_POSITION = 16
"""What a position of a row that is no array takes in memory, about: an id, or an id and a weight."""


@dataclass(eq=False)
class Work:
    """Rows of one request, computed in one or several batches. The queue's lock guards what changes."""

    model: ServedModel
    rows: Sequence[Any]
    """Rows as the encoder gives them; positions 0, 1, … where `tensors` hold them."""
    tensors: Mapping[str, np.ndarray] = field(default_factory=dict)
    """What the graph takes, (rows, …) each, when that was given instead."""
    asked_as: tuple[str, str] = ("", "")
    """The name and the version the model was asked by."""
    explanations: tuple[str, ...] = ()
    """Explanations that are wanted besides: such rows are computed in one batch of their own."""
    deadline: float = float("inf")
    """When nobody waits any more, by `time.monotonic`."""
    done: Callable[[], None] = lambda: None
    """Called once, by any thread, when the last row is computed or the work failed."""
    answered: dict[str, np.ndarray] = field(default_factory=dict)
    error: Exception | None = None
    over: bool = False
    """Finished, failed or dropped: nothing of it will be computed any more."""
    arrived: float = field(default_factory=time.monotonic)
    expected_s: float = 0.0
    """In how many seconds from then it was expected to be computed."""
    begun: float = 0.0
    """When its first rows were taken."""
    batch: int = 0
    """The most rows that were computed together with its own, those included."""
    next: int = 0
    """Where to look for a row that is not taken."""
    taken: bytearray = field(init=False)
    """1 for each row that was taken for a batch."""
    left: int = field(init=False)
    """Rows that are not computed."""
    group: tuple[Any, ...] = field(init=False)
    """What rows must have in common to be computed together."""
    row_bytes: int = field(init=False)
    """What a row takes in memory, about."""

    def __post_init__(self) -> None:
        self.taken = bytearray(len(self.rows))
        self.left = len(self.rows)
        shapes = ((name, array.shape[1:], array.dtype.str) for name, array in self.tensors.items())
        self.group = (id(self.model), id(self)) if self.explanations else (id(self.model), *shapes)
        self.row_bytes = self._size_bytes() // max(1, len(self.rows))

    @property
    def queue_ms(self) -> float:
        """How long it waited for its turn."""
        return ((self.begun or time.monotonic()) - self.arrived) * 1e3

    def length(self, row: int) -> int:
        """Return how many positions a row takes."""
        return 0 if self.tensors else self.model.encoder.row_length(self.rows[row])

    def positions(self, row: int) -> int:
        """Return what a row counts for in the time it takes: its length, and what any row costs."""
        return 1 + self.length(row)

    def _size_bytes(self) -> int:
        if self.tensors:
            return sum(array.nbytes for array in self.tensors.values())
        length = self.model.encoder.row_length
        return sum(r.nbytes if isinstance(r, np.ndarray) else BYTES_PER_POSITION * length(r) for r in self.rows)


@dataclass(frozen=True)
class Batch:
    """Rows that are computed together."""

    model: ServedModel
    pieces: tuple[tuple[Work, int], ...]
    """(work, row) each."""

    def by_work(self) -> dict[Work, list[int]]:
        """Return which rows are whose, in the order of the pieces."""
        found: dict[Work, list[int]] = {}
        for work, row in self.pieces:
            found.setdefault(work, []).append(row)
        return found

    def compute(self, model: ServedModel) -> dict[str, np.ndarray]:
        """Return what `model`, this batch's or its twin, gives for the rows, in the order of `by_work`."""
        shares = self.by_work()
        first = next(iter(shares))
        if first.tensors:
            names = first.tensors
            tensors = {n: np.concatenate([w.tensors[n][rows] for w, rows in shares.items()]) for n in names}
            answered = model.run(tensors)
        else:
            encoded = [work.rows[row] for work, rows in shares.items() for row in rows]
            answered = model.run_rows(encoded)
            tensors = model.encoder.collate(encoded, multiple=1) if first.explanations else {}
        return {**answered, **{name: model.explained(name, tensors) for name in first.explanations}}
