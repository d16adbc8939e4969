"""How well one class is found: ROC and precision-recall curves, sensitivity at a specificity, net benefit.

All from scores and row weights, so that a bootstrap of rows or of patients is one matrix product away.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from engine.tasks.bootstrap import Interval, percentile_interval, resampled_weights
from engine.tasks.clusters import cluster_weights

SPECIFICITIES = (0.8, 0.9, 0.95)
POINTS = 200
"""The most points of a curve."""
GRID = np.linspace(0.0, 1.0, 101)
"""Where the bands of the curves are taken."""
DECISION_THRESHOLDS = np.arange(1, 100) / 100
ELEMENTS = 20_000_000
"""Resamples × rows that are held at once; with more rows there are fewer resamples, at least LEAST_RESAMPLES."""
LEAST_RESAMPLES = 200


@dataclass(frozen=True)
class Counts:
    """Weighted counts at each distinct score, highest first; weights (R, N) give arrays (R, T)."""

    thresholds: np.ndarray
    """(T,): a row is positive when its score is at least this."""
    true_positives: np.ndarray
    false_positives: np.ndarray
    positives: np.ndarray
    """(R, 1)."""
    negatives: np.ndarray

    @property
    def sensitivity(self) -> np.ndarray:
        return _share(self.true_positives, self.positives)

    @property
    def specificity(self) -> np.ndarray:
        return 1.0 - _share(self.false_positives, self.negatives)

    @property
    def precision(self) -> np.ndarray:
        return _share(self.true_positives, self.true_positives + self.false_positives)


def draws(rows: int, clusters: np.ndarray | None, generator: np.random.Generator, resamples: int) -> np.ndarray:
    """Return row weights (R, N) of the bootstrap: of patients where `clusters` (N,) says which rows are theirs."""
    count = min(resamples, max(LEAST_RESAMPLES, ELEMENTS // max(1, rows)))
    pieces = (
        resampled_weights(rows, generator, resamples=count)
        if clusters is None
        else cluster_weights(clusters, generator, resamples=count)
    )
    return np.concatenate(list(pieces)).astype(np.float32)


def count(scores: np.ndarray, positive: np.ndarray, weights: np.ndarray) -> Counts:
    """Return the counts for scores (N,), truth (N,) bool and row weights (R, N)."""
    order = np.argsort(-scores, kind="stable")
    ranked = scores[order]
    last = np.append(np.flatnonzero(np.diff(ranked)), len(ranked) - 1)
    hits = np.cumsum(weights[:, order] * positive[order], axis=1, dtype=np.float64)
    alarms = np.cumsum(weights[:, order] * ~positive[order], axis=1, dtype=np.float64)
    return Counts(ranked[last], hits[:, last], alarms[:, last], hits[:, -1:], alarms[:, -1:])


def roc_curve(found: Counts, drawn: Counts) -> dict[str, Any]:
    """Return thinned points (threshold, sensitivity, specificity), and the band of sensitivity over 1 - specificity."""
    kept = thinned(len(found.thresholds))
    points = [
        {"threshold": float(t), "sensitivity": float(a), "specificity": float(b)}
        for t, a, b in zip(found.thresholds[kept], found.sensitivity[0, kept], found.specificity[0, kept], strict=True)
    ]
    curves = [
        np.interp(GRID, np.append(0.0, 1.0 - b), np.append(0.0, a))
        for a, b in zip(drawn.sensitivity, drawn.specificity, strict=True)
        if np.isfinite(a).all() and np.isfinite(b).all()
    ]
    return {"points": points, "band": _band(curves, "false_positive_rate")}


def precision_recall_curve(found: Counts, drawn: Counts) -> dict[str, Any]:
    """Return thinned points (threshold, recall, precision), and the band of precision over recall."""
    kept = thinned(len(found.thresholds))
    points = [
        {"threshold": float(t), "recall": float(a), "precision": float(b)}
        for t, a, b in zip(found.thresholds[kept], found.sensitivity[0, kept], found.precision[0, kept], strict=True)
    ]
    curves = [
        np.interp(GRID[1:], np.append(0.0, a), np.append(b[:1], b))
        for a, b in zip(drawn.sensitivity, drawn.precision, strict=True)
        if np.isfinite(a).all() and np.isfinite(b).all()
    ]
    return {"points": points, "band": _band(curves, "recall", GRID[1:])}


def at_specificity(found: Counts, drawn: Counts, least: float) -> dict[str, Any]:
    """Return the highest sensitivity that leaves specificity at `least` or above, its threshold and its interval.

    Each resample chooses its own threshold, so the interval holds the doubt about that too.
    """
    allowed = np.flatnonzero(found.specificity[0] >= least)
    values = np.where(drawn.specificity >= least, drawn.sensitivity, 0.0).max(axis=1)
    best = int(allowed[-1]) if allowed.size else -1
    value = float(found.sensitivity[0, best]) if best >= 0 else 0.0
    return {
        "specificity": least,
        "threshold": float(found.thresholds[best]) if best >= 0 else None,
        "sensitivity": percentile_interval(value, values).to_json(),
    }


def decision_curve(scores: np.ndarray, positive: np.ndarray, weights: np.ndarray) -> list[dict[str, Any]]:
    """Return the net benefit a row of acting on the model, on everyone and on nobody, at each threshold probability.

    Vickers and Elkin 2006, "Decision curve analysis": true positives less false positives weighted by the odds of the
    threshold, both as shares of all rows. Acting on nobody gives 0.
    """
    odds = DECISION_THRESHOLDS / (1.0 - DECISION_THRESHOLDS)
    acted = scores[:, None] >= DECISION_THRESHOLDS
    gain = np.where(positive[:, None], 1.0, -odds) * acted
    everyone = float(positive.mean()) - float((~positive).mean()) * odds
    means = weights @ gain / weights.sum(axis=1, keepdims=True)
    return [
        {
            "threshold": float(t),
            "model": percentile_interval(float(gain[:, i].mean()), means[:, i]).to_json(),
            "everyone": float(everyone[i]),
            "nobody": 0.0,
        }
        for i, t in enumerate(DECISION_THRESHOLDS)
    ]


def rate(right: np.ndarray, among: np.ndarray, weights: np.ndarray) -> tuple[float, np.ndarray]:
    """Return the share of `right` (N,) in the rows `among` (N,) bool, and the same for each resample (R,)."""
    value = float(right[among].mean()) if among.any() else float("nan")
    return value, _share(weights @ (right & among).astype(np.float64), weights @ among.astype(np.float64))


def thinned(count: int) -> np.ndarray:
    """Return at most POINTS positions of `count`, both ends among them."""
    return np.unique(np.linspace(0, count - 1, min(count, POINTS)).round().astype(np.int64))


def _band(curves: list[np.ndarray], over: str, grid: np.ndarray = GRID) -> list[dict[str, float]]:
    if not curves:
        return []
    low, high = np.quantile(np.stack(curves), [0.025, 0.975], axis=0)
    return [{over: float(x), "low": float(a), "high": float(b)} for x, a, b in zip(grid, low, high, strict=True)]


def _share(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    empty = np.full(np.broadcast(part, whole).shape, np.nan)
    return np.asarray(np.divide(part, whole, out=empty, where=whole > 0))


__all__ = ["Counts", "Interval", "at_specificity", "count", "decision_curve", "draws", "precision_recall_curve", "rate",
           "roc_curve", "thinned"]  # fmt: skip
