"""Thresholds, the quality from which a product pays, and learning curves."""

from __future__ import annotations

import math

import numpy as np
import pytest

from engine.economics import paying
from engine.economics.combine import assumed
from engine.economics.learning_curve import LearningCurve, Point, fit, purchase
from engine.economics.threshold import best_threshold, net_benefit
from engine.errors import BadInput
from engine.messages import Message

LABELS = ["bad", "good"]
CONFUSION = [[80, 20], [10, 90]]
COSTS = {("bad", "good"): 5.0, ("good", "bad"): 1.0}
RUNNING = assumed(20.0, "USD per 1,000", Message("running"))


def answers(seed: int, rows: int = 400) -> tuple[np.ndarray, np.ndarray]:
    """Return truths and perfectly calibrated probabilities."""
    random = np.random.default_rng(seed)
    p = random.uniform(0, 1, rows)
    return (random.uniform(0, 1, rows) < p).astype(int), p


@pytest.mark.parametrize("seed", range(10))
def test_no_threshold_costs_less_than_the_best(seed: int) -> None:
    truth, p = answers(seed)
    found = best_threshold(truth, p, usd_miss=5, usd_alarm=1)
    tried = [((p < t) & (truth == 1)).mean() * 5 + ((p >= t) & (truth == 0)).mean() for t in np.linspace(0, 1, 501)]
    assert found.cost.value <= min(tried) * 1000 + 1e-9
    assert found.cost.value <= found.at_half.value
    said = p >= found.value
    cost = ((~said) & (truth == 1)).mean() * 5 + (said & (truth == 0)).mean()
    assert found.cost.value == pytest.approx(cost * 1000)


def test_calibrated_probabilities_choose_the_threshold_of_theory() -> None:
    truth, p = answers(1, rows=60_000)
    found = best_threshold(truth, p, usd_miss=4, usd_alarm=1)
    assert found.theory == pytest.approx(0.2)
    assert found.value == pytest.approx(0.2, abs=0.05)


def test_prevalence_changes_the_threshold() -> None:
    truth, p = answers(2)
    rare = best_threshold(truth, p, usd_miss=5, usd_alarm=1, prevalence=0.01)
    assert rare.value > best_threshold(truth, p, usd_miss=5, usd_alarm=1).value


def test_when_alarms_are_free_everything_is_one() -> None:
    truth, p = answers(3)
    assert best_threshold(truth, p, usd_miss=1, usd_alarm=0).cost.value == 0
    assert best_threshold(truth, p, usd_miss=0, usd_alarm=1).cost.value == 0


def test_net_benefit_by_hand() -> None:
    truth, p = [1, 1, 0, 0, 0, 1, 0, 0, 0, 0], [0.9, 0.4, 0.8, 0.1, 0.3, 0.7, 0.2, 0.1, 0.6, 0.0]
    # At 0.5: two true positives and two false ones among ten, odds 1.
    assert net_benefit(truth, p, 0.5) == pytest.approx(0.2 - 0.2)
    assert net_benefit(truth, p, 0.25) == pytest.approx(0.3 - 0.3 / 3)


@pytest.mark.parametrize(
    ("truth", "p", "costs", "said"),
    [
        ([1, 0], [0.5, math.nan], (1, 1), "outside 0 to 1"),
        ([1, 0], [0.5, 1.2], (1, 1), "outside 0 to 1"),
        ([1, 1], [0.5, 0.2], (1, 1), "rows of both kinds"),
        ([1, 0], [0.5, 0.2], (0, 0), "give one of them a price"),
        ([1, 0], [0.5, 0.2], (-1, 1), "cost of a miss is -1"),
        ([1, 0], [0.5], (1, 1), "2 truths and 1 answers"),
    ],
)
def test_bad_answers_are_explained(truth: list[int], p: list[float], costs: tuple[float, float], said: str) -> None:
    with pytest.raises(BadInput, match=said):
        best_threshold(truth, p, usd_miss=costs[0], usd_alarm=costs[1])


def test_worth_by_hand() -> None:
    # Errors cost 550 in 1,000, always saying "bad" 500: it loses 50, and 20 more for running it.
    found = paying.worth(CONFUSION, LABELS, COSTS, RUNNING)
    assert (found.errors.value, found.saved.value, found.net.value) == pytest.approx((550, -50, -70))
    assert found.right == 0.85
    assert found.pays_from == pytest.approx(1 - 480 / 550 * 0.15)
    assert found.net.low < found.net.value < found.net.high


