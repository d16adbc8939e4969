"""Profit and loss, month by month: what is earned, what it costs, and the tax.

Costs follow what is used, not what is paid. Credits of a cloud provider lower its bill until they are used up or
expire. Losses are carried forward without end: tax is due on what lifts the profit since the beginning to a new peak.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from engine.economics.business.assumptions import MONTHS
from engine.economics.business.case import TEAMS, Case
from engine.economics.business.demand import YEAR, Correction, Demand
from engine.economics.business.draws import Draws
from engine.economics.business.obligations import outlays
from engine.economics.business.serving import Serving
from engine.economics.business.spread import Array


@dataclass(frozen=True)
class Income:
    """USD of each month, (months, futures)."""

    revenue: Array
    cloud: Array
    """Serving and training, after credits."""
    credits: Array
    """What credits paid of it."""
    fees: Array
    support: Array
    pay: dict[str, Array]
    """Key of `TEAMS` → pay."""
    marketing: Array
    """What the channels cost."""
    fixed: Array
    once: Array
    rules: Array
    """What meeting rules costs."""
    grants: Array
    tax: Array

    @property
    def cost_of_sales(self) -> Array:
        return self.cloud + self.fees + self.support + self.pay["serve"]

    @property
    def gross(self) -> Array:
        return self.revenue - self.cost_of_sales

    @property
    def operating(self) -> Array:
        """Profit before grants and tax."""
        return self.gross - self.selling - self.pay["build"] - self.pay["run"] - self.fixed - self.once - self.rules

    @property
    def selling(self) -> Array:
        """What winning customers costs: channels and the people who sell."""
        return self.marketing + self.pay["sell"]

    @property
    def net(self) -> Array:
        return self.operating + self.grants - self.tax

    @property
    def payroll(self) -> Array:
        return sum(self.pay.values(), np.zeros(1))

    @property
    def suppliers(self) -> Array:
        """What is bought from others."""
        return self.cloud + self.fees + self.support + self.marketing + self.fixed + self.once + self.rules


def income(
    case: Case, draws: Draws, serving: Serving, market: Demand, grants: Array, correction: Correction | None = None
) -> Income:
    """Return the profit and loss of every future. `grants` is USD by month, (months, futures)."""
    shape = market.predictions.shape
    revenue = market.subscription.sum(axis=1) + market.usage.sum(axis=1) + market.advertising
    dearer = _dearer(draws, correction)
    later = _later(correction)
    bill = (serving.month(market.predictions) * draws["serving"] + serving.fixed_usd_month) * later
    credits = _credits(case, bill)
    pay = {team: _pay(case, team)[:, None] * (draws["pay"] * dearer) for team in TEAMS}
    parts = {
        "cloud": bill - credits,
        "fees": revenue * draws["fee"],
        "support": market.customers.sum(axis=1) * (draws["support"] * dearer),
        "marketing": market.spend * later,
        "fixed": draws["fixed"] * dearer,
        "once": _once(case, draws),
        "rules": outlays(case, draws),
    }
    whole = {name: np.broadcast_to(part, shape) for name, part in parts.items()}
    untaxed = Income(
        revenue=revenue,
        credits=credits,
        pay={team: np.broadcast_to(part, shape) for team, part in pay.items()},
        grants=np.broadcast_to(grants, shape),
        tax=np.zeros(shape),
        **whole,
    )
    return _taxed(untaxed, draws["tax"])


def _taxed(before: Income, rate: Array) -> Income:
    """Return the profit and loss with its tax."""
    peak = np.maximum(np.maximum.accumulate(np.cumsum(before.net, axis=0), axis=0), 0)
    return replace(before, tax=np.diff(peak, axis=0, prepend=0) * rate)


def _dearer(draws: Draws, correction: Correction | None) -> Array:
    """Return pay and prices against the first year, (months, futures)."""
    years = np.arange(MONTHS) // YEAR
    return np.asarray((1 + draws["rise"])[None, :] ** years[:, None] * _later(correction))


def _later(correction: Correction | None) -> Array:
    """Return 1 up to the last month that was counted and its cost factor after it, (months, 1)."""
    if correction is None:
        return np.ones((MONTHS, 1))
    return np.where(np.arange(MONTHS) < correction.month, 1.0, correction.cost_factor)[:, None]


def _pay(case: Case, team: str) -> Array:
    """Return the planned pay of one team by month, (months,)."""
    found = np.zeros(MONTHS)
    for hire in case.hires:
        if hire.team == team:
            found[min(hire.month - 1 + hire.hiring_months, MONTHS) :] += hire.people * hire.usd_month
    return found


def _once(case: Case, draws: Draws) -> Array:
    count = max([1, *(len(draws[f"once.{i}"]) for i in range(len(case.once)))])
    found = np.zeros((MONTHS, count))
    for i, item in enumerate(case.once):
        found[item.month - 1] += draws[f"once.{i}"]
    return found


def _credits(case: Case, bill: Array) -> Array:
    """Return what credits pay of `bill`: those that expire first are used first."""
    used = np.zeros_like(bill)
    for credit in sorted(case.credits, key=lambda c: c.last_month):
        left = np.full(bill.shape[1], credit.usd)
        for month in range(credit.month - 1, min(credit.last_month, MONTHS)):
            now = np.minimum(left, bill[month] - used[month])
            used[month] += now
            left = left - now
    return used
