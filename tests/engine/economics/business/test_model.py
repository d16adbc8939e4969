"""Customers, contracts, money owed, credits and tax, each against what a hand would count."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from engine.economics.business import draws, finance, metrics, model
from engine.economics.business.assumptions import CHANNELS, SEGMENTS
from engine.economics.business.case import Case, Credit, Hire, Once
from engine.economics.business.presets import PRESETS, preset
from engine.economics.business.serving import Serving, flat
from engine.economics.business.spread import Spread, certain
from engine.economics.currency import rate

FREE = flat(0.0)


def plain(**changes: float) -> Case:
    """Return a case in which nothing happens but what `changes` says: its keys are assumptions, `_` for the dot."""
    zero = {f"spend.{c}": 0.0 for c in CHANNELS} | {f"annual.{s}": 0.0 for s in SEGMENTS}
    zero |= dict.fromkeys(
        ("support", "fee", "fixed", "rise", "collect", "settle", "tax", "opening", "price.usage"), 0.0
    )
    zero |= {f"{name}.{s}": 0.0 for name in ("churn", "expansion", "discount", "predictions") for s in SEGMENTS}
    zero |= {f"market.{s}": 1e9 for s in SEGMENTS} | {"price.starter": 100.0, "mix.small.starter": 1.0}
    zero |= {"leads.search.small": 1.0, "leads.search.enterprise": 0.0, "leads.search.public": 0.0}
    zero |= {"mix.small.team": 0.0, "spend.growth": 0.0, "launch": 1.0, "today.small": 10.0}
    values = zero | {key.replace("_", "."): value for key, value in changes.items()}
    start = replace(preset("base"), hires=(), rounds=(), credits=(), once=())
    return replace(start, spreads={**start.spreads, **{k: certain(v) for k, v in values.items()}})


@pytest.mark.parametrize("seed", range(20))
def test_ltv_is_that_of_a_customer_followed_month_by_month(seed: int) -> None:
    random = np.random.default_rng(seed)
    margin, churn = float(random.uniform(1, 500)), float(random.uniform(0.01, 1))
    growth, a_year = float(random.uniform(0, 0.009)), float(random.uniform(0, 0.5))
    rate_month = finance.monthly(a_year)
    there, pays, worth, value = 1.0, margin, 1.0, 0.0
    for _ in range(20_000):
        value += there * pays * worth
        there, pays, worth = there * (1 - churn), pays * (1 + growth), worth / (1 + rate_month)
    assert finance.lifetime_value(margin, churn, growth, rate_month) == pytest.approx(value, rel=1e-6)


def test_ltv_has_no_end_where_nobody_leaves_and_money_keeps_its_worth() -> None:
    assert finance.lifetime_value(10, 0.0, 0.0, 0.0) is None
    assert finance.lifetime_value(10, 0.01, 0.02, 0.0) is None
    assert finance.lifetime_value(10, 1.0, 0.5, 0.0) == 10


def test_the_ltv_shown_is_what_the_customers_of_the_plan_bring() -> None:
    case = plain(today_small=0, spend_search=1000, spend_growth=-1, churn_small=0.3, expansion_small=0.01, fee=0.1)
    outcome = model.run(case, FREE)
    won = outcome.market.new.sum()
    months = 1 + np.arange(60)
    worth = (outcome.income.gross[:, 0] / (1 + finance.monthly(0.2)) ** (months - 1)).sum() / won
    assert won > 0
    assert metrics.measure(outcome, 12)["ltv"].value == pytest.approx(worth, rel=1e-6)


def test_customers_leave_and_pay_more_as_assumed() -> None:
    outcome = model.run(plain(churn_small=0.05, expansion_small=0.02), FREE)
    months = np.arange(60)
    assert np.allclose(outcome.market.customers[:, 0, 0], 10 * 0.95**months)
    assert np.allclose(outcome.income.revenue[:, 0], 1000 * (0.95 * 1.02) ** months)


@pytest.mark.parametrize(("churn", "left"), [(0.0, 10.0), (1.0, 0.0)])
def test_churn_of_nothing_and_of_everything(churn: float, left: float) -> None:
    outcome = model.run(plain(churn_small=churn, opening=5), FREE)
    assert outcome.market.customers[1:, 0, 0] == pytest.approx(left)
    found = metrics.measure(outcome, 36)
    assert all(m.value is None or np.isfinite(m.value) for m in found.values())
    assert all(m.value is not None or m.why is not None for m in found.values())


def test_a_year_paid_ahead_is_earned_month_by_month_and_renewed_by_those_who_stay() -> None:
    case = plain(today_small=0, spend_search=1000, spend_growth=-1, churn_small=0.03, expansion_small=0.01,
                 annual_small=1, discount_annual=0.2)  # fmt: skip
    outcome = model.run(case, FREE)
    new = 1000 / case.likely("lead.search") * case.likely("conversion.small")
    earned = outcome.market.subscription[:, 0, 0]
    assert np.allclose(earned[:12], new * 80)
    assert np.allclose(earned[12:24], new * 80 * (0.97 * 1.01) ** 12)
    billed = outcome.market.billed[:, 0]
    assert billed[0] == pytest.approx(12 * new * 80)
    assert billed[12] == pytest.approx(12 * new * 80 * (0.97 * 1.01) ** 12)
    assert not billed[1:12].any()
    assert outcome.ledger.deferred[0, 0] == pytest.approx(11 * new * 80)
    assert outcome.ledger.deferred[11, 0] == pytest.approx(0, abs=1e-6)


def test_a_small_market_fills_and_is_never_overfull() -> None:
    outcome = model.run(plain(today_small=0, spend_search=1e6, market_small=50), FREE)
    there = outcome.market.customers[:, 0, 0]
    assert (there <= 50 + 1e-9).all()
    assert there[-1] == pytest.approx(50)


@pytest.mark.parametrize(("days", "months"), [(0, 0.0), (365 / 12, 1.0), (365 / 24, 0.5), (365 / 4, 3.0)])
def test_customers_pay_after_their_days(days: float, months: float) -> None:
    outcome = model.run(plain(collect=days), FREE)
    assert outcome.ledger.receivables[12, 0] == pytest.approx(1000 * months)
    assert outcome.ledger.collected[12, 0] == pytest.approx(1000)


def test_suppliers_wait_and_people_do_not() -> None:
    case = replace(plain(fixed=600, settle=365 / 12), hires=(Hire("Engineer", "build", 2, 3, 1000, 2),))
    outcome = model.run(case, FREE)
    assert outcome.ledger.payables[5, 0] == pytest.approx(600)
    assert outcome.income.pay["build"][:, 0].tolist() == pytest.approx([0.0] * 4 + [2000.0] * 56)


def test_losses_of_the_first_year_lower_the_tax_of_the_second() -> None:
    case = replace(plain(tax=0.25), once=(Once("Licence", 1, certain(18_000)),))
    outcome = model.run(case, FREE)
    assert not outcome.income.tax[:18].any()  # 18 months earn back what the licence cost
    assert outcome.income.tax[20, 0] == pytest.approx(250)
    assert outcome.ledger.tax_paid[24, 0] == pytest.approx(6 * 250)
    assert outcome.ledger.tax_due[23, 0] == pytest.approx(6 * 250)


def test_credits_pay_the_cloud_until_they_end() -> None:
    case = replace(plain(predictions_small=1000), credits=(Credit("A", 25, 2, 60), Credit("B", 1000, 1, 3)))
    outcome = model.run(case, flat(1.0))  # ten customers of a thousand predictions: 10 USD a month
    assert outcome.income.credits[:, 0].tolist()[:7] == pytest.approx([10, 10, 10, 10, 10, 5, 0])
    assert outcome.income.cloud[:7, 0].tolist() == pytest.approx([0, 0, 0, 0, 0, 5, 10])


def test_use_beyond_what_is_included_is_paid_for() -> None:
    case = plain(predictions_small=30_000, price_usage=2, included_starter=20_000)
    assert model.run(case, FREE).market.usage[0, 0, 0] == pytest.approx(10 * 10 * 2)
    alone = replace(case, streams=frozenset({"usage"}))
    outcome = model.run(alone, FREE)
    assert outcome.market.usage[0, 0, 0] == pytest.approx(10 * 30 * 2)
    assert not outcome.market.subscription.any()


def test_advertising_is_paid_by_free_users() -> None:
    case = plain(today_small=0, spend_search=1000, free_share=0.5, free_churn=0, free_upgrade=0,
                 free_predictions=1000, price_ads=3)  # fmt: skip
    case = replace(case, streams=frozenset({"advertising"}))
    outcome = model.run(case, FREE)
    users = 0.5 * 1000 / case.likely("lead.search")
    assert outcome.market.advertising[2, 0] == pytest.approx(3 * users * 3)
    assert outcome.income.revenue[2, 0] == pytest.approx(3 * users * 3)


def test_prices_in_another_currency_become_dollars_at_the_dated_rate() -> None:
    euro = replace(plain(fx=1), currency="EUR")
    assert model.run(euro, FREE).income.revenue[0, 0] == pytest.approx(1000 * rate("EUR").usd)
    source = rate("CNY").source
    assert source is not None
    assert source.as_of.startswith("20")


def test_serving_costs_what_was_measured_by_volume() -> None:
    stairs = Serving((1_000, 10_000, 100_000), (50, 50, 200), fixed_usd_month=7)
    case = plain(predictions_small=5_500, serving=1)
    assert model.run(case, stairs).income.cloud[0, 0] == pytest.approx(50 + 7 + (200 - 50) / 90_000 * 45_000)
    assert stairs.month(np.array([0.0, 200_000.0])).tolist() == pytest.approx([0, 400])


def test_retention_is_what_the_plan_shows_a_year_later() -> None:
    outcome = model.run(plain(churn_small=0.02, expansion_small=0.015), FREE)
    paid = outcome.income.revenue[:, 0]
    found = metrics.measure(outcome, 60)
    assert found["nrr"].value == pytest.approx(paid[59] / paid[47])
    assert found["grr"].value == pytest.approx(0.98**12)


def test_break_even_is_the_month_after_the_last_loss() -> None:
    case = replace(plain(fixed=500, opening=1_000), once=(Once("Move", 30, certain(2_000)),))
    outcome = model.run(case, FREE)
    assert metrics.break_even(outcome).tolist() == [31]
    assert metrics.break_even(model.run(plain(fixed=2_000), FREE)).tolist() == [0]
    assert metrics.break_even(model.run(plain(), FREE)).tolist() == [1]


def test_money_runs_out_in_the_first_month_below_nothing() -> None:
    outcome = model.run(plain(fixed=2_000, opening=3_500), FREE)
    assert metrics.out_of_cash(outcome).tolist() == [4]
    found = metrics.measure(outcome, 3)
    assert found["lowest_cash"].value == pytest.approx(3_500 - 60 * 1_000)
    assert found["runway"].value == pytest.approx(0.5)


@pytest.mark.parametrize("name", PRESETS)
def test_every_figure_of_a_preset_is_finite_or_says_why_not(name: str) -> None:
    case = preset(name)
    outcome = model.run(case, flat(0.01), draws.futures(case, 16))
    for month in (1, 12, 24, 60):
        for metric in metrics.measure(outcome, month).values():
            assert metric.why is not None if metric.value is None else np.isfinite(metric.value)


def test_bull_beats_base_beats_bear() -> None:
    last = [float(model.run(preset(n), flat(0.01)).ledger.cash[-1, 0]) for n in ("bear", "base", "bull")]
    assert last == sorted(last)


def test_a_spread_moves_with_its_likely_value() -> None:
    assert Spread(1, 2, 4).moved(3) == Spread(1.5, 3, 6)
    assert Spread(0, 0, 1).moved(0.5) == Spread(0, 0.5, 1)
