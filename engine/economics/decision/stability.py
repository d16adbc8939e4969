"""How firmly a choice stands: over every weighting, and over what measuring again might have said."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from engine.economics.decision.option import Criterion, Limits, Option, Values, directions, matrix
from engine.economics.decision.topsis import closeness, in_parts, won
from engine.economics.pareto import beats

WEIGHTINGS = 10_000
REMEASURED = 1_000
SEED = 20_261_124
MOST_CONTENDERS = 40
"""More options than this are not measured again in thought: the rest of a long list never wins."""
MOST_COMPARED = 8_000_000
"""Comparisons of figures in one go; more options are drawn less often, so that the answer comes at once."""
MOST_KEPT = 4
"""Sets of random draws that are kept: those of one size are the same for every decision."""
SD_OF_95 = 1.959964
"""Standard deviations from the middle to the end of a 95 % interval of a normal distribution."""


def over_weightings(values: Values, maximise: Sequence[bool], *, draws: int = WEIGHTINGS) -> Values:
    """Return how often each option (N, M) wins when weights are drawn evenly from all there are; the shares sum to 1.

    Evenly on the simplex is Dirichlet(1, …, 1). Equals share a win.
    """
    weights = _weightings(draws, values.shape[1])
    parts = [won(closeness(values, weights[at], maximise)) for at in in_parts(draws, len(values))]
    return np.asarray(np.sum(parts, axis=0) / draws)


@lru_cache(maxsize=MOST_KEPT)
def _weightings(draws: int, m: int) -> Values:
    """Return weightings (draws, M), the same each time."""
    return _unchanging(np.random.default_rng(SEED).dirichlet(np.ones(m), draws))


@lru_cache(maxsize=MOST_KEPT)
def _noise(draws: int, n: int, together: tuple[bool, ...]) -> Values:
    """Return standard normal draws (draws, N, M), the same each time; columns `together` are alike for all options."""
    noise = np.random.default_rng(SEED).standard_normal((draws, n, len(together)))
    noise[:, :, together] = noise[:, :1, together]
    return _unchanging(noise)


def _unchanging(kept: Values) -> Values:
    kept.flags.writeable = False
    return kept


@dataclass(frozen=True)
class Remeasured:
    """What measuring again might have chosen. `shares` and `nobody` sum to 1."""

    shares: Values
    """(N,)"""
    nobody: float
    """How often no option held the limits."""
    holding: Values
    """(N,): how often each option held the limits."""


def over_measurements(
    options: Sequence[Option],
    criteria: Sequence[Criterion],
    weights: Values,
    limits: Limits,
    *,
    draws: int = REMEASURED,
) -> Remeasured:
    """Return how often each option would be chosen by the same limits, front and `weights` (M,) on drawn figures.

    A figure is drawn from a normal distribution on each side of its value whose 95 % interval ends at `low` and `high`.
    Criteria that are `shared` are drawn once for all options. Others are drawn independently, though options judged on
    the same rows err together, so that the choice stands at least this firmly.
    """
    n, m = len(options), len(criteria)
    draws = int(np.clip(MOST_COMPARED // max(1, n * n * m), 100, draws))
    noise = _noise(draws, n, tuple(c.shared for c in criteria))
    value, low, high = (matrix(options, criteria, end) for end in ("value", "low", "high"))
    drawn = value + noise * np.where(noise > 0, high - value, value - low) / SD_OF_95
    drawn = np.where(value >= 0, np.maximum(drawn, 0.0), drawn)
    held = _held(drawn, criteria, limits)
    counted = weights > 0
    beaten = _dominated(
        drawn[:, :, counted], held, [u for u, c in zip(directions(criteria), counted, strict=True) if c]
    )
    alive = held & ~beaten
    shares = won(closeness(drawn, weights, directions(criteria), alive.astype(np.float64))) / draws
    return Remeasured(shares, float(1 - shares.sum()), held.mean(axis=0))


def _held(drawn: Values, criteria: Sequence[Criterion], limits: Limits) -> np.ndarray:
    """Return (D, N): whether every bound holds."""
    held = np.ones(drawn.shape[:2], dtype=np.bool_)
    for place, criterion in enumerate(criteria):
        if (bound := limits.bounds.get(criterion.name)) is not None:
            column = drawn[:, :, place]
            held &= column >= bound if criterion.more_is_better else column <= bound
    return held


def _dominated(drawn: Values, held: np.ndarray, maximise: Sequence[bool]) -> np.ndarray:
    """Return (D, N): whether another option that holds is at least as good in everything and better in something."""
    costs = np.where(np.asarray(maximise), -drawn, drawn)
    parts = ((costs[at], held[at, None, :]) for at in in_parts(len(costs), costs.shape[1] ** 2))
    return np.concatenate([(beats(these) & hold).any(axis=-1) for these, hold in parts])
