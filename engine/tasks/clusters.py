"""Resampling patients instead of pictures: two pictures of one patient are not two independent looks.

Field and Welsh 2007, "Bootstrapping clustered data": whole clusters are drawn with replacement. Where every row is a
cluster of its own, this is the bootstrap of rows.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from engine.tasks.bootstrap import ELEMENTS_AT_ONCE, RESAMPLES


def clusters_of(patients: Sequence[Any] | None) -> np.ndarray | None:
    """Return the cluster of each row (N,) int64, or None where every row is one of its own.

    `patients` names each row's patient; a row without one (empty, None or NaN) is a cluster of its own.
    """
    if patients is None:
        return None
    names = [None if p is None or p != p or p == "" else str(p) for p in patients]
    seen: dict[Any, int] = {}
    found = np.array(
        [seen.setdefault(i if name is None else name, len(seen)) for i, name in enumerate(names)], np.int64
    )
    return found if len(seen) < len(names) else None


def count_clusters(clusters: np.ndarray | None, rows: int) -> int:
    """Return how many independent units the rows are."""
    return rows if clusters is None else len(np.unique(clusters))


def cluster_weights(
    clusters: np.ndarray, generator: np.random.Generator, *, resamples: int = RESAMPLES
) -> Iterator[np.ndarray]:
    """Yield pieces of (R, N) row weights: how often each row's cluster was drawn when all are drawn with replacement."""
    count = int(clusters.max()) + 1
    most = max(1, ELEMENTS_AT_ONCE // max(len(clusters), 1))
    for start in range(0, resamples, most):
        size = min(most, resamples - start)
        drawn = generator.integers(0, count, (size, count)) + np.arange(size)[:, None] * count
        weights = np.bincount(drawn.ravel(), minlength=size * count).reshape(size, count)
        yield weights[:, clusters].astype(np.float64)
