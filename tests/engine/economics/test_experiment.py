"""Tests of two groups, by hand and by simulation."""

from __future__ import annotations

import math

import numpy as np
import pytest

from engine.economics.experiment import (
    Group,
    extra_conversions_per_1000,
    p_value,
    plan,
    read_out,
    visitors_each,
    wilson,
)
from engine.errors import BadInput


def test_visitors_by_hand() -> None:
    # 0.04 against 0.05: (1.959964 √(2 · 0.045 · 0.955) + 0.841621 √(0.04 · 0.96 + 0.05 · 0.95))² / 0.01²
    chance, found = 1.959964 * math.sqrt(0.08595), 0.841621 * math.sqrt(0.0384 + 0.0475)
    assert visitors_each(0.04, 0.05) == math.ceil((chance + found) ** 2 / 0.0001) == 6745


def test_the_power_is_what_was_asked_for() -> None:
    n, random = visitors_each(0.10, 0.13), np.random.default_rng(0)
    first, second = (random.binomial(n, share, 4000) for share in (0.10, 0.13))
    found = [p_value(Group(n, int(a)), Group(n, int(b))) < 0.05 for a, b in zip(first, second, strict=True)]
    assert np.mean(found) == pytest.approx(0.8, abs=0.02)


def test_days_are_both_groups_by_the_visitors_a_day() -> None:
    found = plan(0.04, 0.25, 1000)
    assert (found.visitors_each, found.visitors) == (6745, 13490)
    assert found.days == pytest.approx(13.49)
    assert plan(0.04, 0.125, 1000).days > 3.5 * found.days


def test_a_test_that_is_read_out_by_hand() -> None:
    # Newcombe 1998, table II, method 10: 56 of 70 against 48 of 80 gives 0.0524 to 0.3339.
    found = read_out(Group(80, 48), Group(70, 56))
    assert found.extra_per_1000.value == pytest.approx(200)
    assert [found.extra_per_1000.low, found.extra_per_1000.high] == pytest.approx([52.4, 333.9], abs=0.05)
    assert found.extra_per_1000.kind == "measured"
    assert found.real
    # Pooled share 104 of 150: z = 0.2 / √(0.69333 · 0.30667 · (1/70 + 1/80)) = 2.6502.
    assert found.p_value == pytest.approx(0.00804, abs=2e-5)


def test_groups_that_do_not_differ() -> None:
    found = read_out(Group(1000, 50), Group(1000, 55))
    assert not found.real
    assert found.p_value > 0.5
    assert p_value(Group(10, 0), Group(10, 0)) == 1.0
    assert wilson(Group(10, 0), 1.959963985)[0] == pytest.approx(0, abs=1e-12)


def test_extra_conversions_are_an_assumption_with_the_interval_of_the_gain() -> None:
    figure = extra_conversions_per_1000(0.03, 0.4, 0.2, 0.6, 0.25)
    assert (figure.value, figure.low, figure.high) == pytest.approx((3.0, 1.5, 4.5))
    assert figure.kind == "assumed"
    assert "3.00%" in str(figure.formula)
    worse = extra_conversions_per_1000(0.03, -0.1, -0.2, 0.0, 0.5)
    assert worse.low < worse.value < worse.high


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: visitors_each(0.0, 0.1), "conversion rate is 0"),
        (lambda: visitors_each(0.1, 0.1), "Both conversion rates are 0.1"),
        (lambda: visitors_each(0.5, 1.0), "give a share below 1"),
        (lambda: plan(0.5, 1.5, 10), "conversion rate to find is 1.25"),
        (lambda: plan(0.1, 0.1, 0), "visitors a day is 0"),
        (lambda: plan(0.1, math.nan, 10), "lift is nan"),
        (lambda: Group(10, 11), "11 of 10 visitors converted"),
        (lambda: Group(0, 0), "number of visitors is 0"),
        (lambda: extra_conversions_per_1000(0.03, 0.4, 0.2, 0.6, 1.5), "carries over is 1.5"),
    ],
)
def test_bad_values_name_the_field(call: object, sentence: str) -> None:
    with pytest.raises(BadInput, match=sentence):
        call()  # type: ignore[operator]
