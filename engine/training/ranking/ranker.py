"""The graph around a scorer: what was seen is masked, what is excluded falls, the best are returned.

    history (B, T) int64    item codes, newest last, -1 for padding
    weights                 (B, T) float32, or (1, 1) for all the same: how strongly each item of the history counts
    allowed                 (B, I) or (1, I) float32, added to the scores: 0 leaves an item, -inf keeps it out

    items (B, K) int64      the best, -1 where nothing is left
    scores (B, K) float32
    all_scores (B, I)       of the whole catalogue, nothing masked, for explanations and tests

The history alone is enough: the graph carries values for the other two. Somebody without a history gets what is
popular.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import torch
from torch import Tensor, nn

from engine.tasks.histories import PAD, TOP

LOWEST = -1e30
GATHERED_VALUES = 32_000_000
"""Numbers a batch may gather at once: 128 MB."""


class Ranker(nn.Module):
    """A scorer with the mask of what was seen, and the cut."""

    popularity: Tensor

    def __init__(self, scorer: nn.Module, popularity: np.ndarray, *, top: int = TOP) -> None:
        """`popularity` (I,) is how many people took each item."""
        super().__init__()
        self.scorer = scorer
        self.items = len(popularity)
        self.top = min(top, self.items)
        self.register_buffer("popularity", torch.from_numpy(np.log1p(popularity)).float())

    def forward(self, history: Tensor, weights: Tensor, allowed: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        present = history >= 0
        places = torch.where(present, history, torch.full_like(history, self.items))
        counted = present.to(torch.float32) * weights
        raw = self.scorer(places, counted)
        anybody = present.any(dim=1, keepdim=True)
        all_scores = torch.where(anybody, raw, self.popularity + 0.0 * raw)
        marks = (counted[:, :1] * 0.0).expand(-1, self.items + 1)
        seen = marks.scatter(1, places, torch.ones_like(counted))[:, : self.items]
        masked = torch.where(seen > 0, torch.full_like(all_scores, -torch.inf), all_scores + allowed)
        scores, items = torch.topk(masked, self.top, dim=1)
        return torch.where(scores > LOWEST, items, torch.full_like(items, PAD)), scores, all_scores


def padded(histories: Sequence[np.ndarray]) -> np.ndarray:
    """Return (B, T) int64, each history at the end of its row, -1 in front; T is at least 1."""
    width = max([1, *map(len, histories)])
    found = np.full((len(histories), width), PAD, dtype=np.int64)
    for row, history in enumerate(histories):
        found[row, width - len(history) :] = history
    return found


def batches_of(lengths: np.ndarray, items: int, most: int = 256) -> Iterator[np.ndarray]:
    """Yield positions, those of similar length together, in batches that gather no more than fits."""
    order = np.argsort(-lengths, kind="stable")
    start = 0
    while start < len(order):
        size = max(1, min(most, GATHERED_VALUES // (max(1, int(lengths[order[start]])) * items)))
        yield order[start : start + size]
        start += size


def rank(ranker: Ranker, histories: Sequence[np.ndarray]) -> np.ndarray:
    """Return (N, K) int64, the items that torch recommends after each history."""
    found = np.full((len(histories), ranker.top), PAD, dtype=np.int64)
    lengths = np.array([len(h) for h in histories], dtype=np.int64)
    weights, allowed = torch.ones(1, 1), torch.zeros(1, ranker.items)
    with torch.inference_mode():
        for rows in batches_of(lengths, ranker.items):
            history = torch.from_numpy(padded([histories[i] for i in rows]))
            found[rows] = ranker(history, weights, allowed)[0].numpy()
    return found
