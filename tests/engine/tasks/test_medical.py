from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import precision_recall_curve, roc_auc_score, roc_curve

from engine.errors import BadInput
from engine.tasks import detection
from engine.tasks.clusters import cluster_weights, clusters_of, count_clusters
from engine.tasks.judge import judge
from engine.tasks.medical import judge_pictures
from engine.tasks.operating import Costs, at_threshold, cheapest, predictive_intervals, predictive_values

LABELS = ("malignant", "benign")


def answers(rows: int = 240, *, seed: int = 0) -> tuple[pd.DataFrame, np.ndarray, np.ndarray]:
    """Return rows, classes and probabilities of a middling model; class 0 is the one that is looked for."""
    draw = np.random.default_rng(seed)
    truth = (draw.random(rows) < 0.7).astype(np.int64)
    score = 1 / (1 + np.exp(-(draw.normal(size=rows) + 2.0 * (1 - truth) - 1.0)))
    frame = pd.DataFrame({"row": np.arange(rows) + 1, "name": [f"{i}.png" for i in range(rows)]})
    return frame, truth, np.column_stack([score, 1 - score])


def doubled(frame: pd.DataFrame, *arrays: np.ndarray, together: bool) -> tuple[pd.DataFrame, list[np.ndarray]]:
    """Return everything twice, the two of a kind as one patient or as two."""
    twice = pd.concat([frame, frame], ignore_index=True)
    names = [f"p{i % len(frame)}" if together else f"p{i}" for i in range(len(twice))]
    return twice.assign(patient=names), [np.concatenate([a, a]) for a in arrays]


def width(interval: dict[str, float]) -> float:
    return interval["high"] - interval["low"]


def test_curves_agree_with_scikit_learn() -> None:
    _, truth, probabilities = answers(80)
    scores, positive = probabilities[:, 0].round(2), truth == 0
    found = detection.count(scores, positive, np.ones((1, 80)))
    falsely, truly, thresholds = roc_curve(positive, scores, drop_intermediate=False)
    np.testing.assert_allclose(found.thresholds, thresholds[1:])
    np.testing.assert_allclose(found.sensitivity[0], truly[1:])
    np.testing.assert_allclose(1 - found.specificity[0], falsely[1:])
    precision, recall, _ = precision_recall_curve(positive, scores)
    np.testing.assert_allclose(found.precision[0], precision[:-1][::-1])
    np.testing.assert_allclose(found.sensitivity[0], recall[:-1][::-1])


def test_the_positive_class_is_the_one_named_wherever_it_stands() -> None:
    frame, truth, probabilities = answers()
    found = judge_pictures(frame, truth, probabilities, LABELS, seed=0, positive="malignant")
    turned = judge_pictures(frame, 1 - truth, probabilities[:, ::-1], LABELS[::-1], seed=0, positive="malignant")
    for name in ("auc", "sensitivity", "specificity"):
        assert found["metrics"][name]["value"] == pytest.approx(turned["metrics"][name]["value"])
    assert found["metrics"]["auc"]["value"] == pytest.approx(roc_auc_score(truth == 0, probabilities[:, 0]))
    alarm = probabilities[:, 0] > 0.5
    assert found["metrics"]["sensitivity"]["value"] == pytest.approx(alarm[truth == 0].mean())
    assert found["metrics"]["specificity"]["value"] == pytest.approx(1 - alarm[truth == 1].mean())
    json.dumps(found, allow_nan=False)


def test_sensitivity_at_a_specificity_keeps_the_specificity() -> None:
    frame, truth, probabilities = answers()
    block = judge_pictures(frame, truth, probabilities, LABELS, seed=0, positive="malignant")["detection"]
    falsely, truly, _ = roc_curve(truth == 0, probabilities[:, 0], drop_intermediate=False)
    for entry in block["at_specificity"]:
        expected = truly[1 - falsely >= entry["specificity"]].max()
        assert entry["sensitivity"]["value"] == pytest.approx(expected)
        assert entry["sensitivity"]["low"] <= expected <= entry["sensitivity"]["high"]
        kept = (probabilities[truth == 1, 0] < entry["threshold"]).mean()
        assert kept >= entry["specificity"]


def test_net_benefit_is_that_of_vickers_and_elkin() -> None:
    scores, positive = np.array([0.9, 0.6, 0.4, 0.2, 0.1]), np.array([True, False, True, False, False])
    curve = {round(p["threshold"], 2): p for p in detection.decision_curve(scores, positive, np.ones((3, 5)))}
    # At 0.5 two are acted on, one rightly: 1/5 - 1/5 · 1. At 0.25 three, two rightly: 2/5 - 1/5 · 1/3.
    assert curve[0.5]["model"]["value"] == pytest.approx(0.0)
    assert curve[0.25]["model"]["value"] == pytest.approx(2 / 5 - 1 / 15)
    assert curve[0.5]["everyone"] == pytest.approx(2 / 5 - 3 / 5)
    assert curve[0.25]["everyone"] == pytest.approx(2 / 5 - 3 / 5 / 3)
    assert curve[0.25]["nobody"] == 0.0


