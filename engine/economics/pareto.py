"""Which options nobody beats: the Pareto front."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from engine.errors import BadInput

MOST_PAIRS = 160_000
"""Up to so many pairs are compared all at once; beyond, one pass from the best is faster and smaller."""
Bools = npt.NDArray[np.bool_]


def pareto_front(points: npt.ArrayLike, *, maximise: Sequence[bool]) -> Bools:
    """Return which of `points` (N, M) are on the front: no other is at least as good on all axes and better on one.

    `maximise` says for each of the M axes whether more is better. Equal points are all on the front. Raises BadInput
    for a value that is not a finite number, and for an axis without a direction.

    Points are looked at from the best sum of ranks down, so that the first ones drop most of the others at once:
    time grows with N × the size of the front.
    """
    values = np.asarray(points, dtype=np.float64)
    if values.size == 0:
        return np.zeros(len(values), dtype=np.bool_)
    if values.ndim != 2 or values.shape[1] != len(maximise):
        raise BadInput(
            "There are {axes} axes and {directions} directions; give one direction an axis.",
            axes=values.shape[-1],
            directions=len(maximise),
        )
    if not np.isfinite(values).all():
        row, axis = np.argwhere(~np.isfinite(values))[0]
        raise BadInput(
            "Point {row} is {value} on axis {axis}; leave out options without a finite value.",
            row=int(row) + 1,
            value=str(values[row, axis]),
            axis=int(axis) + 1,
        )
    costs = np.where(np.asarray(maximise), -values, values)
    return np.asarray(~beats(costs).any(axis=-1)) if len(costs) ** 2 <= MOST_PAIRS else _undominated(costs)


def beats(costs: npt.NDArray[np.float64]) -> Bools:
    """Return (..., N, N) of `costs` (..., N, M), less being better: whether the row of the last axis beats the other.

    It does when it is at least as good on all axes and better on one.
    """
    as_good = np.ones((*costs.shape[:-1], costs.shape[-2]), dtype=np.bool_)
    for column in np.ascontiguousarray(np.moveaxis(costs, -1, 0)):
        as_good &= column[..., None, :] <= column[..., :, None]
    return np.asarray(as_good & ~np.swapaxes(as_good, -1, -2))


def _undominated(costs: npt.NDArray[np.float64]) -> Bools:
    """Return which rows of `costs` (N, M), less being better, no other row dominates."""
    ranks = np.stack([np.unique(axis, return_inverse=True)[1] for axis in costs.T])
    alive = np.argsort(ranks.sum(axis=0), kind="stable")
    # A row can only be dominated by one with a smaller sum of ranks, so one pass from the front is enough.
    place = 0
    while place < len(alive):
        best = costs[alive[place]]
        rest = costs[alive]
        alive = alive[(rest < best).any(axis=1) | (rest == best).all(axis=1)]
        place += 1
    front = np.zeros(len(costs), dtype=np.bool_)
    front[alive] = True
    return front
