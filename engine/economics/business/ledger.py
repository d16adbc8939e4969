"""Cash and balance, month by month: when what was earned is collected, and when what was used is paid.

Invoices are collected, and bills paid, a number of days after their month. People are paid in their month, tax in the
month after a year ends. Cash is counted from what flows; the other side of the balance from profit, so that the two
check one another.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.economics.business.assumptions import MONTHS
from engine.economics.business.demand import YEAR, Correction, Demand
from engine.economics.business.draws import Draws
from engine.economics.business.income import Income
from engine.economics.business.spread import Array

DAYS_A_MONTH = 365 / 12


@dataclass(frozen=True)
class Ledger:
    """USD, (months, futures): flows of the month, and what stands at its end."""

    collected: Array
    paid: Array
    """To suppliers."""
    tax_paid: Array
    operating_cash: Array
    """Cash of the month without funding; grants count as funding."""
    cash: Array
    receivables: Array
    payables: Array
    tax_due: Array
    deferred: Array
    """Paid or billed ahead, and not yet earned."""
    paid_in: Array
    """What owners and holders of SAFEs put in, the cash of today with it."""
    retained: Array
    """Profit since the beginning."""
    corrected: Array
    """By how much counting changed what the owners have; 0 without actuals."""

    @property
    def assets(self) -> Array:
        return self.cash + self.receivables

    @property
    def owed(self) -> Array:
        """Everything that is owed, and what belongs to the owners."""
        return self.payables + self.tax_due + self.deferred + self.paid_in + self.retained + self.corrected


def ledger(
    draws: Draws, opening: float, market: Demand, result: Income, shares: Array,
    correction: Correction | None = None,
) -> Ledger:  # fmt: skip
    """Return cash and balance of every future. `shares` is USD paid for shares and SAFEs by month."""
    receivables = outstanding(market.billed, draws["collect"])
    payables = outstanding(result.suppliers, draws["settle"])
    collected = market.billed - np.diff(receivables, axis=0, prepend=0)
    paid = result.suppliers - np.diff(payables, axis=0, prepend=0)
    tax_due, tax_paid = _tax(result.tax)
    operating = collected - paid - result.payroll - tax_paid
    cash = opening + np.cumsum(operating + result.grants + shares, axis=0)
    deferred = np.cumsum(market.billed - result.revenue + market.unearned, axis=0)
    found, changed = cash, np.cumsum(-market.unearned, axis=0)
    if correction and correction.cash_usd is not None:
        at = correction.month - 1
        step = np.where(np.arange(MONTHS)[:, None] >= at, correction.cash_usd - cash[at], 0.0)
        found, changed = cash + step, changed + step
    return Ledger(
        collected=collected,
        paid=paid,
        tax_paid=tax_paid,
        operating_cash=operating,
        cash=found,
        receivables=receivables,
        payables=payables,
        tax_due=tax_due,
        deferred=deferred,
        paid_in=opening + np.cumsum(np.broadcast_to(shares, cash.shape), axis=0),
        retained=np.cumsum(result.net, axis=0),
        corrected=changed,
    )


def outstanding(flow: Array, days: Array) -> Array:
    """Return what is still unpaid at the end of each month of `flow`, (months, futures), paid after `days`, (futures,).

    A month's flow comes evenly through it, so that a part of a month is a part of its flow.
    """
    lag = days / DAYS_A_MONTH
    whole = np.floor(lag).astype(int)
    part = lag - whole
    total = np.concatenate([np.zeros((1, flow.shape[1])), np.cumsum(flow, axis=0)])
    newer = _before(total, whole)
    older = _before(total, whole + 1)
    unpaid: Array = np.maximum(total[1:] - (newer + part * (older - newer)), 0)
    return unpaid


def _before(total: Array, months: Array) -> Array:
    """Return `total` as many months earlier as each future says, at the end of each month."""
    if len(months) == 1:
        earlier = np.clip(np.arange(1, len(total)) - months[0], 0, None)
        return np.asarray(total[earlier])
    earlier = np.clip(np.arange(1, len(total))[:, None] - months, 0, None)
    return np.take_along_axis(total, earlier, axis=0)


def _tax(tax: Array) -> tuple[Array, Array]:
    """Return (tax still due, tax paid) by month: a year's tax is paid in the month after it."""
    paid = np.zeros_like(tax)
    for month in range(YEAR, MONTHS, YEAR):
        paid[month] = tax[month - YEAR : month].sum(axis=0)
    return np.cumsum(tax - paid, axis=0), paid
