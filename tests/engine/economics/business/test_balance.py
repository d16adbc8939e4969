"""Cash, profit and balance agree in every month of every future, whatever the case."""

from __future__ import annotations

import numpy as np
import pytest

from engine.economics.business import draws, model
from engine.economics.business.demand import Correction
from engine.economics.business.model import Outcome
from tests.engine.economics.business.made import random_case, stairs

FUTURES = 64


def outcome(seed: int, correction: Correction | None = None) -> Outcome:
    case = random_case(seed)
    return model.run(case, stairs(seed), draws.futures(case, FUTURES, seed=seed), correction)


def close(a: np.ndarray, b: np.ndarray, size: np.ndarray) -> bool:
    """Return whether two amounts agree to a millionth of what flowed."""
    return bool((np.abs(a - b) <= 1e-6 + 1e-9 * size).all())


@pytest.mark.parametrize("seed", range(60))
def test_the_balance_balances(seed: int) -> None:
    found = outcome(seed)
    books, income = found.ledger, found.income
    size = np.cumsum(np.abs(found.market.billed) + np.abs(income.suppliers) + income.payroll + books.paid_in, axis=0)
    assert books.assets.shape == (60, FUTURES)
    assert close(books.assets, books.owed, size)
    assert np.isfinite(books.assets).all()
    for owed in (books.receivables, books.payables, books.tax_due):
        assert (owed >= -1e-6).all()
    assert (books.deferred >= -1e-9 * size - 1e-6).all()


@pytest.mark.parametrize("seed", range(20))
def test_cash_is_what_flowed_and_profit_is_what_was_earned(seed: int) -> None:
    found = outcome(seed)
    books, income, case = found.ledger, found.income, found.case
    flows = books.collected - books.paid - income.payroll - books.tax_paid
    planned = np.zeros(60)
    for r in case.rounds:
        planned[r.month - 1] += r.usd
    money = np.cumsum(flows + planned[:, None] * found.draws["funding"], axis=0) + case.likely("opening")
    assert np.allclose(books.cash, money, rtol=1e-9, atol=1e-3)
    lines = (
        income.cloud
        + income.fees
        + income.support
        + income.marketing
        + income.fixed
        + income.once
        + income.rules
        + income.payroll
    )
    assert np.allclose(income.operating, income.revenue - lines, rtol=1e-9, atol=1e-3)
    assert np.allclose(books.retained[-1], (income.operating + income.grants - income.tax).sum(axis=0), atol=1e-2)


@pytest.mark.parametrize("seed", range(20))
def test_what_was_counted_keeps_the_balance(seed: int) -> None:
    counted = Correction(month=1 + seed % 59, customers=40.0 * seed, cash_usd=1000.0 * seed, revenue_factor=0.8,
                         cost_factor=1.3)  # fmt: skip
    found = outcome(seed, counted)
    size = np.cumsum(np.abs(found.market.billed) + found.income.suppliers + found.income.payroll, axis=0) + 1e6
    assert close(found.ledger.assets, found.ledger.owed, size)
    assert np.allclose(found.ledger.cash[counted.month - 1], 1000.0 * seed)


@pytest.mark.parametrize("seed", range(10))
def test_one_future_alone_is_the_same_as_among_thousands(seed: int) -> None:
    case, serving = random_case(seed), stairs(seed)
    many = draws.futures(case, FUTURES, seed=seed)
    one = {key: values if len(values) == 1 else values[7:8] for key, values in many.items()}
    among = model.run(case, serving, many).ledger.cash[:, 7]
    assert np.allclose(model.run(case, serving, one).ledger.cash[:, 0], among, rtol=1e-9, atol=1e-6)


@pytest.mark.parametrize("seed", range(20))
def test_tax_is_never_paid_on_what_only_makes_up_for_losses(seed: int) -> None:
    found = outcome(seed)
    before = np.cumsum(found.income.net + found.income.tax, axis=0)
    peak = np.maximum(before, 0).max(axis=0)
    assert np.allclose(found.income.tax.sum(axis=0), peak * found.draws["tax"], rtol=1e-9, atol=1e-3)
    assert (found.income.tax >= 0).all()


@pytest.mark.parametrize("seed", range(20))
def test_credits_pay_no_more_than_there_are_nor_than_the_bill(seed: int) -> None:
    found = outcome(seed)
    assert (found.income.cloud >= -1e-6).all()
    assert (found.income.credits.sum(axis=0) <= sum(c.usd for c in found.case.credits) + 1e-6).all()
    open_months = np.zeros(60, dtype=bool)
    for c in found.case.credits:
        open_months[c.month - 1 : c.last_month] = True
    assert not found.income.credits[~open_months].any()