def test_intervals_resample_patients() -> None:
    frame, truth, probabilities = answers()
    together, (truth2, probabilities2) = doubled(frame, truth, probabilities, together=True)
    apart, _ = doubled(frame, truth, probabilities, together=False)
    once, as_one, as_two = (
        judge_pictures(f, t, p, LABELS, seed=0, positive="malignant")
        for f, t, p in (
            (frame, truth, probabilities),
            (together, truth2, probabilities2),
            (apart, truth2, probabilities2),
        )
    )
    assert (once["patients"], as_one["patients"], as_two["patients"]) == (240, 240, 480)
    for name in ("auc", "accuracy", "macro_f1", "sensitivity", "specificity", "log_loss"):
        wide, same, narrow = (width(q["metrics"][name]) for q in (once, as_one, as_two))
        # The same patients seen twice say nothing new; as many others would narrow the interval by the root of two.
        assert same == pytest.approx(wide, rel=0.2), name
        assert narrow < 0.85 * same, name


def test_a_patient_for_every_row_is_the_bootstrap_of_rows() -> None:
    frame, truth, probabilities = answers()
    named = frame.assign(patient=[f"p{i}" for i in range(len(frame))])
    unnamed = frame.assign(patient="")
    expected = judge(truth, probabilities, LABELS, [""] * len(frame), frame["row"].to_numpy(), seed=0)
    for found in (judge_pictures(f, truth, probabilities, LABELS, seed=0) for f in (frame, named, unnamed)):
        assert found["metrics"] == expected["metrics"]


def test_clusters_are_drawn_whole() -> None:
    clusters = clusters_of(["a", "b", "a", None, "", "b"])
    assert clusters is not None
    assert clusters.tolist() == [0, 1, 0, 2, 3, 1]
    assert count_clusters(clusters, 6) == 4
    weights = np.concatenate(list(cluster_weights(clusters, np.random.default_rng(0), resamples=500)))
    assert (weights[:, 0] == weights[:, 2]).all()
    assert (weights[:, 1] == weights[:, 5]).all()
    assert (weights[:, [0, 1, 3, 4]].sum(axis=1) == 4).all()
    assert weights.mean() == pytest.approx(1.0, abs=0.05)
    assert clusters_of(["a", "b", None]) is None


def test_groups_are_judged_apart_where_there_are_any() -> None:
    frame, truth, probabilities = answers()
    sex = np.where(np.arange(240) % 3 == 0, "F", "M")
    spoilt = probabilities.copy()
    spoilt[sex == "F"] = spoilt[sex == "F", ::-1]
    tagged = frame.assign(sex=sex, site="north", scanner="")
    found = judge_pictures(tagged, truth, spoilt, LABELS, seed=0, positive="malignant")["slices"]
    assert [(s["slice"], s["value"], s["count"]) for s in found] == [("sex", "M", 160), ("sex", "F", 80)]
    assert found[1]["auc"]["high"] < found[0]["auc"]["low"]
    assert found[0]["positives"] == int((truth[sex == "M"] == 0).sum())
    assert not judge_pictures(frame, truth, probabilities, LABELS, seed=0)["slices"]


def test_the_worst_errors_come_first() -> None:
    frame, truth, probabilities = answers()
    block = judge_pictures(frame, truth, probabilities, LABELS, seed=0, positive="malignant")["detection"]
    misses, alarms = block["misses"], block["false_alarms"]
    assert {m["label"] for m in misses} == {"malignant"}
    assert {m["predicted"] for m in misses} == {"benign"}
    assert [m["probability"] for m in misses] == sorted(m["probability"] for m in misses)
    assert [m["probability"] for m in alarms] == sorted((m["probability"] for m in alarms), reverse=True)
    assert misses[0]["probability"] == pytest.approx(probabilities[truth == 0, 0].min())
    assert misses[0]["name"] == f"{misses[0]['row'] - 1}.png"


def test_curves_stay_short_and_one_class_alone_has_none() -> None:
    frame, truth, probabilities = answers(3000)
    block = judge_pictures(frame, truth, probabilities, LABELS, seed=0, positive="malignant", resamples=200)[
        "detection"
    ]
    assert len(block["roc"]["points"]) == 200
    assert len(block["precision_recall"]["band"]) == 100
    healthy = truth == 1
    one = judge_pictures(frame[healthy], truth[healthy], probabilities[healthy], LABELS, seed=0, positive="malignant")
    assert one["detection"]["roc"] is None
    assert one["metrics"]["sensitivity"]["value"] is None
    json.dumps(one, allow_nan=False)


