"""Customers and what they are billed, month by month: leads, conversion, churn, expansion, contracts of a year.

New customers pay from the month in which they come. Who pays by the month may leave at the end of each; who pays a year
ahead stays for it and may then leave as if every month had been a chance to. Expansion raises what a customer who
stays pays. As a market fills, the same leads bring fewer customers: new × (1 − customers ÷ market), and never more
than are left.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.economics.business.assumptions import CHANNELS, MONTHS, SEGMENTS, TIERS
from engine.economics.business.case import Case
from engine.economics.business.draws import Draws
from engine.economics.business.obligations import launch
from engine.economics.business.spread import Array

YEAR = 12


@dataclass(frozen=True)
class Demand:
    """What the market does. Arrays are (months, futures) but where said."""

    leads: Array
    new: Array
    """(months, segments, futures)."""
    customers: Array
    """(months, segments, futures), at the end of the month."""
    subscription: Array
    """(months, segments, futures), USD earned in the month."""
    usage: Array
    """(months, segments, futures), USD."""
    advertising: Array
    billed: Array
    """USD invoiced in the month: subscriptions, use and advertising, years ahead in the month they begin."""
    unearned: Array
    """USD by which a correction to what was counted changed what is owed in service; 0 without one."""
    free: Array
    predictions: Array
    spend: Array
    """USD of the channels."""


@dataclass(frozen=True)
class Correction:
    """What was counted at the end of a month, in place of what was planned: the plan goes on from there."""

    month: int
    """The last month that was counted, from 1."""
    customers: float | None = None
    cash_usd: float | None = None
    revenue_factor: float = 1.0
    """What a customer pays against the plan."""
    cost_factor: float = 1.0
    """What was spent against the plan."""


def demand(case: Case, draws: Draws, usd_per_unit: float, correction: Correction | None = None) -> Demand:
    """Return what the market does in every future. `usd_per_unit` turns the case's prices into USD."""
    count = max(len(v) for v in draws.values())
    base = _spending(case, draws, count)
    leads = _leads(case, draws, base)
    prices = Prices.of(case, draws, usd_per_unit)
    free = _free(case, draws, leads.sum(axis=1))
    wanted = leads * _stack(draws, "conversion", count)
    wanted[1:, 0] += free[:-1] * draws["free.upgrade"]
    book = _Book(case, draws, prices, count)
    for month in range(MONTHS):
        book.turn(month, wanted[month])
        if correction and month == correction.month - 1:
            book.correct(month, correction)
    spend = base * sum(draws[f"spend.{c}"] for c in CHANNELS)
    usage = book.customers * book.usage_prices
    advertising = free * (draws["free.predictions"] / 1000 * draws["price.ads"] * prices.usd)
    predictions = (book.customers * _stack(draws, "predictions", count)).sum(axis=1) + free * draws["free.predictions"]
    return Demand(
        leads=leads.sum(axis=1),
        new=book.new,
        customers=book.customers,
        subscription=book.earned,
        usage=usage,
        advertising=advertising,
        billed=book.billed + usage.sum(axis=1) + advertising,
        unearned=book.unearned,
        free=free,
        predictions=predictions,
        spend=spend,
    )


@dataclass(frozen=True)
class Prices:
    """USD a customer pays a month, (segments, futures), after the segment's discount."""

    monthly: Array
    usage: Array
    usd: Array
    """USD for one unit of the currency of the prices, (futures,)."""

    @classmethod
    def of(cls, case: Case, draws: Draws, usd_per_unit: float) -> Prices:
        count = max(len(v) for v in draws.values())
        usd = usd_per_unit * (draws["fx"] if case.currency != "USD" else np.ones(1))
        subscribes = "subscription" in case.streams
        mix = {(s, t): case.likely(f"mix.{s}.{t}") for s in SEGMENTS for t in TIERS}
        monthly, usage = np.zeros((len(SEGMENTS), count)), np.zeros((len(SEGMENTS), count))
        for row, s in enumerate(SEGMENTS):
            asked = sum(mix[s, t] * draws[f"price.{t}"] for t in TIERS)
            monthly[row] = asked * (1 - draws[f"discount.{s}"]) * usd * subscribes
            used = draws[f"predictions.{s}"]
            beyond = sum(
                mix[s, t] * np.maximum(used - subscribes * draws[f"included.{t}"], 0) for t in TIERS if mix[s, t]
            )
            usage[row] = beyond / 1000 * draws["price.usage"] * usd * ("usage" in case.streams)
        return cls(monthly, usage, usd)


