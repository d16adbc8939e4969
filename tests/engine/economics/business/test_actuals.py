"""Plan against actual: what a file may look like, and how the plan goes on from it."""

from __future__ import annotations

import numpy as np
import pytest

from engine.economics.business import model, uncertainty
from engine.economics.business.actuals import MOST_BYTES, correction, planned, read_actuals
from engine.economics.business.presets import preset
from engine.economics.business.serving import flat
from engine.errors import BadInput

CASE, SERVING = preset("base"), flat(0.01)


def test_months_are_numbers_or_dates_and_columns_may_be_missing() -> None:
    found = read_actuals(b"Month;Cash;Customers\n2027-02;1 000,5;3\n3;;4\n".replace(b",5", b""), CASE)
    assert found.months == {2: {"cash": 1000.0, "customers": 3.0}, 3: {"customers": 4.0}}
    assert found.last == 3


def test_a_file_in_chinese_is_read() -> None:
    found = read_actuals('月份,收入,现金\n1,"1,200",¥500\n'.encode("gb18030"), CASE)
    assert found.months == {1: {"revenue": 1200.0, "cash": 500.0}}


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "The file is empty"),
        (b"\n\n", "The file is empty"),
        (b"a,b\n1,2\n", "it needs one called month"),
        (b"month,mood\n1,2\n", "at least one of revenue, costs, cash, customers"),
        (b"month,cash\n", "no month with a value"),
        (b"month,cash\n61,5\n", "Line 2 has the month 61, which is not planned"),
        (b"month,cash\n0,5\n", "not planned"),
        (b"month,cash\n2026-12,5\n", "not planned; the plan has 60 months from 2027-01"),
        (b"month,cash\n2032-01,5\n", "not planned"),
        (b"month,cash\n1,5\n2027-01,6\n", "Line 3 gives month 1 a second time"),
        (b"month,cash\nsoon,5\n", "has the month soon"),
        (b"month,cash\n1,much\n", "Line 2 has much under cash"),
        (b"month,cash\n1,nan\n", "Line 2 has nan under cash"),
        (b"month,cash\n1,1e300\n", "give a number"),
        (b"month,revenue\n1,-4\n", "give 0 or more"),
        (b"month,cash\n1,\"5\n", "no CSV"),
        (b"\xff\xfe\x00\xff\xff", "no text"),
        (b"month,cash\n" + b"1,2\n" * MOST_BYTES, "larger than"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_file_is_said_by_line_and_column(data: bytes, words: str) -> None:
    with pytest.raises(BadInput) as caught:
        read_actuals(data, CASE)
    assert words in str(caught.value)


def _file(factor: float, customers: float, months: int) -> bytes:
    plan = planned(model.run(CASE, SERVING))
    lines = [
        f"{m + 1},{plan['revenue'][m] * factor:.6f},{plan['costs'][m]:.6f},{plan['cash'][m]:.6f},"
        f"{plan['customers'][m] * customers:.6f}"
        for m in range(months)
    ]
    return "\n".join(["month,revenue,costs,cash,customers", *lines]).encode()


def test_going_on_from_what_was_planned_is_the_plan() -> None:
    outcome = model.run(CASE, SERVING)
    found = correction(outcome, read_actuals(_file(1, 1, 20), CASE))
    assert found.month == 20
    assert (found.revenue_factor, found.cost_factor) == pytest.approx((1, 1))
    again = model.run(CASE, SERVING, correction=found)
    assert np.allclose(again.ledger.cash, outcome.ledger.cash, rtol=1e-6, atol=0.1)


def test_half_the_customers_halve_what_comes_after() -> None:
    outcome = model.run(CASE, SERVING)
    found = correction(outcome, read_actuals(_file(0.5, 0.5, 24), CASE))
    assert found.revenue_factor == pytest.approx(1)
    again = model.run(CASE, SERVING, correction=found)
    won = outcome.market.new[24].sum()
    there = outcome.market.customers[24].sum() - won
    assert again.market.customers[24].sum() == pytest.approx(0.5 * there + won, rel=0.01)
    kept = again.income.revenue[24, 0] / outcome.income.revenue[24, 0]
    assert 0.5 < kept < 0.6  # the customers that are won later come as planned
    assert again.ledger.cash[-1, 0] < outcome.ledger.cash[-1, 0]


def test_customers_who_pay_less_than_planned_go_on_paying_less() -> None:
    outcome = model.run(CASE, SERVING)
    found = correction(outcome, read_actuals(_file(0.7, 1, 24), CASE))
    assert found.revenue_factor == pytest.approx(0.7)
    again = model.run(CASE, SERVING, correction=found)
    assert again.income.revenue[30, 0] == pytest.approx(0.7 * outcome.income.revenue[30, 0], rel=1e-6)


def test_every_future_goes_on_from_the_cash_that_was_counted() -> None:
    found = correction(model.run(CASE, SERVING), read_actuals(b"month,cash\n10,123456\n", CASE))
    fan = uncertainty.fan(CASE, SERVING, futures=256, correction=found)
    assert fan.lines["cash"][:, 9].tolist() == pytest.approx([123456] * 3)
    assert fan.lines["cash"][2, 11] > fan.lines["cash"][0, 11]