def test_exactly_at_the_quality_that_pays_the_value_is_the_running_cost() -> None:
    found = paying.worth(CONFUSION, LABELS, COSTS, RUNNING)
    assert found.pays_from is not None
    scale = (1 - found.pays_from) / 0.15
    better = [[100 - 20 * scale, 20 * scale], [10 * scale, 100 - 10 * scale]]
    assert paying.worth(better, LABELS, COSTS, RUNNING).net.value == pytest.approx(0, abs=1e-9)


def test_a_running_cost_above_all_that_can_be_saved_never_pays() -> None:
    dear = assumed(501.0, "USD per 1,000", Message("running"))
    assert paying.worth(CONFUSION, LABELS, COSTS, dear).pays_from is None


def test_without_an_error_the_mix_is_that_of_the_blind_answer() -> None:
    # Always "bad" costs 500 and is right half the time; 480 of it may be left: 1 − 480 ÷ 500 × 0.5.
    assert paying.worth([[100, 0], [0, 100]], LABELS, COSTS, RUNNING).pays_from == pytest.approx(0.52)


def test_lists_by_hand() -> None:
    finds = paying.Finds((0.40, 0.36, 0.44), (0.10, 0.06, 0.14))
    found = paying.lists_worth(finds, 0.5, RUNNING)
    # 600 of 1,000 find nothing; 100 more find something than in the popular list, which 300 of 1,000 do.
    assert (found.errors.value, found.saved.value, found.net.value) == pytest.approx((300, 50, 30))
    assert (found.saved.low, found.saved.high) == pytest.approx((30, 70))
    assert found.pays_from == pytest.approx(0.30 + 20 / 500)
    assert paying.lists_worth(finds, 0.0, RUNNING).pays_from is None
    with pytest.raises(BadInput, match="cost of a poor recommendation is -1"):
        paying.lists_worth(finds, -1, RUNNING)


def points(seed: int, sizes: tuple[int, ...] = (200, 400, 800, 1200)) -> list[Point]:
    random = np.random.default_rng(seed)
    made = []
    for n in sizes:
        score = truth(n) + random.normal() * 0.012
        made.append(Point(n, score, score - 0.0235, score + 0.0235))
    return made


def truth(n: float) -> float:
    return 1 - (0.06 + 2.5 * math.pow(n, -0.5))


def test_the_interval_holds_what_a_power_law_becomes() -> None:
    held = [(found := fit(points(seed)).at(3600)).low <= truth(3600) <= found.high for seed in range(40)]
    assert sum(held) >= 36


def test_the_interval_widens_with_the_distance_and_the_curve_never_falls() -> None:
    curve = fit(points(1))
    figures = [curve.at(n) for n in (1200, 2400, 6000, 12000)]
    assert [f.value for f in figures] == sorted(f.value for f in figures)
    spans = [f.high - f.low for f in figures]
    assert spans[0] < spans[-1]
    assert all(0 <= f.low <= f.high <= 1 for f in figures)


def test_points_that_fall_give_a_flat_curve() -> None:
    falling = [Point(n, 0.9 - n / 20000, 0.88 - n / 20000, 0.92 - n / 20000) for n in (200, 400, 800)]
    curve = fit(falling)
    assert curve.at(8000).value == pytest.approx(curve.at(800).value, abs=0.02)


def test_buying_labels_by_hand() -> None:
    curve = LearningCurve(np.array([[2.5, 0.5, 0.06]]), tuple(points(1)))
    month = assumed(900.0, "USD a month", Message("errors"))
    bought = purchase(curve, 1200, 2400, 0.05, month)
    gain = 900 * (1 - (1 - truth(2400)) / (1 - truth(1200)))
    assert [bought.cost.value, bought.gain_month.value] == pytest.approx([60, gain])
    assert bought.score.value == pytest.approx(truth(2400))
    assert bought.months_to_repay == pytest.approx(60 / gain)


def test_too_few_sizes_and_bad_scores_are_explained() -> None:
    with pytest.raises(BadInput, match="at least 3 different numbers"):
        fit(points(1, (100, 200, 200)))
    with pytest.raises(BadInput, match=r"score of 1\.2"):
        fit([Point(n, 1.2, 1.1, 1.3) for n in (1, 2, 3)])
    with pytest.raises(BadInput, match="There are 1200 labels already"):
        purchase(fit(points(1)), 1200, 600, 1, RUNNING)
