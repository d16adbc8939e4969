"""Ranking: how lists of items are scored against what a person really took. Numpy only.

A list is one row of item codes, best first, padded with -1; what a person took is a set of items without order or
grade. The definitions are those of the field's libraries: Järvelin and Kekäläinen 2002 for nDCG, with the ideal list
cut at k; recall divides by everything the person took, also beyond k; average precision divides by the smaller of k
and that number.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

FIGURES = ("ndcg", "recall", "precision", "map", "hit_rate", "mrr")
"""What `per_user` gives, in the order of its columns."""


@dataclass(frozen=True)
class Targets:
    """What each of N people took: `items[starts[i]:starts[i + 1]]` are the codes of person i."""

    starts: np.ndarray
    """(N + 1,) int64."""
    items: np.ndarray
    """(pairs,) int64, no item twice for one person."""

    @classmethod
    def of(cls, lists: Sequence[Sequence[int] | np.ndarray]) -> Targets:
        """Return the targets of people whose items are `lists`; what stands twice counts once."""
        sets = [np.unique(np.asarray(one, dtype=np.int64)) for one in lists]
        starts = np.concatenate([[0], np.cumsum([len(s) for s in sets])]).astype(np.int64)
        return cls(starts, np.concatenate([*sets, np.empty(0, dtype=np.int64)]))

    @property
    def counts(self) -> np.ndarray:
        """(N,) int64, how many items each person took."""
        return np.diff(self.starts)

    def __len__(self) -> int:
        return len(self.starts) - 1


def hits(lists: np.ndarray, targets: Targets) -> np.ndarray:
    """Return (N, K) bool: whether the item at each place of `lists` (N, K) is one of that person's targets."""
    width = int(max(lists.max(initial=-1), targets.items.max(initial=-1))) + 2
    wanted = np.sort(np.repeat(np.arange(len(targets)), targets.counts) * width + targets.items)
    asked = np.arange(len(lists))[:, None] * width + np.where(lists < 0, width - 1, lists)
    place = np.searchsorted(wanted, asked)
    return np.asarray(np.append(wanted, -1)[place] == asked)


def per_user(found: np.ndarray, counts: np.ndarray, k: int) -> np.ndarray:
    """Return (N, 6) float64, the columns of FIGURES at `k`, from `found` (N, K) bool and `counts` (N,) of targets.

    A list shorter than k has missed its empty places. NaN for a person without targets.
    """
    counts = np.asarray(counts, dtype=np.float64)
    top = np.zeros((len(found), k))
    top[:, : min(k, found.shape[1])] = found[:, :k]
    places = np.arange(1, k + 1)
    discounts = 1.0 / np.log2(places + 1.0)
    reachable = np.minimum(counts, k).astype(np.int64)
    ideal = np.concatenate([[0.0], np.cumsum(discounts)])[reachable]
    taken = top.sum(axis=1)
    precision_at = np.cumsum(top, axis=1) / places
    first = np.where(taken > 0, top.argmax(axis=1) + 1.0, np.inf)
    with np.errstate(divide="ignore", invalid="ignore"):
        columns = [
            (top @ discounts) / ideal,
            taken / counts,
            taken / k,
            (top * precision_at).sum(axis=1) / reachable,
            (taken > 0).astype(np.float64),
            1.0 / first,
        ]
    return np.asarray(np.where(counts[:, None] > 0, np.column_stack(columns), np.nan))


def ndcg(lists: np.ndarray, targets: Targets, k: int = 10) -> float:
    """Return the mean nDCG at `k` over the people who have targets; 0 when nobody has."""
    figures = per_user(hits(lists, targets), targets.counts, k)[:, 0]
    known = figures[np.isfinite(figures)]
    return float(known.mean()) if known.size else 0.0


__all__ = ["FIGURES", "Targets", "hits", "ndcg", "per_user"]
