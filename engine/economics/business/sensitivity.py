"""Which assumptions matter: one at a time (tornado), and all at once (Sobol' indices).

First-order and total indices after A. Saltelli et al., Comput. Phys. Commun. 181 (2010): first-order by Saltelli's
estimator, total by Jansen's.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from engine.economics.business import draws, metrics, model
from engine.economics.business.case import Case
from engine.economics.business.model import Outcome
from engine.economics.business.sampling import points
from engine.economics.business.serving import Serving
from engine.economics.business.spread import Array

TARGETS: dict[str, Callable[[Outcome], Array]] = {
    "last_cash": lambda o: o.ledger.cash[-1],
    "lowest_cash": lambda o: o.ledger.cash.min(axis=0),
    "npv": metrics.present_value,
    "last_operating": lambda o: o.income.operating[-1],
}
"""What an assumption may matter for; USD by future."""
ROWS = 1024
MOST = 10
"""How many assumptions are varied together; the others stay as they likely are."""


@dataclass(frozen=True)
class Bar:
    """What one assumption does alone: the target with it at its low and at its high end."""

    key: str
    at_low: float
    at_high: float

    @property
    def width(self) -> float:
        return abs(self.at_high - self.at_low)


@dataclass(frozen=True)
class Indices:
    """Shares of the target's variance."""

    first: dict[str, float]
    """What the assumption explains alone."""
    total: dict[str, float]
    """What goes with it once it is known, effects with others counted."""


def tornado(case: Case, serving: Serving, target: str) -> tuple[float, list[Bar]]:
    """Return the target in the likely future, and a bar for each uncertain assumption, the widest first."""
    likely, bars = tornados(case, serving)
    return likely[target], bars[target]


def tornados(case: Case, serving: Serving) -> tuple[dict[str, float], dict[str, list[Bar]]]:
    """Return `tornado` of every target, from one pass through the model."""
    spreads = case.open
    given = {k: v.copy() for k, v in draws.likely(case).items()}
    for row, (key, spread) in enumerate(spreads.items()):
        values = np.full(1 + 2 * len(spreads), spread.likely)
        values[1 + 2 * row], values[2 + 2 * row] = spread.low, spread.high
        given[key] = values
    outcome = model.run(case, serving, given)
    likely, bars = {}, {}
    for target, read in TARGETS.items():
        found = np.broadcast_to(read(outcome), (outcome.futures,))
        made = [Bar(k, float(found[1 + 2 * i]), float(found[2 + 2 * i])) for i, k in enumerate(spreads)]
        likely[target], bars[target] = float(found[0]), sorted(made, key=lambda b: -b.width)
    return likely, bars


def indices(case: Case, serving: Serving, target: str, *, rows: int = ROWS, seed: int = 0) -> Indices:
    """Return Sobol' indices of the `MOST` assumptions with the widest bars in the tornado."""
    _, bars = tornado(case, serving, target)
    keys = [b.key for b in bars[:MOST] if b.width > 0]
    spreads, likely = case.open, draws.likely(case)

    def compute(shares: Array) -> Array:
        return TARGETS[target](model.run(case, serving, likely | draws.from_shares(spreads, shares, keys)))

    return sobol(compute, keys, rows=rows, seed=seed)


def sobol(compute: Callable[[Array], Array], keys: Sequence[str], *, rows: int = ROWS, seed: int = 0) -> Indices:
    """Return the indices of `compute`, which maps shares, (keys, futures), each 0 to 1, to (futures,).

    It is asked once, for rows × (keys + 2) futures. Where nothing varies, every index is 0.
    """
    d = len(keys)
    if not d:
        return Indices({}, {})
    both = points(rows, 2 * d, seed=seed)
    a, b = both[:d], both[d:]
    mixed = [np.where(np.arange(d)[:, None] == i, b, a) for i in range(d)]
    values = compute(np.concatenate([a, b, *mixed], axis=1)).reshape(d + 2, rows)
    values = values - values[:2].mean()
    in_a, in_b, swapped = values[0], values[1], values[2:]
    variance = float(values[:2].var())
    if variance <= 0:
        return Indices(dict.fromkeys(keys, 0.0), dict.fromkeys(keys, 0.0))
    first = (in_b * (swapped - in_a)).mean(axis=1) / variance
    total = 0.5 * ((in_a - swapped) ** 2).mean(axis=1) / variance
    return Indices(_named(keys, first), _named(keys, total))


def _named(keys: Sequence[str], values: Array) -> dict[str, float]:
    return {k: float(v) for k, v in zip(keys, values, strict=True)}


def largest(found: Mapping[str, float]) -> str:
    """Return the key with the largest value."""
    return max(found, key=lambda k: found[k])
