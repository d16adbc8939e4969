"""Item-item models without iterations: a dense matrix from one inverse, or the nearest neighbours of each item.

Steck 2019, "Embarrassingly Shallow Autoencoders for Sparse Data": with G = XᵀX + λI and P = G⁻¹, the weights are
B = -P / diag(P) by column, zero on the diagonal. Three changes, each off unless asked for, make it better where people
differ much in how much they took: a user counts by a power of the length of the history, an item of the history by a
power of its popularity, and what items have in common (categories, words) adds rows to X as if somebody had taken them
together (Jeunen et al. 2020, "Closed-Form Models for Collaborative Filtering with Side-Information").
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from engine.training.progress import Progress
from engine.training.ranking.data import Log, product
from engine.training.ranking.patience import patiently

EXACT_ITEMS = 5_000
"""Up to this many items the inverse is taken in double precision; beyond, single precision halves memory and time."""
BLOCK_ITEMS = 256
"""Items whose neighbours are found at once: with 100,000 items a block holds 100 MB."""
SHRINKAGE = 10.0
"""Pairs seen by few count less: n / (n + 10)."""


@dataclass(frozen=True)
class Shape:
    """What a dense item-item model is made with."""

    penalty: float = 400.0
    """λ: the more, the less two items that meet seldom count."""
    user_power: float = 0.0
    """A user counts by the length of the history to the power of minus this."""
    popularity_power: float = 0.0
    """An item of a history counts by its popularity to the power of minus this."""
    features: float = 0.0
    """How many users' worth a feature counts that two items have in common."""


def gram(log: Log, user_power: float, progress: Progress) -> Tensor:
    """Return XᵀWX (I, I) float64, the users weighted by a power of their lengths to a mean of 1."""
    lengths = np.maximum(log.histories.lengths, 1).astype(np.float64)
    by_user = lengths**-user_power
    by_user /= max(float(by_user[log.histories.lengths > 0].mean()) if log.pairs else 1.0, 1e-12)
    weighted, by_item = log.matrix(by_user), log.by_item()
    kind = torch.float64 if log.items <= EXACT_ITEMS else torch.float32
    found = torch.zeros(log.items, log.items, dtype=kind)
    work = 2.0 * float((log.histories.lengths.astype(np.float64) ** 2).sum())
    for start in range(0, log.items, BLOCK_ITEMS):
        stop = min(start + BLOCK_ITEMS, log.items)
        found[start:stop] = product(by_item.block(start, stop), weighted)
        progress.step(stop - start, work * (stop - start) / log.items)
    return found


def weights_of(gram: Tensor, shape: Shape, features: Tensor | None, counts: np.ndarray, progress: Progress) -> Tensor:
    """Return the item-item weights (I, I): row i is what having item i says for each item.

    `features` (I, I) is how much each two items have in common, `counts` (I,) how many users had each.
    """
    items = len(gram)
    system = gram.clone()
    if features is not None and shape.features:
        system += (shape.features * features).to(system.dtype)
    system.diagonal().add_(shape.penalty)
    inverse = patiently(lambda: torch.cholesky_inverse(torch.linalg.cholesky(system, out=system)), progress)
    progress.step(0, float(items) ** 3)
    found = inverse.div_(-inverse.diagonal().clone())
    found.fill_diagonal_(0.0)
    if shape.popularity_power:
        found *= torch.from_numpy((1.0 + counts) ** -shape.popularity_power).to(found.dtype)[:, None]
    return found.float()


def neighbours(log: Log, most: int, power: float, progress: Progress) -> tuple[Tensor, Tensor]:
    """Return the `most` items that go best with each: ids (I, M) int64, I standing for none, and strengths (I, M).

    Strength is the number of users who had both, over the popularity of each to `power` (0.5 is the cosine), shrunk
    where few had both. No matrix of all pairs is ever held.
    """
    by_item, matrix = log.by_item(), log.matrix(np.ones(log.users))
    scale = torch.from_numpy(np.maximum(log.counts(), 1.0) ** -power).float()
    most = min(most, max(1, log.items - 1))
    ids = torch.full((log.items, most), log.items, dtype=torch.int64)
    strengths = torch.zeros(log.items, most)
    work = 2.0 * float((log.histories.lengths.astype(np.float64) ** 2).sum())
    for start in range(0, log.items, BLOCK_ITEMS):
        stop = min(start + BLOCK_ITEMS, log.items)
        both = product(by_item.block(start, stop), matrix)
        both[torch.arange(stop - start), torch.arange(start, stop)] = 0.0
        strong = both / (both + SHRINKAGE) * both * scale[start:stop, None] * scale
        values, found = torch.topk(strong, most, dim=1)
        ids[start:stop] = torch.where(values > 0, found, torch.full_like(found, log.items))
        strengths[start:stop] = values
        progress.step(stop - start, work * (stop - start) / log.items)
    return ids, strengths


def capped(log: Log, most: int) -> Log:
    """Return the log with only the newest `most` items of each history: work grows with their square."""
    lengths = log.histories.lengths
    if not len(lengths) or lengths.max() <= most:
        return log
    place = np.arange(log.pairs) - np.repeat(log.histories.indptr[:-1], lengths)
    return Log(log.histories.keep(place >= np.repeat(lengths - most, lengths)), log.binary)


__all__ = ["Shape", "capped", "gram", "neighbours", "weights_of"]
