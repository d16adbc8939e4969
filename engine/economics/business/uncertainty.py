"""How sure a plan is: fans over thousands of futures, and the odds of breaking even or running out by a month."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.economics.business import draws, metrics, model
from engine.economics.business.assumptions import MONTHS
from engine.economics.business.case import Case
from engine.economics.business.demand import Correction
from engine.economics.business.model import Outcome
from engine.economics.business.serving import Serving
from engine.economics.business.spread import Array

FUTURES = 10_000
QUANTILES = (0.1, 0.5, 0.9)
LINES = ("cash", "revenue", "operating", "arr", "customers")


@dataclass(frozen=True)
class Fan:
    """P10, P50 and P90 of each month, (3, months) by line, and probabilities by month, (months,)."""

    futures: int
    lines: dict[str, Array]
    """Keys of `LINES`: USD, and customers as a number."""
    even_by: Array
    """Probability that the operating profit is 0 or more from month N at the latest."""
    broke_by: Array
    """Probability that a month up to N ended with less than nothing in the bank."""
    spread: dict[str, tuple[float, float, float]]
    """P10, P50, P90 of "npv", "exit_value", "lowest_cash", "last_cash"; USD."""


def fan(
    case: Case, serving: Serving, *, futures: int = FUTURES, seed: int = 0, correction: Correction | None = None
) -> Fan:
    """Return how `case` spreads. Raises BadInput as `model.run` does."""
    return of(model.run(case, serving, draws.futures(case, futures, seed=seed), correction))


def of(outcome: Outcome) -> Fan:
    """Return the fan of futures that were computed."""
    series = {
        "cash": outcome.ledger.cash,
        "revenue": outcome.income.revenue,
        "operating": outcome.income.operating,
        "arr": metrics.arr(outcome),
        "customers": outcome.market.customers.sum(axis=1),
    }
    single = {
        "npv": metrics.present_value(outcome),
        "exit_value": metrics.exit_value(outcome),
        "lowest_cash": outcome.ledger.cash.min(axis=0),
        "last_cash": outcome.ledger.cash[-1],
    }
    return Fan(
        futures=outcome.futures,
        lines={name: _quantiles(values) for name, values in series.items()},
        even_by=_by_month(metrics.break_even(outcome)),
        broke_by=_by_month(metrics.out_of_cash(outcome)),
        spread={name: _ends(values) for name, values in single.items()},
    )


def _quantiles(values: Array) -> Array:
    """Return the quantiles over futures, (3, months): the value of the future at that rank, none in between."""
    values = np.ascontiguousarray(values)
    ranks = [min(values.shape[1] - 1, round(q * (values.shape[1] - 1))) for q in QUANTILES]
    return np.partition(values, sorted(set(ranks)), axis=1)[:, ranks].T


def _ends(values: Array) -> tuple[float, float, float]:
    low, middle, high = (float(v) for v in _quantiles(values[None])[:, 0])
    return low, middle, high


def _by_month(first: Array) -> Array:
    """Return the share of futures whose `first` month, 0 for never, is at most 1, 2, …, (months,)."""
    happens = np.bincount(first, minlength=MONTHS + 1)[1 : MONTHS + 1]
    return np.asarray(np.cumsum(happens) / len(first))
