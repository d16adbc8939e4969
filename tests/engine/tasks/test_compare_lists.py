"""The paired test of two recommenders against all flips counted, against scipy, against luck; refusals; words."""

from __future__ import annotations

from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.stats import permutation_test

from engine.errors import BadInput
from engine.messages import Message
from engine.tasks.compare_lists import (
    lists_across_seeds,
    paired_list_runs,
    paired_lists,
    seeds_list_runs,
    sign_flip,
)


def figures(mean: float, seed: int, people: int = 300) -> np.ndarray:
    """nDCG of people, many of them 0, as lists of ten give it."""
    draw = np.random.default_rng(seed)
    return np.where(draw.random(people) < 0.3, 0.0, draw.beta(2, 2 / mean - 2, people))


def by_all_flips(differences: np.ndarray) -> float:
    """The share of all 2^N choices of signs whose mean is as far from 0."""
    totals = np.array([np.dot(signs, differences) for signs in product((-1, 1), repeat=len(differences))])
    return float((np.abs(totals) >= abs(differences.sum()) - 1e-12).mean())


@pytest.mark.parametrize("seed", range(4))
def test_the_p_value_is_that_of_all_flips(seed: int) -> None:
    differences = np.random.default_rng(seed).normal(0.3, 1.0, 11)
    drawn = sign_flip(differences, np.random.default_rng(9), 20_000)
    assert drawn == pytest.approx(by_all_flips(differences), abs=0.015)


def test_the_p_value_is_scipys() -> None:
    a, b = figures(0.30, 1), figures(0.33, 2)
    theirs = permutation_test(
        (a, b),
        lambda x, y, axis: (y - x).mean(axis=axis),
        permutation_type="samples",
        n_resamples=5000,
        vectorized=True,
        rng=np.random.default_rng(0),
    )
    assert paired_lists(a, b).p_value == pytest.approx(theirs.pvalue, abs=0.02)


def test_many_people_are_judged_by_the_normal_distribution_and_agree_with_flips() -> None:
    draw = np.random.default_rng(0)
    many = draw.normal(0.012, 1.0, 12_000)
    few = many[:9_000]
    assert sign_flip(many, draw) == pytest.approx(by_normal(many), rel=1e-6)
    assert sign_flip(few, draw) == pytest.approx(by_normal(few), abs=0.02)


def by_normal(differences: np.ndarray) -> float:
    from scipy.stats import norm

    return float(2 * norm.sf(abs(differences.sum()) / np.sqrt((differences**2).sum())))


def test_luck_is_called_real_about_five_times_in_a_hundred() -> None:
    real = [
        paired_lists(figures(0.3, 2 * s), figures(0.3, 2 * s + 1), flips=500, resamples=200).real for s in range(300)
    ]
    assert 4 <= sum(real) <= 27


def test_a_real_difference_says_who_and_by_how_much() -> None:
    a, b = figures(0.2, 1), figures(0.4, 2)
    found = paired_lists(a, b, names=("popularity", "blend"))
    assert found.real
    assert found.ndcg.value == pytest.approx(float((b - a).mean()))
    assert found.only_first_better == int((a > b).sum())
    assert found.only_second_better == int((b > a).sum())
    assert str(found.words).startswith("blend is better: over the same 300 people")
    assert str(paired_lists(b, a, names=("blend", "popularity")).words).startswith("blend is better")
    assert str(Message.from_json(found.to_json()["details"])) == str(found.details)


def test_the_same_lists_are_no_difference_at_all() -> None:
    found = paired_lists(figures(0.3, 1), figures(0.3, 1))
    assert (found.p_value, found.real, found.only_first_better) == (1.0, False, 0)
    assert str(found.words).startswith("No real difference")


def test_seeds_that_vary_hide_a_small_difference() -> None:
    first = np.stack([figures(0.30, 1)] * 3)
    second = first + 0.01
    assert lists_across_seeds(first, second).real
    spread = np.array([[-0.03], [0.0], [0.03]])
    hidden = lists_across_seeds(first + spread, second - spread)
    assert not hidden.real
    assert str(hidden.words).startswith("No real difference over 3 seeds")
    with pytest.raises(BadInput, match="1 seed is too few"):
        lists_across_seeds(first[:1], second)


def run(folder: Path, values: np.ndarray, users: np.ndarray, *, dataset: str = "d", ids: bool = True) -> Any:
    folder.mkdir(parents=True)
    frame = pd.DataFrame({"part": "test", "user": users, "ndcg_at_10": values})
    if ids:
        frame["user_id"] = [f"u{user}" for user in users]
    frame.to_parquet(folder / "predictions.parquet")
    return {"dataset": {"id": dataset, "test_id": "t"}, "labels": []}, folder / "predictions.parquet"


def test_runs_are_matched_by_person_whatever_their_order(tmp_path: Path) -> None:
    a, b, users = figures(0.25, 1), figures(0.35, 2), np.arange(300)
    order = np.random.default_rng(3).permutation(300)
    first, second = run(tmp_path / "a", a, users), run(tmp_path / "b", b[order], users[order])
    assert paired_list_runs(first, second).to_json() == paired_lists(a, b).to_json()
    seeds = seeds_list_runs([first, first], [second, second]).to_json()
    assert seeds == lists_across_seeds(np.stack([a, a]), np.stack([b, b])).to_json()
    with pytest.raises(BadInput, match="different test parts"):
        paired_list_runs(first, ({"dataset": {"id": "d", "test_id": "u"}}, second[1]))


def test_between_data_sets_people_are_matched_by_id_and_those_of_one_are_left_out(tmp_path: Path) -> None:
    a, b = figures(0.25, 1), figures(0.35, 2)
    first = run(tmp_path / "a", a, np.arange(300))
    second = run(tmp_path / "b", b[10:], np.arange(10, 300), dataset="e")
    assert paired_list_runs(first, second).rows == 290
    without = run(tmp_path / "c", b, np.arange(300), dataset="e", ids=False)
    with pytest.raises(BadInput, match="did not keep whose list is whose"):
        paired_list_runs(first, without)
    with pytest.raises(BadInput, match="nobody in common"):
        paired_list_runs(first, run(tmp_path / "d", b, np.arange(300, 600)))
