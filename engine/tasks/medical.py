"""The judge of a classifier of pictures: what every classifier is judged by, and how well it finds one class."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from engine.tasks import detection
from engine.tasks.bootstrap import RESAMPLES, Interval, auc_of, percentile_interval, proportion_interval
from engine.tasks.clusters import clusters_of, count_clusters
from engine.tasks.failures import MISTAKES
from engine.tasks.judge import judge

if TYPE_CHECKING:
    import pandas as pd

SLICES = ("site", "scanner", "sex", "age_band")
"""Columns of the rows that tell groups in which a model may do worse."""
SLICE_VALUES = 12
"""The most groups shown of a column, those with the most pictures."""


def judge_pictures(
    rows: pd.DataFrame,
    truth: np.ndarray,
    probabilities: np.ndarray,
    labels: Sequence[str],
    *,
    seed: int,
    positive: str = "",
    resamples: int = RESAMPLES,
) -> dict[str, Any]:
    """Return the "quality" block for the answers to `rows` (columns row, and where known name, patient and SLICES).

    It has what `engine.tasks.judge.judge` gives, "patients" (how many the intervals resample), "slices" by column, and,
    when `positive` names a class, that class's "detection" and its sensitivity and specificity among the metrics.
    """
    truth = np.asarray(truth, dtype=np.int64)
    clusters = clusters_of(rows["patient"].tolist() if "patient" in rows else None)
    names = rows["name"].astype(str).tolist() if "name" in rows else [""] * len(rows)
    quality = judge(
        truth,
        probabilities,
        labels,
        names,
        rows["row"].to_numpy(),
        seed=seed,
        positive=positive or None,
        resamples=resamples,
        clusters=clusters,
    )
    weights = detection.draws(len(truth), clusters, np.random.default_rng(seed), resamples)
    answers = Answers(truth, np.asarray(probabilities, dtype=np.float64), tuple(labels), positive, weights, clusters)
    quality |= {"patients": count_clusters(clusters, len(truth)), "slices": _slices(rows, answers)}
    if positive:
        quality["detection"] = answers.detection(rows["row"].to_numpy(), names)
        quality["metrics"] |= {name: found.to_json() for name, found in answers.rates().items()}
    return quality


class Answers:
    """Truth and answers of a part with its bootstrap weights (R, N)."""

    def __init__(
        self,
        truth: np.ndarray,
        probabilities: np.ndarray,
        labels: tuple[str, ...],
        positive: str,
        weights: np.ndarray,
        clusters: np.ndarray | None,
    ) -> None:
        self.truth, self.probabilities, self.labels = truth, probabilities, labels
        self.weights, self.clusters = weights, clusters
        self.predicted = probabilities.argmax(axis=1)
        self.place = labels.index(positive) if positive else -1
        self.positive = truth == self.place
        self.scores = probabilities[:, self.place]

    def rates(self, inside: np.ndarray | None = None) -> dict[str, Interval]:
        """Return sensitivity and specificity of the answers as served, within the rows `inside` (N,) bool."""
        among = np.ones(len(self.truth), bool) if inside is None else inside
        alarm = self.predicted == self.place
        return {
            "sensitivity": self._rate(alarm, self.positive & among),
            "specificity": self._rate(~alarm, ~self.positive & among),
        }

    def accuracy(self, inside: np.ndarray) -> Interval:
        return self._rate(self.predicted == self.truth, inside)

    def auc(self, inside: np.ndarray) -> Interval:
        """Return the AUC of the positive class within the rows `inside`."""
        area = auc_of(self.scores[inside], self.positive[inside])
        value = float(area(np.ones((1, int(inside.sum()))))[0])
        return percentile_interval(value, area(self.weights[:, inside].astype(np.float64)))

    def detection(self, rows: np.ndarray, names: Sequence[str]) -> dict[str, Any]:
        """Return curves, operating points, net benefit and the worst errors of the positive class."""
        block: dict[str, Any] = {
            "positive": self.labels[self.place],
            "positives": int(self.positive.sum()),
            "prevalence": float(self.positive.mean()),
            "independent": {"positives": self.units(self.positive), "negatives": self.units(~self.positive)},
            "misses": self._worst(self.positive, self.scores, rows, names),
            "false_alarms": self._worst(~self.positive, -self.scores, rows, names),
        }
        if self.positive.all() or not self.positive.any():
            return block | {"roc": None, "precision_recall": None, "at_specificity": [], "decision": []}
        found = detection.count(self.scores, self.positive, np.ones((1, len(self.truth))))
        drawn = detection.count(self.scores, self.positive, self.weights)
        return block | {
            "roc": detection.roc_curve(found, drawn),
            "precision_recall": detection.precision_recall_curve(found, drawn),
            "at_specificity": [detection.at_specificity(found, drawn, s) for s in detection.SPECIFICITIES],
            "decision": detection.decision_curve(self.scores, self.positive, self.weights),
        }

    def _rate(self, right: np.ndarray, among: np.ndarray) -> Interval:
        value, drawn = detection.rate(right, among, self.weights)
        return proportion_interval(value, drawn, self.units(among))

    def units(self, among: np.ndarray) -> int:
        """Return how many patients the rows `among` are of; where none are known every row is one."""
        return count_clusters(None if self.clusters is None else self.clusters[among], int(among.sum()))

    def _worst(
        self, among: np.ndarray, scores: np.ndarray, rows: np.ndarray, names: Sequence[str]
    ) -> list[dict[str, Any]]:
        """Return the wrong answers among some rows, the surest first: a miss has the lowest probability."""
        wrong = np.flatnonzero(among & ((self.predicted == self.place) != self.positive))
        chosen = wrong[np.argsort(scores[wrong], kind="stable")][:MISTAKES]
        return [
            {
                "row": int(rows[i]),
                "name": names[i],
                "label": self.labels[self.truth[i]],
                "predicted": self.labels[self.predicted[i]],
                "probability": float(self.scores[i]),
            }
            for i in chosen.tolist()
        ]


def _slices(rows: pd.DataFrame, answers: Answers) -> list[dict[str, Any]]:
    """Return the figures of each group of each column of SLICES that tells any apart."""
    found = []
    for column in (c for c in SLICES if c in rows):
        values = rows[column].fillna("").astype(str).to_numpy()
        groups = [v for v in rows[column].fillna("").astype(str).value_counts().index if v]
        for value in groups[:SLICE_VALUES] if len(groups) > 1 or (groups and (values == "").any()) else []:
            inside = values == value
            entry: dict[str, Any] = {
                "slice": column,
                "value": value,
                "count": int(inside.sum()),
                "patients": answers.units(inside),
                "accuracy": answers.accuracy(inside).to_json(),
            }
            if answers.place >= 0:
                rates = answers.rates(inside)
                entry |= {"positives": int((answers.positive & inside).sum()), "auc": answers.auc(inside).to_json()}
                entry |= {name: interval.to_json() for name, interval in rates.items()}
            found.append(entry)
    return found
