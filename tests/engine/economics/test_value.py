"""What errors cost, by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from engine.economics.value import error_cost_per_1000, value_per_1000
from engine.errors import BadInput

LABELS = ["bad", "good"]
CONFUSION = [[80, 20], [10, 90]]
COSTS = {("bad", "good"): 5.0, ("good", "bad"): 1.0}


def test_errors_at_their_price() -> None:
    cost = error_cost_per_1000(CONFUSION, LABELS, COSTS)
    assert cost.value == pytest.approx((20 * 5 + 10 * 1) / 200 * 1000)
    assert (cost.kind, cost.unit) == ("assumed", "USD per 1,000")
    each = np.repeat([5.0, 1.0, 0.0], [20, 10, 170])
    assert cost.high - cost.value == pytest.approx(1.959963985 * each.std() / math.sqrt(200) * 1000)


def test_prevalence_reweights_the_classes() -> None:
    cost = error_cost_per_1000(CONFUSION, LABELS, COSTS, prevalence={"bad": 1, "good": 9})
    assert cost.value == pytest.approx((0.1 * 0.2 * 5 + 0.9 * 0.1 * 1) * 1000)


def test_prevalence_as_in_the_test_part_changes_nothing() -> None:
    usual = error_cost_per_1000(CONFUSION, LABELS, COSTS)
    same = error_cost_per_1000(CONFUSION, LABELS, COSTS, prevalence={"bad": 0.5, "good": 0.5})
    assert [usual.value, usual.high] == pytest.approx([same.value, same.high])


def test_value_is_against_the_best_blind_answer() -> None:
    # Always "bad" costs 1 USD for half of the decisions, always "good" 5.
    value = value_per_1000(CONFUSION, LABELS, COSTS)
    assert value.value == pytest.approx(500 - 550)
    assert "always answering bad" in str(value.formula)
    assert value_per_1000([[100, 0], [0, 100]], LABELS, COSTS).value == pytest.approx(500)


def test_bad_values_name_the_field() -> None:
    with pytest.raises(BadInput, match="cost of bad taken for good is nan"):
        error_cost_per_1000(CONFUSION, LABELS, {("bad", "good"): math.nan})
    with pytest.raises(BadInput, match="no class ugly; choose one of bad, good"):
        error_cost_per_1000(CONFUSION, LABELS, {("ugly", "good"): 1})
    with pytest.raises(BadInput, match="test part has no bad"):
        error_cost_per_1000([[0, 0], [1, 9]], LABELS, COSTS, prevalence={"bad": 0.5, "good": 0.5})
    with pytest.raises(BadInput, match="2 rows and columns"):
        error_cost_per_1000([[1]], LABELS, COSTS)
    with pytest.raises(BadInput, match="has no rows"):
        error_cost_per_1000([[0, 0], [0, 0]], LABELS, COSTS)
