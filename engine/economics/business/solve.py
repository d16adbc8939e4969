"""What it would take: the price, and the number of customers, at which a month of the plan just breaks even.

Both are found by bisection over a factor: on every price, and on the share of leads that buys.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from engine.economics.business import draws, model
from engine.economics.business.assumptions import SEGMENTS, TIERS
from engine.economics.business.case import Case
from engine.economics.business.model import Outcome
from engine.economics.business.serving import Serving
from engine.economics.business.spread import Array
from engine.messages import Message

HIGHEST = 1e4
"""Factors are looked for up to this."""
AT_ONCE = 24
ROUNDS = 4
PRICES = (*(f"price.{tier}" for tier in TIERS), "price.usage", "price.ads")


@dataclass(frozen=True)
class Needed:
    """A factor at which operating profit of the month is 0, or why there is none."""

    factor: float | None
    customers: float | None
    """At the end of that month, with the factor."""
    why: Message | None = None


def price_needed(case: Case, serving: Serving, month: int) -> Needed:
    """Return by what every price has to be multiplied for `month`, from 1, to break even."""
    return _solve(case, serving, month, lambda factors: {k: case.likely(k) * factors for k in PRICES})


def volume_needed(case: Case, serving: Serving, month: int) -> Needed:
    """Return by what the share of leads that buys has to be multiplied for `month` to break even; spending stays."""
    keys = [f"conversion.{s}" for s in SEGMENTS] + ["free.upgrade"]
    return _solve(case, serving, month, lambda factors: {k: case.likely(k) * factors for k in keys})


def _solve(case: Case, serving: Serving, month: int, changed: Callable[[Array], dict[str, Array]]) -> Needed:
    likely = draws.likely(case)

    def outcome(factors: Array) -> Outcome:
        return model.run(case, serving, likely | changed(factors))

    def profit(factors: Array) -> Array:
        return np.asarray(outcome(factors).income.operating[month - 1])

    grid = np.concatenate([[0.0], np.geomspace(1e-3, HIGHEST, AT_ONCE - 1)])
    found = profit(grid)
    if found[0] >= 0:
        return Needed(0.0, None, Message("Month {month} breaks even without it.", month=month))
    if not (found >= 0).any():
        return Needed(
            None, None, Message("No factor up to {most} makes month {month} break even.", most=HIGHEST, month=month)
        )
    for _ in range(ROUNDS):  # bisection with many points at once: each round keeps the piece where the sign changes
        at = int(np.argmax(found >= 0))
        grid = np.linspace(grid[at - 1], grid[at], AT_ONCE)
        found = profit(grid)
    factor = float(grid[int(np.argmax(found >= 0))])
    there = outcome(np.array([factor])).market.customers[month - 1].sum(axis=0)
    return Needed(factor, float(there[0]))
