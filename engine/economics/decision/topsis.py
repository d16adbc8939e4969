"""TOPSIS: how near an option is to the best of everything, and how far from the worst.

Hwang and Yoon, Multiple Attribute Decision Making, Springer 1981: each column is divided by its Euclidean norm (vector
normalisation) and weighted; the score is the distance to the worst over the sum of the distances to the best and the
worst, 0 to 1.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from engine.economics.decision.option import Values

IN_CACHE = 64_000
"""Numbers of one array in work: half a megabyte stays in a core's cache, where many times more would not."""
ALL_EQUAL = 0.5
"""The score where all options are the same, so that there is neither best nor worst."""


def in_parts(rows: int, wide: int) -> Iterator[slice]:
    """Yield slices that cover `rows`, each of at most `IN_CACHE` numbers at `wide` a row, one row at least."""
    step = max(1, IN_CACHE // max(1, wide))
    return (slice(at, at + step) for at in range(0, rows, step))


def closeness(values: Values, weights: Values, maximise: Sequence[bool], alive: Values | None = None) -> Values:
    """Return the scores (..., N) of options with figures `values` (..., N, M) under `weights` (..., M).

    The leading axes broadcast. `alive` (..., N), where given, says with 1 and 0 who takes part; who does not scores -1.
    """
    to_best, to_worst = (_distance(apart, weights) for apart in ends_apart(values, maximise, alive))
    scores = nearness(to_best, to_worst)
    return scores if alive is None else np.where(alive > 0, scores, -1.0)


def ends_apart(values: Values, maximise: Sequence[bool], alive: Values | None = None) -> tuple[Values, Values]:
    """Return the squares (..., N, M) of how far each figure is from the best and from the worst of its column."""
    part = None if alive is None else alive[..., None]
    norms = np.sqrt((values**2 if part is None else values**2 * part).sum(axis=-2, keepdims=True))
    signed = values / (np.where(norms > 0, norms, 1.0) * np.where(maximise, 1.0, -1.0))
    if part is None:
        best, worst = signed.max(axis=-2, keepdims=True), signed.min(axis=-2, keepdims=True)
    else:
        best = np.where(part > 0, signed, -np.inf).max(axis=-2, keepdims=True)
        worst = np.where(part > 0, signed, np.inf).min(axis=-2, keepdims=True)
        best, worst = (np.where(np.isfinite(end), end, 0.0) for end in (best, worst))
    return (signed - best) ** 2, (signed - worst) ** 2


def nearness(to_best: Values, to_worst: Values) -> Values:
    """Return the score of distances to the best and to the worst."""
    whole = to_best + to_worst
    if whole.min(initial=np.inf) > 0:  # the usual case; a division that asks each time takes three times as long
        return np.asarray(to_worst / whole)
    return np.asarray(np.divide(to_worst, whole, out=np.full(whole.shape, ALL_EQUAL), where=whole > 0))


def _distance(apart: Values, weights: Values) -> Values:
    """Return the weighted Euclidean lengths (..., N) of figures whose squares apart are (..., N, M)."""
    if apart.ndim == 2:  # many weightings of the same options: one product of matrices
        return np.asarray(np.sqrt(np.asarray(weights) ** 2 @ apart.T))
    return np.asarray(np.sqrt((apart * np.asarray(weights)[..., None, :] ** 2).sum(axis=-1)))


def wins(scores: Values) -> Values:
    """Return each option's part (..., N) in being first: 1 for the best, shared among equals, 0 if none takes part."""
    first, part = _firsts(scores)
    return np.asarray(first * part[..., None])


def won(scores: Values) -> Values:
    """Return how often each option (N,) is first in `scores` (D, N): the sum of `wins`."""
    first, part = _firsts(scores)
    return np.asarray(part @ first)


def _firsts(scores: Values) -> tuple[np.ndarray, Values]:
    """Return who is first (..., N), and the part (...) of a win that each of them has."""
    top = scores.max(axis=-1, keepdims=True)
    first = scores >= np.maximum(top - 1e-12, 0.0)
    return first, 1 / np.maximum(first.sum(axis=-1), 1)
