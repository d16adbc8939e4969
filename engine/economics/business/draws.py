"""What each future takes each assumption to be."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np

from engine.economics.business.case import Case
from engine.economics.business.obligations import spreads
from engine.economics.business.sampling import points
from engine.economics.business.spread import Array, Spread

Draws = Mapping[str, Array]
"""Key of an assumption, or `once.` or `rules.` and a place → shape (futures,), or (1,) where every future agrees."""


def likely(case: Case) -> dict[str, Array]:
    """Return the one future in which everything is as it most likely is."""
    return {key: np.array([spread.likely]) for key, spread in everything(case).items()}


def futures(case: Case, count: int, *, seed: int = 0) -> dict[str, Array]:
    """Return `count` futures that fill the ranges of what is uncertain evenly. Raises BadInput for too many ranges."""
    uncertain = case.open
    return likely(case) | from_shares(uncertain, points(count, len(uncertain), seed=seed), uncertain)


def from_shares(spreads: Mapping[str, Spread], shares: Array, keys: Iterable[str]) -> dict[str, Array]:
    """Return the quantiles of `keys` at `shares`, shape (keys, futures)."""
    return {key: spreads[key].at(row) for key, row in zip(keys, shares, strict=True)}


def everything(case: Case) -> dict[str, Spread]:
    """Return every number of the case that the model asks for, certain or not."""
    return {**case.spreads, **{f"once.{i}": o.usd for i, o in enumerate(case.once)}, **spreads(case)}
