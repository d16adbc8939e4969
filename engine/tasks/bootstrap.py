"""How sure a figure is: bootstrap intervals, computed for all resamples at once.

What a confusion matrix determines (accuracy, precision, recall, F1) is resampled by drawing whole matrices from a
multinomial, which is the same as drawing rows with replacement and costs nothing per row. What depends on every
probability (AUC, calibration error, log loss) draws row weights.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

RESAMPLES = 1000
LEVEL = 0.95
ELEMENTS_AT_ONCE = 1_000_000
"""Resamples are drawn in pieces of at most this many numbers, so that memory does not grow with the rows."""


@dataclass(frozen=True)
class Interval:
    """A figure with its 95 % interval; all three are None where the data cannot tell."""

    value: float | None
    low: float | None
    high: float | None

    def to_json(self) -> dict[str, float | None]:
        return {"value": self.value, "low": self.low, "high": self.high}


UNKNOWN = Interval(None, None, None)


def percentile_interval(value: float, resampled: np.ndarray) -> Interval:
    """Return `value` between the 2.5th and 97.5th percentile of `resampled` (R,); NaN among them are left out."""
    if not np.isfinite(value):
        return UNKNOWN
    finite = resampled[np.isfinite(resampled)]
    if not finite.size:
        return Interval(float(value), float(value), float(value))
    low, high = np.quantile(finite, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return Interval(float(value), float(min(low, value)), float(max(high, value)))


def proportion_interval(value: float, resampled: np.ndarray, trials: float) -> Interval:
    """Return the bootstrap interval of a share of `trials`; where all or none succeeded, the exact one.

    A bootstrap of ten right out of ten says 1.00 to 1.00. Clopper and Pearson (1934) say 0.69 to 1.00: with k = n the
    lower end is (α/2)^(1/n), with k = 0 the upper end is 1 - (α/2)^(1/n).
    """
    interval = percentile_interval(value, resampled)
    if interval.value in (0.0, 1.0) and trials >= 1:
        reach = float(((1 - LEVEL) / 2) ** (1 / trials))
        return Interval(value, reach, 1.0) if value == 1.0 else Interval(value, 0.0, 1 - reach)
    return interval


@dataclass(frozen=True)
class Rates:
    """Per-class counts and what follows from them; arrays (..., C). NaN where a denominator is 0."""

    true_positives: np.ndarray
    support: np.ndarray
    predicted: np.ndarray

    @property
    def precision(self) -> np.ndarray:
        """0 for a class that has rows and is never predicted, as scikit-learn's zero_division=0."""
        return np.where(self.support > 0, np.nan_to_num(_share(self.true_positives, self.predicted)), np.nan)

    @property
    def recall(self) -> np.ndarray:
        return _share(self.true_positives, self.support)

    @property
    def f1(self) -> np.ndarray:
        return np.where(self.support > 0, _share(2 * self.true_positives, self.support + self.predicted), np.nan)

    @property
    def accuracy(self) -> np.ndarray:
        """Shape (...)."""
        return np.asarray(self.true_positives.sum(axis=-1) / self.support.sum(axis=-1))

    @property
    def macro_f1(self) -> np.ndarray:
        """The mean F1 of the classes that have rows; shape (...)."""
        known = self.support > 0
        return np.asarray(np.where(known, self.f1, 0.0).sum(axis=-1) / np.maximum(known.sum(axis=-1), 1))


def rates(counts: np.ndarray, truth: np.ndarray, predicted: np.ndarray, classes: int) -> Rates:
    """Return the rates of `counts` (..., K) rows in K cells, each with a true and a predicted class (K,)."""
    of_truth, of_predicted = np.eye(classes)[truth], np.eye(classes)[predicted]
    return Rates(counts @ (of_truth * of_predicted), counts @ of_truth, counts @ of_predicted)


def scores(truth: np.ndarray, predicted: np.ndarray) -> dict[str, float]:
    """Return "accuracy" and "macro_f1" of the class numbers `predicted` (N,), both shares, without intervals."""
    found = rates(np.ones(len(truth)), truth, predicted, int(max(truth.max(), predicted.max())) + 1)
    return {"accuracy": float(found.accuracy), "macro_f1": float(found.macro_f1)}


def resampled_counts(
    counts: np.ndarray, generator: np.random.Generator, *, resamples: int = RESAMPLES
) -> Iterator[np.ndarray]:
    """Yield pieces of (R, K) cell counts, each row a multinomial draw of as many rows as `counts` (K,) holds."""
    total = int(counts.sum())
    for size in _pieces(resamples, len(counts)):
        yield generator.multinomial(total, counts / total, size=size).astype(np.float64)


def resampled_weights(rows: int, generator: np.random.Generator, *, resamples: int = RESAMPLES) -> Iterator[np.ndarray]:
    """Yield pieces of (R, N) row weights: how often each row was drawn when N are drawn with replacement."""
    for size in _pieces(resamples, rows):
        drawn = generator.integers(0, rows, (size, rows)) + np.arange(size)[:, None] * rows
        yield np.bincount(drawn.ravel(), minlength=size * rows).reshape(size, rows).astype(np.float64)


def auc_of(scores: np.ndarray, positive: np.ndarray) -> Callable[[np.ndarray], np.ndarray]:
    """Return a function of row weights (R, N) that gives the area under the ROC curve (R,), ties counting half.

    The Mann-Whitney form: the weighted share of pairs in which the positive row (N,) scores higher. NaN where one side
    has no weight.
    """
    order = np.argsort(scores, kind="stable")
    ranked, is_positive = scores[order], positive[order]
    below = np.searchsorted(ranked[~is_positive], ranked[is_positive], side="left")
    through = np.searchsorted(ranked[~is_positive], ranked[is_positive], side="right")
    positives, negatives = order[is_positive], order[~is_positive]

    def auc(weights: np.ndarray) -> np.ndarray:
        drawn = weights[:, positives]
        beaten = np.zeros((len(weights), len(negatives) + 1))
        np.cumsum(weights[:, negatives], axis=1, out=beaten[:, 1:])
        won = np.einsum("rp,rp->r", drawn, beaten[:, below] + beaten[:, through]) / 2
        return _share(won, drawn.sum(axis=1) * beaten[:, -1])

    return auc


def _share(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    empty = np.full(np.broadcast(part, whole).shape, np.nan)
    return np.asarray(np.divide(part, whole, out=empty, where=whole > 0))


def _pieces(resamples: int, width: int) -> Iterator[int]:
    most = max(1, ELEMENTS_AT_ONCE // max(1, width))
    for start in range(0, resamples, most):
        yield min(most, resamples - start)
