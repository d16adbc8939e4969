"""Deciding by cost under another prevalence, and what runs are worth, by hand."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from engine.analytics.by_cost import decision
from engine.analytics.worth import finds_of

COSTS = {("yes", "no"): 9.0, ("no", "yes"): 1.0}


def predictions(folder: Path, labels: int = 2) -> Path:
    """Leave 100 rows of the test part, half of them positive: 10 of each kind stand at 0.2, the others are clear."""
    frame = pd.DataFrame({"part": "test", "truth": [1] * 50 + [0] * 50})
    frame["p1"] = [0.2] * 10 + [0.9] * 40 + [0.2] * 10 + [0.05] * 40
    frame["p0"] = 1 - frame["p1"]
    for place in range(2, labels):
        frame[f"p{place}"] = 0.0
    path = folder / "predictions.parquet"
    frame.to_parquet(path)
    return path


def test_the_threshold_and_its_costs_are_those_of_the_prevalence_that_is_given(tmp_path: Path) -> None:
    path, labels = predictions(tmp_path), ("no", "yes")
    here = decision(path, labels, COSTS)
    # At 0.2 a fifth of negatives are alarms: 500 × 0.2 × 1 USD. At 0.5 a fifth of positives are missed.
    assert here.threshold is not None
    assert here.threshold.value == pytest.approx(0.2)
    assert (here.by_cost.value, here.usual.value) == pytest.approx((100, 900))
    rare = decision(path, labels, COSTS, prevalence={"yes": 2, "no": 98})
    # 2 in 100: 1,000 × 0.02 × 0.2 × 9 is less than 1,000 × 0.98 × 0.2 × 1.
    assert rare.threshold is not None
    assert rare.threshold.value == pytest.approx(0.9)
    assert (rare.by_cost.value, rare.usual.value) == pytest.approx((36, 36))
    assert decision(path, labels, COSTS, prevalence={"yes": 0, "no": 1}).by_cost.value == 0


def test_several_classes_are_decided_by_the_prevalence_that_is_given(tmp_path: Path) -> None:
    path, labels = predictions(tmp_path, labels=3), ("no", "yes", "never")
    costs = COSTS | {("yes", "never"): 9.0, ("no", "never"): 9.0}
    assert decision(path, labels, costs).by_cost.value == pytest.approx(100)
    rare = decision(path, labels, costs, prevalence={"yes": 2, "no": 98})
    assert rare.by_cost.value == pytest.approx(36)


def test_how_often_people_find_something_is_read_from_the_report() -> None:
    block = {"hit_rate_at_10": {"value": 0.4, "low": None, "high": 0.5}}
    found = finds_of({"metrics": block, "against_popularity": block})
    assert found is not None
    assert found.rate == (0.4, 0.4, 0.5)
    assert finds_of({"metrics": {}}) is None
