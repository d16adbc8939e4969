"""No exported recommender is served before it is proved against the trained one.

Its scores have to be torch's at several batches and lengths of history, its items those scores' best, and nothing that
was seen may come back. When one does not hold, the run fails.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch

from engine.errors import Failure
from engine.messages import Message
from engine.serving.recommender import Recommender
from engine.training.export import remove_model
from engine.training.gate import BATCHES, Gate
from engine.training.ranking.ranker import padded
from engine.training.ranking.train import Trained

MAX_DIFFERENCE = 1e-4
"""Between a score of the graph and torch's, as a share of the largest score where that is above 1."""


@dataclass(frozen=True)
class RankingGate(Gate):
    """What the gate found. Differences are of scores, as a share of the largest score where that is above 1."""

    seen_items_returned: int = 0


def check(
    trained: Trained,
    folders: Mapping[str, Path],
    inputs: Sequence[Sequence[str]],
    truth: Any = None,  # noqa: ARG001
) -> RankingGate:
    """Prove the graph in `folders` on histories of item ids. Raises Failure when it may not be served."""
    served = Recommender.load(folders["fp32"])
    rows = [r for r in trained.encoder.rows(inputs) if len(r)] or [np.array([0])]
    worst, returned = 0.0, 0
    for size in BATCHES:
        for width in (1, 16, len(max(rows, key=len))):
            histories = [rows[i % len(rows)][-width:] for i in range(size)]
            histories[-1] = histories[-1] if size < BATCHES[-1] else histories[-1][:0]
            difference, back = _compare(trained, served, histories)
            worst, returned = max(worst, difference), returned + back
    if not worst <= MAX_DIFFERENCE or returned:
        remove_model(folders["fp32"])
        raise Failure(
            "The exported model differs from the trained one by {difference} in a score, where {allowed} is allowed, "
            "and returned {returned} items that were seen; it will not be served. Report this.",
            difference=f"{worst:.2g}",
            allowed=MAX_DIFFERENCE,
            returned=returned,
        )
    reason = Message("Rows are gathered and not multiplied, so int8 would make nothing faster.")
    return RankingGate(worst, seen_items_returned=returned, reason=reason)


def _compare(trained: Trained, served: Recommender, histories: Sequence[np.ndarray]) -> tuple[float, int]:
    """Return (the largest difference of a score, how many seen items came back)."""
    history = padded(histories)
    with torch.inference_mode():
        arguments = (torch.from_numpy(history), torch.ones(1, 1), torch.zeros(1, trained.module.items))
        _, expected, expected_all = (t.numpy() for t in trained.module(*arguments))
    found = served.run({"history": history}, ("items", "scores", "all_scores"))
    scale = max(1.0, float(np.abs(expected_all).max()))
    both = [(found["all_scores"], expected_all), (_finite(found["scores"]), _finite(expected))]
    difference = max(float(np.abs(a - b).max()) for a, b in both)
    back = sum(len(np.intersect1d(row, seen)) for row, seen in zip(found["items"], histories, strict=True))
    return difference / scale, back


def _finite(scores: np.ndarray) -> np.ndarray:
    return np.where(np.isfinite(scores), scores, 0.0)
