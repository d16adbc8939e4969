"""Fans, odds, tornado and what it would take, against what they claim."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from engine.economics.business import draws, metrics, model, sensitivity, solve, uncertainty
from engine.economics.business.case import Once
from engine.economics.business.presets import preset
from engine.economics.business.serving import flat
from engine.economics.business.spread import Spread, certain

CASE, SERVING = preset("base"), flat(0.01)
CERTAIN = replace(CASE, spreads={k: certain(s.likely) for k, s in CASE.spreads.items()})


def test_a_fan_holds_as_many_futures_as_it_says() -> None:
    fan = uncertainty.fan(CASE, SERVING, futures=2048)
    cash = model.run(CASE, SERVING, draws.futures(CASE, 2048)).ledger.cash
    for q, line in zip((0.1, 0.5, 0.9), fan.lines["cash"], strict=True):
        assert np.allclose((cash < line[:, None]).mean(axis=1), q, atol=2e-3)
    assert fan.broke_by[-1] == pytest.approx((cash.min(axis=0) < 0).mean())
    assert (np.diff(fan.broke_by) >= 0).all()
    assert (np.diff(fan.even_by) >= 0).all()


def test_without_uncertainty_the_fan_is_a_line() -> None:
    fan = uncertainty.fan(CERTAIN, SERVING, futures=32)
    likely = model.run(CASE, SERVING)
    for line in fan.lines["cash"]:
        assert np.allclose(line, likely.ledger.cash[:, 0])
    assert set(fan.even_by) <= {0.0, 1.0}
    assert CERTAIN.open == {}


def test_few_even_points_say_what_many_random_ones_say() -> None:
    few = uncertainty.fan(CASE, SERVING, futures=1024)
    random = np.random.default_rng(0)
    spreads = CASE.open
    given = draws.likely(CASE) | draws.from_shares(spreads, random.random((len(spreads), 20_000)), spreads)
    many = uncertainty.of(model.run(CASE, SERVING, given))
    width = many.spread["npv"][2] - many.spread["npv"][0]
    assert few.spread["npv"] == pytest.approx(many.spread["npv"], abs=0.05 * width)
    assert few.even_by[-1] == pytest.approx(many.even_by[-1], abs=0.02)


def test_the_same_seed_gives_the_same_futures_and_another_gives_others() -> None:
    one, same, other = (uncertainty.fan(CASE, SERVING, futures=64, seed=s).spread for s in (1, 1, 2))
    assert one == same
    assert one != other


def test_a_bar_of_the_tornado_is_the_plan_with_one_end() -> None:
    likely, bars = sensitivity.tornado(CASE, SERVING, "npv")
    assert likely == pytest.approx(float(metrics.present_value(model.run(CASE, SERVING))[0]))
    assert [b.width for b in bars] == sorted((b.width for b in bars), reverse=True)
    bar = bars[0]
    high = CASE.with_spread(bar.key, certain(CASE.spreads[bar.key].high))
    assert bar.at_high == pytest.approx(float(metrics.present_value(model.run(high, SERVING))[0]))


def test_what_is_paid_once_may_be_uncertain_too() -> None:
    case = replace(CERTAIN, once=(Once("Certificate", 6, Spread(10_000, 20_000, 90_000)),))
    likely, bars = sensitivity.tornado(case, SERVING, "last_cash")
    assert [b.key for b in bars] == ["once.0"]
    assert (bars[0].at_low - likely, likely - bars[0].at_high) == pytest.approx((10_000, 70_000))
    found = sensitivity.indices(case, SERVING, "last_cash", rows=256)
    assert found.first["once.0"] == pytest.approx(1, abs=0.05)


def test_indices_of_a_plan_name_what_the_tornado_names() -> None:
    found = sensitivity.indices(CASE, SERVING, "last_cash", rows=512)
    _, bars = sensitivity.tornado(CASE, SERVING, "last_cash")
    assert max(found.total, key=lambda k: found.total[k]) in {b.key for b in bars[:3]}
    assert 0.8 < sum(found.first.values()) < 1.1
    assert len(found.first) <= sensitivity.MOST


@pytest.mark.parametrize("month", [12, 24, 36, 60])
def test_at_the_price_and_the_volume_found_the_month_breaks_even(month: int) -> None:
    price, volume = solve.price_needed(CASE, SERVING, month), solve.volume_needed(CASE, SERVING, month)
    buys = ("conversion.small", "conversion.enterprise", "conversion.public")
    for needed, keys in ((price, solve.PRICES), (volume, buys)):
        assert needed.factor is not None
        given = {k: np.array([CASE.likely(k) * needed.factor]) for k in keys}
        outcome = model.run(CASE, SERVING, draws.likely(CASE) | given)
        revenue = outcome.income.revenue[month - 1, 0]
        assert abs(outcome.income.operating[month - 1, 0]) < 1e-3 * revenue
        assert needed.customers == pytest.approx(outcome.market.customers[month - 1].sum())


def test_no_price_makes_a_month_before_the_launch_break_even() -> None:
    found = solve.price_needed(CASE, SERVING, 1)
    assert found.factor is None
    assert found.why is not None
