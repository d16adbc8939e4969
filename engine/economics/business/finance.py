"""Present value, internal rate of return, and the value of a customer: textbook formulas with their edges named."""

from __future__ import annotations

import numpy as np

from engine.economics.business.spread import Array

YEAR = 12
LOWEST, HIGHEST = -0.95, 10.0
"""Between which monthly rates an internal rate of return is looked for."""
GRID = 2_000
HALVINGS = 80


def monthly(rate_year: float) -> float:
    """Return the rate a month that compounds to `rate_year` a year."""
    return float((1 + rate_year) ** (1 / YEAR) - 1)


def npv(rate: float, flows: Array) -> Array:
    """Return the present value of `flows`, (periods, …), the first of them now, at `rate` a period."""
    weights = (1 + rate) ** -np.arange(len(flows), dtype=float)
    return np.asarray(np.tensordot(weights, flows, axes=(0, 0)))


def rates_of_return(flows: Array) -> list[float]:
    """Return every rate a period, from -95 % to 1,000 %, at which the flows, (periods,), are worth nothing now.

    A plan may have none, and when money goes out and in by turns it may have several.
    """
    grid = np.expm1(np.linspace(np.log1p(LOWEST), np.log1p(HIGHEST), GRID))
    values = _signed(flows, grid)
    found = [float(r) for r, v in zip(grid, values, strict=True) if v == 0]
    crossings = np.flatnonzero(values[:-1] * values[1:] < 0)
    found += [_halved(flows, float(grid[i]), float(grid[i + 1])) for i in crossings]
    return sorted(found)


def _signed(flows: Array, rates: Array) -> Array:
    """Return the present value's sign and size, scaled so that a rate far below zero does not overflow."""
    powers = -np.log1p(rates)[:, None] * np.arange(len(flows))
    weights = np.exp(powers - powers.max(axis=1, keepdims=True))
    return np.asarray(weights @ flows)


def _halved(flows: Array, low: float, high: float) -> float:
    negative = _signed(flows, np.array([low]))[0] < 0
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        if (_signed(flows, np.array([middle]))[0] < 0) == negative:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def lifetime_value(margin_month: float, churn: float, growth: float, rate: float) -> float | None:
    """Return the present value of a customer who leaves with `churn` and otherwise pays `growth` more each month.

    margin ÷ (1 − (1 − churn)(1 + growth) ÷ (1 + rate)): the sum of margin × ((1 − churn)(1 + growth) ÷ (1 + rate))^k
    over months k from 0, the first paid at once. None where that sum has no end.
    """
    kept = (1 - churn) * (1 + growth) / (1 + rate)
    return margin_month / (1 - kept) if kept < 1 else None
