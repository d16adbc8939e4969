"""What being right is worth: the cost of a model's errors per 1,000 decisions.

Cost = Σ over (actual, predicted) of share × price, with the shares counted on the test part. The interval is 95 %,
normal, from the variance of the cost of one decision. With a prevalence of one's own, each actual class is weighted
by it instead of by its share of the test part (and its variance by the rows of that class).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from engine.economics.figure import Figure, finite, not_negative
from engine.economics.projection import rounded
from engine.errors import BadInput
from engine.messages import Message

Z_95 = 1.959963984540054
Costs = Mapping[tuple[str, str], float]
"""(actual, predicted) → USD. Pairs that are not named cost nothing."""
Array = npt.NDArray[np.float64]


def error_cost_per_1000(
    confusion: npt.ArrayLike,
    labels: Sequence[str],
    costs: Costs,
    *,
    prevalence: Mapping[str, float] | None = None,
) -> Figure:
    """Return the USD that errors cost in 1,000 decisions.

    `confusion` (C, C) counts rows of the test part: actual down, predicted across, in the order of `labels`.
    `costs` are assumptions, so the figure is "assumed" unless nothing costs anything.
    Raises BadInput for a price that is not finite, a label that is not there, or a class with a prevalence and no row.
    """
    counts, prices = _counts(confusion, labels), _prices(labels, costs)
    mean, error = _per_decision(counts, prices, _weights(counts, labels, prevalence))
    formula = Message(
        "{rows} decisions of the test part, each error at its assumed price: {usd} USD a decision × 1,000.",
        rows=int(counts.sum()),
        usd=rounded(mean),
    )
    low = max(0.0, mean - Z_95 * error) if prices.min() >= 0 else mean - Z_95 * error
    return Figure(mean * 1000, "USD per 1,000", "assumed", low * 1000, (mean + Z_95 * error) * 1000, formula)


def value_per_1000(
    confusion: npt.ArrayLike,
    labels: Sequence[str],
    costs: Costs,
    *,
    prevalence: Mapping[str, float] | None = None,
) -> Figure:
    """Return the USD that the model saves in 1,000 decisions against the best answer given without looking.

    That answer is the one class which, always said, costs least. Below 0 the model does harm. The interval is of the
    difference, decision by decision. Raises BadInput like `error_cost_per_1000`.
    """
    counts, prices = _counts(confusion, labels), _prices(labels, costs)
    weights = _weights(counts, labels, prevalence)
    blind = _blind(weights, prices)
    mean, error = _per_decision(counts, prices[:, [blind]] - prices, weights)
    formula = Message(
        "Cost of always answering {label} − cost of the model's errors: {usd} USD a decision × 1,000.",
        label=labels[blind],
        usd=rounded(mean),
    )
    low, high = mean - Z_95 * error, mean + Z_95 * error
    return Figure(mean * 1000, "USD per 1,000", "assumed", low * 1000, high * 1000, formula)


def blind_answer(
    confusion: npt.ArrayLike,
    labels: Sequence[str],
    costs: Costs,
    *,
    prevalence: Mapping[str, float] | None = None,
) -> Array:
    """Return the confusion matrix (C, C) of always saying the class that then costs least, on the same rows."""
    counts = _counts(confusion, labels)
    said = np.zeros_like(counts)
    said[:, _blind(_weights(counts, labels, prevalence), _prices(labels, costs))] = counts.sum(axis=1)
    return said


def _blind(weights: Array, prices: Array) -> int:
    """Return the place of the class which, always said, costs least."""
    return int((weights.sum(axis=1) @ prices).argmin())


def _per_decision(counts: Array, prices: Array, weights: Array) -> tuple[float, float]:
    """Return mean and standard error of the price of one decision; `weights` (C, C) sum to 1."""
    mean = float((weights * prices).sum())
    rows = counts.sum(axis=1)
    if np.allclose(weights, counts / counts.sum()):
        variance = float((weights * (prices - mean) ** 2).sum()) / counts.sum()
        return mean, float(np.sqrt(variance))
    seen = rows > 0
    within = counts[seen] / rows[seen, None]
    class_mean = (within * prices[seen]).sum(axis=1)
    class_variance = (within * (prices[seen] - class_mean[:, None]) ** 2).sum(axis=1) / rows[seen]
    return mean, float(np.sqrt((weights[seen].sum(axis=1) ** 2 * class_variance).sum()))


def _weights(counts: Array, labels: Sequence[str], prevalence: Mapping[str, float] | None) -> Array:
    """Return the share of each (actual, predicted) pair, (C, C)."""
    if prevalence is None:
        return np.asarray(counts / counts.sum())
    for label in prevalence:
        _index(label, labels)
    shares = np.array(
        [not_negative(Message("The prevalence of {label}", label=k), prevalence.get(k, 0)) for k in labels]
    )
    if shares.sum() <= 0:
        raise BadInput("No class has a prevalence above 0; give at least one.")
    rows = counts.sum(axis=1)
    for label, part, count in zip(labels, shares, rows, strict=True):
        if part > 0 and count == 0:
            raise BadInput("The test part has no {label}; leave its prevalence at 0.", label=label)
    return np.asarray((shares / shares.sum())[:, None] * counts / np.maximum(rows, 1)[:, None])


def decide_by_cost(
    probabilities: npt.ArrayLike, labels: Sequence[str], costs: Costs, *, times_as_often: npt.ArrayLike = 1.0
) -> npt.NDArray[np.int64]:
    """Return for each row (N, C) the class whose expected cost is least (Elkan 2001), as its place in `labels`.

    `times_as_often` (C,) is how many times as often each class comes as where the probabilities were learnt: each is
    multiplied by it (M. Saerens et al., Adjusting the outputs of a classifier to new a priori probabilities, Neural
    Computation 14(1), 2002; dividing by their sum would not change which class costs least).
    """
    p = np.asarray(probabilities, dtype=np.float64)
    if p.ndim != 2 or p.shape[1] != len(labels) or not np.isfinite(p).all():
        raise BadInput("Each row needs a probability for each of {classes} classes.", classes=len(labels))
    return np.asarray((p * np.asarray(times_as_often) @ _prices(labels, costs)).argmin(axis=1))


def confusion_of(truth: npt.ArrayLike, said: npt.ArrayLike, classes: int) -> Array:
    """Return the counts (C, C), actual down, predicted across, of classes given by their place."""
    pairs = np.asarray(truth, dtype=np.int64) * classes + np.asarray(said, dtype=np.int64)
    return np.bincount(pairs, minlength=classes * classes).reshape(classes, classes).astype(np.float64)


def _counts(confusion: npt.ArrayLike, labels: Sequence[str]) -> Array:
    counts = np.asarray(confusion, dtype=np.float64)
    if counts.shape != (len(labels), len(labels)) or not np.isfinite(counts).all() or counts.min(initial=0) < 0:
        raise BadInput("The confusion matrix must have {classes} rows and columns of counts.", classes=len(labels))
    if counts.sum() <= 0:
        raise BadInput("The confusion matrix has no rows; evaluate the model first.")
    return counts


def _prices(labels: Sequence[str], costs: Costs) -> Array:
    prices = np.zeros((len(labels), len(labels)))
    for (actual, predicted), usd in costs.items():
        field = Message("The cost of {actual} taken for {predicted}", actual=actual, predicted=predicted)
        prices[_index(actual, labels), _index(predicted, labels)] = finite(field, usd)
    return prices


def _index(label: str, labels: Sequence[str]) -> int:
    if label not in labels:
        raise BadInput("There is no class {label}; choose one of {labels}.", label=label, labels=", ".join(labels))
    return list(labels).index(label)