def test_several_classes_are_judged_without_a_positive_one() -> None:
    draw = np.random.default_rng(0)
    truth, logits = draw.integers(0, 3, 120), draw.normal(size=(120, 3))
    logits[np.arange(120), truth] += 1
    probabilities = np.exp(logits) / np.exp(logits).sum(1, keepdims=True)
    frame, labels = pd.DataFrame({"row": np.arange(120)}), ("a", "b", "c")
    found = judge_pictures(frame, truth, probabilities, labels, seed=0)
    assert found["metrics"]["auc"]["value"] == pytest.approx(roc_auc_score(truth, probabilities, multi_class="ovr"))
    assert "detection" not in found
    named = judge_pictures(frame, truth, probabilities, labels, seed=0, positive="b")
    assert named["metrics"]["auc"]["value"] == pytest.approx(roc_auc_score(truth == 1, probabilities[:, 1]))


POINTS = [
    {"threshold": 0.9, "sensitivity": 0.5, "specificity": 1.0},
    {"threshold": 0.5, "sensitivity": 0.8, "specificity": 0.9},
    {"threshold": 0.1, "sensitivity": 1.0, "specificity": 0.4},
]


def test_the_line_is_drawn_where_it_costs_least() -> None:
    # At a prevalence of 0.1: misses cost 0.1 · (1 - sensitivity) · 20, alarms 0.9 · (1 - specificity) · 1.
    found = cheapest(POINTS, Costs(miss=20, false_alarm=1, prevalence=0.1))
    assert found["threshold"] == 0.5
    assert found["cost"] == pytest.approx(0.1 * 0.2 * 20 + 0.9 * 0.1)
    assert cheapest(POINTS, Costs(miss=200, false_alarm=1, prevalence=0.1))["threshold"] == 0.1
    assert cheapest(POINTS, Costs(miss=0, false_alarm=1, prevalence=0.1))["sensitivity"] == 0.5
    assert cheapest(POINTS[1:], Costs(miss=0.1, false_alarm=1, prevalence=0.1))["threshold"] is None
    with pytest.raises(BadInput, match="prevalence is 2; give a share"):
        Costs(1, 1, 2)
    with pytest.raises(BadInput, match="miss costs -1"):
        Costs(-1, 1, 0.5)


def test_a_threshold_is_looked_up_on_another_curve() -> None:
    assert at_threshold(POINTS, 0.5)["sensitivity"] == 0.8
    assert at_threshold(POINTS, 0.3)["sensitivity"] == 0.8
    assert at_threshold(POINTS, 0.95) == {"threshold": 0.95, "sensitivity": 0.0, "specificity": 1.0}
    assert at_threshold(POINTS, None)["specificity"] == 1.0


def test_predictive_values_follow_from_bayes() -> None:
    # 1,000 cases, 10 with it: 9 found, 99 false alarms, 891 rightly calm, 1 missed.
    positive, negative = predictive_values(0.9, 0.9, 0.01)
    assert positive == pytest.approx(9 / 108)
    assert negative == pytest.approx(891 / 892)
    assert predictive_values(0.0, 1.0, 0.2)[0] is None


def test_the_intervals_of_predictive_values_hold_what_is_true_as_frequently_as_they_say() -> None:
    draw, sensitivity, specificity, prevalence, cases = np.random.default_rng(0), 0.85, 0.9, 0.05, (40, 120)
    truth = predictive_values(sensitivity, specificity, prevalence)
    held = np.zeros(2)
    for right, calm in zip(draw.binomial(40, sensitivity, 500), draw.binomial(120, specificity, 500), strict=True):
        for which, one in enumerate(predictive_intervals(right / 40, calm / 120, prevalence, *cases)):
            assert one.low is not None
            assert one.high is not None
            held[which] += one.low <= float(truth[which] or 0) <= one.high
    assert ((held / 500 > 0.92) & (held / 500 < 0.98)).all()


def test_faultless_figures_of_few_cases_are_not_certain_and_a_known_prevalence_is() -> None:
    alarm, calm = predictive_intervals(1.0, 1.0, 0.1, 10, 10)
    assert (alarm.value, calm.value, alarm.high, calm.high) == (1.0, 1.0, 1.0, 1.0)
    assert 0 < (alarm.low or 0) < (calm.low or 0) < 1
    assert predictive_intervals(0.8, 0.9, 0.0, 10, 10)[1].low == 1.0
    assert predictive_intervals(0.0, 1.0, 0.2, 10, 10)[0].value is None
