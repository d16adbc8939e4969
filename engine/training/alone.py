"""Whether a model says of a row alone what it says of it in a batch. Needs no torch.

Validation rows decide (`engine.training.gate`); the test part is only asked whether it holds there as well, and needs
no label for it. A model that fails there is not served, and nothing else is made in its place by what was seen.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from engine.messages import Message
from engine.serving.runtime import Classifier

MAX_DIFFERENCE = 0.01
"""How far a probability of a row alone may be from that of the row in a batch."""
SECONDS = 30.0
"""How long the rows of a very large part are asked one by one."""
ROWS_AT_ONCE = 64


@dataclass(frozen=True)
class Alone:
    """What was found by asking rows one by one."""

    difference: float
    """The largest difference of a probability between a row alone and the row in a batch."""
    flips: int
    """Rows that get another class."""
    rows: int
    """Rows that were asked alone."""

    @property
    def problem(self) -> Message | None:
        """Why such a model may not be served; None when it may."""
        if self.difference <= MAX_DIFFERENCE and not self.flips:
            return None
        return Message(
            "int8 says of a row alone not what it says of it in a batch: a probability differs by {moved} and "
            "{flipped} classes change; {allowed} and none are allowed.",
            moved=f"{self.difference:.2g}",
            flipped=self.flips,
            allowed=MAX_DIFFERENCE,
        )


def compare(together: np.ndarray, alone: np.ndarray) -> Alone:
    """Return what rows asked alone (N, C) say beside the same rows `together` in batches (N, C)."""
    moved = float(np.abs(together - alone).max(initial=0.0))
    return Alone(moved, int((together.argmax(axis=1) != alone.argmax(axis=1)).sum()), len(alone))


def ask_alone(model: Classifier, inputs: Sequence[Any], together: np.ndarray, *, seconds: float = SECONDS) -> Alone:
    """Ask `model` for `inputs` one by one and compare with its answers `together` (N, C).

    All are asked, in an order drawn once; after `seconds` the rest of a very large part is left out.
    """
    order = np.random.default_rng(0).permutation(len(inputs))
    alone, end = [together[:0]], time.monotonic() + seconds
    for start in range(0, len(order), ROWS_AT_ONCE):
        if start and time.monotonic() > end:
            break
        alone.append(model.probabilities([inputs[i] for i in order[start : start + ROWS_AT_ONCE]], batch=1))
    found = np.concatenate(alone)
    return compare(together[order[: len(found)]], found)
