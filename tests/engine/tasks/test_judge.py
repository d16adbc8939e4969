"""Every figure against scikit-learn, intervals against what statistics says they must do."""

from __future__ import annotations

import json
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from sklearn import metrics as oracle

from engine.errors import BadInput, Failure
from engine.messages import Message
from engine.tasks.bootstrap import auc_of, scores
from engine.tasks.judge import judge

LABELS = ("negative", "neutral", "positive")


def answers(n: int, classes: int = 3, *, seed: int = 0, skill: float = 1.5) -> tuple[np.ndarray, np.ndarray]:
    generator = np.random.default_rng(seed)
    truth = generator.choice(classes, n, p=np.arange(1, classes + 1) / np.arange(1, classes + 1).sum())
    logits = generator.normal(size=(n, classes))
    logits[np.arange(n), truth] += skill
    exponents = np.exp(logits)
    return truth, np.round(exponents / exponents.sum(axis=1, keepdims=True), 3)  # rounded, so that there are ties


def judged(
    truth: np.ndarray, probabilities: np.ndarray, labels: tuple[str, ...] = LABELS, **more: Any
) -> dict[str, Any]:
    n = len(truth)
    texts = [" ".join(["word"] * (1 + i % 40)) for i in range(n)]
    return judge(truth, probabilities, labels, texts, np.arange(1, n + 1), seed=0, **more)


def test_figures_are_those_of_sklearn() -> None:
    truth, probabilities = answers(500)
    block, predicted = judged(truth, probabilities), probabilities.argmax(axis=1)
    found = {name: m["value"] for name, m in block["metrics"].items()}
    normal = probabilities / probabilities.sum(axis=1, keepdims=True)
    assert found["accuracy"] == pytest.approx(oracle.accuracy_score(truth, predicted))
    assert found["macro_f1"] == pytest.approx(oracle.f1_score(truth, predicted, average="macro"))
    assert scores(truth, predicted) == pytest.approx({name: found[name] for name in ("accuracy", "macro_f1")})
    assert found["log_loss"] == pytest.approx(oracle.log_loss(truth, normal), abs=2e-3)
    one_rest = [oracle.roc_auc_score(truth == c, probabilities[:, c]) for c in range(3)]
    assert found["auc"] == pytest.approx(np.mean(one_rest))
    assert block["confusion"] == oracle.confusion_matrix(truth, predicted).tolist()
    theirs = oracle.precision_recall_fscore_support(truth, predicted)
    for c, entry in enumerate(block["per_class"]):
        ours = [entry[name]["value"] for name in ("precision", "recall", "f1")]
        assert ours == pytest.approx([theirs[i][c] for i in range(3)])
        assert entry["support"] == theirs[3][c]
        assert entry["auc"]["value"] == pytest.approx(one_rest[c])


def test_calibration_error_is_the_weighted_gap_of_the_bins() -> None:
    truth, probabilities = answers(700, skill=0.5)
    block = judged(truth, probabilities)
    gaps = [b["count"] * abs(b["accuracy"] - b["confidence"]) for b in block["reliability"] if b["count"]]
    assert block["metrics"]["ece"]["value"] == pytest.approx(sum(gaps) / 700)
    assert sum(b["count"] for b in block["reliability"]) == 700


