"""McNemar against scipy's binomial test; the bootstrap against what it must decide; refusals; words."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binomtest
from sklearn.metrics import accuracy_score, f1_score

from engine.errors import BadInput
from engine.messages import Message
from engine.tasks.compare import AcrossSeeds, across_seeds, mcnemar, paired, paired_runs, seeds_runs

Answers = tuple[np.ndarray, np.ndarray]


def answer(truth: np.ndarray, right: float, seed: int) -> np.ndarray:
    """Answers of which a share `right` is right and the others are the next class."""
    wrong = np.random.default_rng(seed).random(len(truth)) >= right
    return np.where(wrong, (truth + 1) % 3, truth)


@pytest.fixture(scope="module")
def truth() -> np.ndarray:
    return np.random.default_rng(0).integers(0, 3, 600)


@pytest.mark.parametrize(("first", "second"), [(0, 0), (3, 0), (5, 5), (10, 25), (1, 40), (400, 520), (9000, 9100)])
def test_mcnemar_is_the_exact_binomial_test(first: int, second: int) -> None:
    expected = binomtest(first, first + second).pvalue if first + second else 1.0
    assert mcnemar(first, second) == pytest.approx(expected, rel=1e-9)


def test_differences_are_those_of_sklearn(truth: np.ndarray) -> None:
    a, b = answer(truth, 0.7, 1), answer(truth, 0.9, 2)
    found = paired(truth, a, b)
    assert found.accuracy.value == pytest.approx(accuracy_score(truth, b) - accuracy_score(truth, a))
    gain = f1_score(truth, b, average="macro") - f1_score(truth, a, average="macro")
    assert found.macro_f1.value == pytest.approx(gain)


def test_a_real_difference_is_called_real_and_says_who(truth: np.ndarray) -> None:
    a, b = answer(truth, 0.7, 1), answer(truth, 0.9, 2)
    found = paired(truth, a, b, names=("probe", "full"))
    assert found.real
    assert str(found.words).startswith("full is better: it alone is right on")
    assert str(paired(truth, b, a, names=("full", "probe")).words).startswith("full is better")


def test_the_same_skill_makes_no_real_difference(truth: np.ndarray) -> None:
    found = paired(truth, answer(truth, 0.85, 1), answer(truth, 0.85, 2))
    assert not found.real
    assert str(found.words).startswith("No real difference")
    assert "over 1 seeds" not in str(found.words)


def test_luck_is_called_real_about_five_times_in_a_hundred(truth: np.ndarray) -> None:
    runs = [paired(truth, answer(truth, 0.8, s), answer(truth, 0.8, s + 1000), resamples=200) for s in range(100)]
    assert sum(run.real for run in runs) <= 14


def test_equal_answers_are_no_difference_at_all(truth: np.ndarray) -> None:
    found = paired(truth, truth, truth)
    assert (found.p_value, found.accuracy.low, found.macro_f1.high, found.real) == (1.0, 0.0, 0.0, False)


def test_more_right_and_worse_over_classes_is_said() -> None:
    truth = np.array([0] * 900 + [1] * 50 + [2] * 50)
    lazy = np.zeros(1000, dtype=int)
    fair = truth.copy()
    fair[:200] = 1
    found = paired(truth, fair, lazy, names=("fair", "lazy"))
    assert found.real
    assert str(found.words).startswith("lazy gets more rows right, fair is better over all classes")


def test_probabilities_are_taken_as_their_largest(truth: np.ndarray) -> None:
    a, b = answer(truth, 0.7, 1), answer(truth, 0.8, 2)
    assert paired(truth, np.eye(3)[a], np.eye(3)[b]) == paired(truth, a, b)


def test_other_test_parts_are_refused(truth: np.ndarray) -> None:
    with pytest.raises(BadInput, match=r"different test parts \(aaaa, bbbb\); compare runs of one data set"):
        paired(truth, truth, truth, test_ids=("aaaa", "bbbb"))
    with pytest.raises(BadInput, match="answered 599, 600 rows"):
        paired(truth, truth, truth[:-1])
    with pytest.raises(BadInput, match="no rows to compare"):
        paired(truth[:0], truth[:0], truth[:0])


def run(folder: Path, truth: np.ndarray, predicted: np.ndarray, labels: list[str]) -> tuple[dict[str, object], Path]:
    """A report and its predictions.parquet, rows in an order of their own, with other parts among them."""
    frame = pd.DataFrame(np.eye(3)[predicted], columns=["p0", "p1", "p2"])
    frame = frame.assign(part="test", row=np.arange(len(truth)), source="data", truth=truth)
    frame = pd.concat([frame.sample(frac=1, random_state=len(labels[0])), frame.head(5).assign(part="validation")])
    folder.mkdir()
    frame.to_parquet(folder / "predictions.parquet")
    return {"dataset": {"test_id": "t"}, "labels": labels}, folder / "predictions.parquet"


def test_runs_are_matched_by_row_and_label(truth: np.ndarray, tmp_path: Path) -> None:
    a, b = answer(truth, 0.7, 1), answer(truth, 0.9, 2)
    renumbered = np.array([2, 0, 1])
    first = run(tmp_path / "a", truth, a, ["x", "y", "z"])
    second = run(tmp_path / "b", renumbered[truth], renumbered[b], ["y", "z", "x"])
    assert paired_runs(first, second).to_json() == paired(truth, a, b).to_json()
    with pytest.raises(BadInput, match="different test parts"):
        paired_runs(first, ({**second[0], "dataset": {"test_id": "u"}}, second[1]))
    with pytest.raises(BadInput, match="different classes"):
        paired_runs(first, ({**second[0], "labels": ["x", "y", "q"]}, second[1]))


def three(truth: np.ndarray, right: float, start: int, spread: float = 0.0) -> list[np.ndarray]:
    return [answer(truth, right + spread * (i - 1), start + i) for i in range(3)]


def test_three_seeds_find_a_large_difference(truth: np.ndarray) -> None:
    found = across_seeds(truth, three(truth, 0.6, 10), three(truth, 0.9, 20), names=("probe", "full"))
    assert found.real
    assert str(found.words).startswith("full is better than probe over 3 seeds")
    assert len(found.first_macro_f1) == len(found.second_macro_f1) == 3


def test_groups_of_runs_are_read_and_compared(truth: np.ndarray, tmp_path: Path) -> None:
    sides = three(truth, 0.7, 10), three(truth, 0.8, 20)
    labels = ["x", "y", "z"]
    first, second = (
        [run(tmp_path / f"{side}{i}", truth, answers, labels) for i, answers in enumerate(group)]
        for side, group in zip("ab", sides, strict=True)
    )
    assert seeds_runs(first, second).to_json() == across_seeds(truth, *sides).to_json()
    with pytest.raises(BadInput, match="different test parts"):
        seeds_runs(first, [*second[:2], ({**second[2][0], "dataset": {"test_id": "u"}}, second[2][1])])
    with pytest.raises(BadInput, match="1 seed is too few"):
        seeds_runs(first, second[:1])


def test_seeds_that_vary_hide_a_small_difference(truth: np.ndarray) -> None:
    found: AcrossSeeds = across_seeds(truth, three(truth, 0.80, 10, 0.06), three(truth, 0.83, 20, 0.06))
    assert not found.real
    assert str(found.words).startswith("No real difference over 3 seeds")
    calm = across_seeds(truth, three(truth, 0.80, 10), three(truth, 0.83, 20))
    assert calm.macro_f1.low is not None
    assert found.macro_f1.low is not None
    assert found.macro_f1.low < calm.macro_f1.low


def test_one_seed_is_too_few(truth: np.ndarray) -> None:
    with pytest.raises(BadInput, match="1 seed is too few"):
        across_seeds(truth, [truth], three(truth, 0.8, 1))


def test_words_survive_json(truth: np.ndarray) -> None:
    found = paired(truth, answer(truth, 0.7, 1), answer(truth, 0.9, 2))
    assert str(Message.from_json(found.to_json()["words"])) == str(found.words)
