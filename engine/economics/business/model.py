"""Sixty months of a case, in one future or in thousands at once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.economics.business import draws as drawn
from engine.economics.business.assumptions import MONTHS
from engine.economics.business.case import Case
from engine.economics.business.demand import Correction, Demand, demand
from engine.economics.business.draws import Draws
from engine.economics.business.income import Income, income
from engine.economics.business.ledger import Ledger, ledger
from engine.economics.business.serving import Serving
from engine.economics.business.spread import Array
from engine.economics.currency import rate
from engine.errors import BadInput


@dataclass(frozen=True)
class Outcome:
    """What becomes of a case. Arrays are (months, futures)."""

    case: Case
    draws: Draws
    market: Demand
    income: Income
    ledger: Ledger

    @property
    def futures(self) -> int:
        return int(self.ledger.cash.shape[1])

    @property
    def recurring(self) -> Array:
        """USD a month that comes again: subscriptions and use, (months, segments, futures)."""
        return self.market.subscription + self.market.usage


def run(case: Case, serving: Serving, draws: Draws | None = None, correction: Correction | None = None) -> Outcome:
    """Return what becomes of `case`: in the likely future, or in those of `draws`.

    Raises BadInput where nobody is a customer and nobody can become one, and where numbers grow beyond what can be
    computed.
    """
    if case.empty:
        raise BadInput(
            "The case has no customers and wins none; spend something on a channel, or enter customers of today."
        )
    given = drawn.likely(case) if draws is None else draws
    with np.errstate(over="ignore", invalid="ignore"):
        market = demand(case, given, rate(case.currency).usd, correction)
        grants, shares = _funding(case, given)
        result = income(case, given, serving, market, grants, correction)
        books = ledger(given, case.likely("opening"), market, result, shares, correction)
    if not np.isfinite(books.cash).all() or not np.isfinite(books.owed).all():
        raise BadInput("The figures grow beyond any number; lower what grows, or for how many months it does.")
    return Outcome(case, given, market, result, books)


def _funding(case: Case, draws: Draws) -> tuple[Array, Array]:
    """Return USD of (grants, shares and SAFEs) by month, (months, futures)."""
    planned = {True: np.zeros(MONTHS), False: np.zeros(MONTHS)}
    for r in case.rounds:
        planned[r.instrument == "grant"][r.month - 1] += r.usd
    grants, shares = (planned[g][:, None] * draws["funding"] for g in (True, False))
    return grants, shares