@pytest.mark.parametrize("clustered", [False, True])
def test_each_point_of_the_reliability_curve_has_an_interval_that_narrows_with_its_rows(clustered: bool) -> None:
    truth, probabilities = answers(700, skill=0.5)
    bins = judged(truth, probabilities, clusters=np.arange(700) // 2 if clustered else None)["reliability"]
    empty, full = [b for b in bins if not b["count"]], [b for b in bins if b["count"]]
    assert empty
    assert all(b["low"] is b["high"] is b["accuracy"] is None for b in empty)
    assert all(0 <= b["low"] <= b["accuracy"] <= b["high"] <= 1 for b in full)
    large = max(full, key=lambda b: b["count"])
    share, rows = large["accuracy"], large["count"]
    normal = 2 * 1.96 * np.sqrt(share * (1 - share) / rows)  # the width that a binomial's normal approximation has
    assert large["high"] - large["low"] == pytest.approx(normal, rel=0.2)


def test_a_point_of_the_curve_that_was_always_right_is_not_certain() -> None:
    block = judged(np.zeros(10, np.int64), np.tile([0.95, 0.03, 0.02], (10, 1)))
    (point,) = [b for b in block["reliability"] if b["count"]]
    assert (point["accuracy"], point["high"]) == (1, 1)
    assert point["low"] == pytest.approx(0.69, abs=0.005)


def test_weighted_auc_is_that_of_sklearn_with_sample_weights() -> None:
    truth, probabilities = answers(200)
    weights = np.random.default_rng(1).integers(0, 4, (5, 200)).astype(float)
    ours = auc_of(probabilities[:, 2], truth == 2)(weights)
    theirs = [oracle.roc_auc_score(truth == 2, probabilities[:, 2], sample_weight=w) for w in weights]
    np.testing.assert_allclose(ours, theirs)


def test_matrix_resampling_gives_the_intervals_of_row_resampling() -> None:
    truth, probabilities = answers(300)
    predicted = probabilities.argmax(axis=1)
    block = judged(truth, probabilities, resamples=4000)
    generator = np.random.default_rng(5)
    drawn = [
        oracle.f1_score(truth[rows], predicted[rows], average="macro", zero_division=0)
        for rows in generator.integers(0, 300, (600, 300))
    ]
    low, high = np.quantile(drawn, [0.025, 0.975])
    ours = block["metrics"]["macro_f1"]
    assert (ours["low"], ours["high"]) == pytest.approx((low, high), abs=0.012)


def test_intervals_hold_the_truth_about_95_times_in_100() -> None:
    true_accuracy = (lambda a: (a[1].argmax(axis=1) == a[0]).mean())(answers(200_000, seed=99))
    found = [judged(*answers(250, seed=s), resamples=300)["metrics"]["accuracy"] for s in range(120)]
    covered = np.mean([f["low"] <= true_accuracy <= f["high"] for f in found])
    assert 0.88 <= covered <= 1.0


def test_every_interval_is_in_order_and_holds_its_value() -> None:
    for n, skill in ((5, 1.0), (60, 0.0), (400, 3.0)):
        block = judged(*answers(n, skill=skill))
        intervals = [*block["metrics"].values(), *(s["accuracy"] for s in block["slices"])]
        intervals += [e[k] for e in block["per_class"] for k in ("precision", "recall", "f1", "auc")]
        for interval in intervals:
            if interval["value"] is None:
                assert interval["low"] is None
            else:
                assert interval["low"] <= interval["value"] <= interval["high"]


def test_all_right_does_not_mean_certain() -> None:
    from scipy.stats import binomtest

    truth = np.repeat([0, 1, 2], 10)
    block = judged(truth, np.eye(3)[truth] * 0.94 + 0.02)
    exact = binomtest(30, 30).proportion_ci(0.95, method="exact")
    assert block["metrics"]["accuracy"] == pytest.approx({"value": 1.0, "low": exact.low, "high": 1.0})
    assert block["metrics"]["macro_f1"]["low"] < 0.9
    recall = binomtest(10, 10).proportion_ci(0.95, method="exact")
    assert block["per_class"][0]["recall"]["low"] == pytest.approx(recall.low)
    assert block["mistakes"] == []


def test_a_class_without_rows_is_said_and_left_out() -> None:
    truth, probabilities = answers(200)
    keep = truth != 0
    block = judged(truth[keep], probabilities[keep])
    missing = block["per_class"][0]
    assert missing["support"] == 0
    assert [missing[k]["value"] for k in ("precision", "recall", "f1", "auc")] == [None] * 4
    predicted = probabilities[keep].argmax(axis=1)
    expected = oracle.f1_score(truth[keep], predicted, average="macro", labels=[1, 2])
    assert block["metrics"]["macro_f1"]["value"] == pytest.approx(expected)
    assert "No row has the class negative" in str(Message.from_json(block["notes"][0]))


def test_one_class_only_has_no_auc() -> None:
    block = judged(np.ones(30, dtype=int), answers(30)[1])
    assert block["metrics"]["auc"] == {"value": None, "low": None, "high": None}


def test_a_class_never_answered_has_precision_0_and_is_named() -> None:
    truth = np.array([0, 1, 2] * 50)
    probabilities = np.tile([0.2, 0.3, 0.5], (150, 1))
    block = judged(truth, probabilities)
    assert block["per_class"][0]["precision"]["value"] == 0
    assert "never answers negative, neutral" in str(Message.from_json(block["notes"][0]))
    assert block["metrics"]["auc"]["value"] == 0.5


def test_positive_class_chooses_the_auc() -> None:
    truth, probabilities = answers(300)
    block = judged(truth, probabilities, positive="negative")
    expected = oracle.roc_auc_score(truth == 0, probabilities[:, 0])
    assert block["metrics"]["auc"]["value"] == pytest.approx(expected)
    with pytest.raises(BadInput, match=r"bullish is not a class of this data; choose one of: negative"):
        judged(truth, probabilities, positive="bullish")


def test_mistakes_are_the_most_confident_first_and_fit_a_file() -> None:
    truth, probabilities = answers(400)
    texts = ["\ud800" + "x" * 5000] * 400
    block = judge(truth, probabilities, LABELS, texts, np.arange(400) + 1, seed=0)
    sure = [m["probability"] for m in block["mistakes"]]
    assert sure == sorted(sure, reverse=True)
    assert len(sure) == 30
    wrong = probabilities.argmax(axis=1) != truth
    assert sure[0] == probabilities.max(axis=1)[wrong].max()
    assert all(m["label"] != m["predicted"] and len(m["text"]) == 1000 for m in block["mistakes"])
    json.dumps(block, allow_nan=False, ensure_ascii=False).encode()


def test_slices_cover_every_row_and_sum_to_the_accuracy() -> None:
    truth, probabilities = answers(403)
    block = judged(truth, probabilities)
    slices = block["slices"]
    assert sum(s["count"] for s in slices) == 403
    right = sum(s["count"] * s["accuracy"]["value"] for s in slices)
    assert right / 403 == pytest.approx(block["metrics"]["accuracy"]["value"])
    assert all(a["to"] < b["from"] for a, b in pairwise(slices))


def test_same_seed_same_block() -> None:
    assert judged(*answers(150)) == judged(*answers(150))


def test_many_rows_narrow_the_intervals_as_theory_says() -> None:
    """Beyond the budget, rows are sampled: the standard error of the log loss must still be that of all the rows."""
    truth, probabilities = answers(30_000)
    found = judged(truth, probabilities)["metrics"]["log_loss"]
    losses = -np.log(np.clip(probabilities[np.arange(30_000), truth], 1e-15, 1))
    assert found["high"] - found["low"] == pytest.approx(2 * 1.96 * losses.std() / np.sqrt(30_000), rel=0.15)


def test_nothing_to_judge_and_no_numbers_are_said() -> None:
    with pytest.raises(BadInput, match="no rows to judge"):
        judged(np.array([], dtype=int), np.zeros((0, 3)))
    with pytest.raises(Failure, match="not a number for 1 of 2 rows"):
        judged(np.array([0, 1]), np.array([[np.nan, 0, 1], [0.2, 0.3, 0.5]]))
