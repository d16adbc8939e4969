"""What readiness takes from a plan: the figures of the model itself, and the people who are really there."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from engine.analytics.plans import FIRST_YEAR, case_facts
from engine.economics.business import metrics, model
from engine.economics.business.case import Hire
from engine.economics.business.presets import preset
from engine.economics.business.serving import flat

SERVING = flat(0.01)


def test_a_plan_hands_over_its_own_figures() -> None:
    facts = case_facts(preset("base"), SERVING, "Ours")
    shown = metrics.measure(model.run(preset("base"), SERVING), 36)
    assert facts.name == "Ours"
    assert facts.break_even_month == shown["break_even"].value
    assert facts.gross_margin == shown["gross_margin"].value
    assert facts.runway_months == math.inf
    assert facts.broke_share is not None
    assert 0 < facts.broke_share < 1


def test_cash_that_runs_out_is_counted_in_whole_months() -> None:
    poor = replace(preset("base"), rounds=())
    broke = metrics.measure(model.run(poor, SERVING), 36)["out_of_cash"].value
    facts = case_facts(poor, SERVING, "Poor")
    assert broke
    assert facts.runway_months == broke - 1
    assert facts.break_even_month is not None
    assert facts.broke_share == 1


@pytest.mark.parametrize(("month", "hiring", "there"), [(9, 3, 2.0), (10, 3, 0.0), (FIRST_YEAR, 0, 2.0)])
def test_people_count_from_the_month_they_are_paid(month: int, hiring: int, there: float) -> None:
    case = replace(preset("base"), hires=(Hire("Support", "serve", 2, month, 5_000, hiring),))
    facts = case_facts(case, SERVING, "Ours")
    assert (facts.supporters, facts.builders) == (there, 0)