class _Book:
    """The contracts, turned month by month. Arrays are (segments, futures); what it keeps has a month before them."""

    def __init__(self, case: Case, draws: Draws, prices: Prices, count: int) -> None:
        shape = (MONTHS, len(SEGMENTS), count)
        self.new, self.customers, self.earned = np.zeros(shape), np.zeros(shape), np.zeros(shape)
        self.billed, self.unearned = np.zeros((MONTHS, count)), np.zeros((MONTHS, count))
        self.usage_prices = np.repeat(prices.usage[None], 1, axis=0)
        self.price = prices.monthly
        churn, growth = _stack(draws, "churn", count), 1 + _stack(draws, "expansion", count)
        self.keep, self.keep_usd = 1 - churn, (1 - churn) * growth
        self.renew, self.renew_usd = self.keep**YEAR, self.keep_usd**YEAR
        self.ahead = _stack(draws, "annual", count) * ("subscription" in case.streams)
        self.ahead_price = self.price * (1 - draws["discount.annual"])
        self.market = _stack(draws, "market", count)
        self.room = np.divide(1.0, self.market, out=np.zeros_like(self.market), where=self.market > 0)
        self.open = (self.market > 0).astype(float)
        today = np.array([case.likely(f"today.{s}") for s in SEGMENTS])
        self.monthly = np.repeat(today[:, None], count, axis=1)
        self.monthly_usd = self.monthly * self.price
        self.starts, self.starts_usd = np.zeros(shape), np.zeros(shape)
        self.yearly, self.yearly_usd = np.zeros(shape[1:]), np.zeros(shape[1:])

    def turn(self, month: int, wanted: Array) -> None:
        """Let one month pass: some leave, contracts end and begin again, new customers come."""
        stay, stay_usd = (self.monthly * self.keep, self.monthly_usd * self.keep_usd) if month else (
            self.monthly, self.monthly_usd)  # fmt: skip
        began, again, again_usd = 0.0, 0.0, 0.0
        if month >= YEAR:
            began, began_usd = self.starts[month - YEAR], self.starts_usd[month - YEAR]
            again, again_usd = began * self.renew, began_usd * self.renew_usd
            self.yearly, self.yearly_usd = self.yearly - began + again, self.yearly_usd - began_usd + again_usd
        there = stay + self.yearly
        new = np.minimum(wanted * np.maximum(self.open - there * self.room, 0), np.maximum(self.market - there, 0))
        ahead = new * self.ahead
        self.starts[month], self.starts_usd[month] = again + ahead, again_usd + ahead * self.ahead_price
        self.yearly, self.yearly_usd = self.yearly + ahead, self.yearly_usd + ahead * self.ahead_price
        self.monthly, self.monthly_usd = stay + new - ahead, stay_usd + (new - ahead) * self.price
        self.new[month] = new
        self.customers[month] = self.monthly + self.yearly
        self.earned[month] = self.monthly_usd + self.yearly_usd
        self.billed[month] = (self.monthly_usd + YEAR * self.starts_usd[month]).sum(axis=0)

    def correct(self, month: int, counted: Correction) -> None:
        """Go on from what was counted: customers in the plan's proportions, paying what they were seen to pay."""
        ratio = np.ones(self.billed.shape[1])
        if counted.customers is not None:
            total = self.customers[month].sum(axis=0)
            ratio = np.divide(counted.customers, total, out=ratio, where=total > 0)
        usd = ratio * counted.revenue_factor
        ages = np.arange(max(0, month - YEAR + 1), month + 1)
        owed = (self.starts_usd[ages] * (YEAR - 1 - (month - ages))[:, None, None]).sum(axis=(0, 1))
        self.unearned[month] = owed * (usd - 1)
        self.starts[ages] *= ratio
        self.starts_usd[ages] *= usd
        self.monthly, self.yearly = self.monthly * ratio, self.yearly * ratio
        self.monthly_usd, self.yearly_usd = self.monthly_usd * usd, self.yearly_usd * usd
        self.price, self.ahead_price = self.price * counted.revenue_factor, self.ahead_price * counted.revenue_factor
        before = np.arange(MONTHS)[:, None, None] <= month
        self.usage_prices = np.where(before, self.usage_prices, self.usage_prices * counted.revenue_factor)


def _spending(case: Case, draws: Draws, count: int) -> Array:
    """Return how much is spent against the first month of selling, (months, futures)."""
    since = np.arange(MONTHS)[:, None] - (launch(case, draws) - 1)[None, :]
    grown = np.clip(since, 0, case.likely("spend.months"))
    found = (1 + draws["spend.growth"])[None, :] ** grown * (since >= 0)
    return np.broadcast_to(found, (MONTHS, count))


def _leads(case: Case, draws: Draws, base: Array) -> Array:
    """Return the leads that are ready to buy, (months, segments, futures)."""
    found = np.zeros((MONTHS, len(SEGMENTS), base.shape[1]))
    for channel in CHANNELS:
        lag = int(case.likely(f"lag.{channel}"))
        if not draws[f"spend.{channel}"].any() or lag >= MONTHS:
            continue
        came = base[: MONTHS - lag] * (draws[f"spend.{channel}"] / draws[f"lead.{channel}"])
        for row, segment in enumerate(SEGMENTS):
            if share := case.likely(f"leads.{channel}.{segment}"):
                found[lag:, row] += share * came
    return found


def _free(case: Case, draws: Draws, leads: Array) -> Array:
    """Return the free users, (months, futures)."""
    found = np.zeros_like(leads)
    if "advertising" not in case.streams:
        return found
    keep = np.maximum(1 - draws["free.churn"] - draws["free.upgrade"], 0)
    there = np.zeros(leads.shape[1])
    for month in range(MONTHS):
        there = there * keep + leads[month] * draws["free.share"]
        found[month] = there
    return found


def _stack(draws: Draws, name: str, count: int) -> Array:
    """Return one assumption of every segment, (segments, futures)."""
    return np.stack([np.broadcast_to(draws[f"{name}.{s}"], (count,)) for s in SEGMENTS])
