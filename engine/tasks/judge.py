"""How good a classifier is on rows it has not seen, how sure that is, and where it fails.

Plain numpy, vectorised over resamples; tests hold every figure against scikit-learn.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from engine.errors import BadInput, Failure
from engine.messages import Message
from engine.tasks.bootstrap import (
    RESAMPLES,
    Interval,
    Rates,
    auc_of,
    percentile_interval,
    proportion_interval,
    rates,
    resampled_counts,
    resampled_weights,
)
from engine.tasks.clusters import cluster_weights
from engine.tasks.failures import RELIABILITY_BINS, bins_of, length_slices, mistakes, reliability

FEW_ROWS = 100
BUDGET = 40_000_000
"""Resamples × rows × classes that row resampling may cost, a second or two; beyond, it draws from a sample of rows."""


def judge(
    truth: np.ndarray,
    probabilities: np.ndarray,
    labels: Sequence[str],
    texts: Sequence[str],
    rows: Sequence[int] | np.ndarray,
    *,
    seed: int,
    positive: str | None = None,
    resamples: int = RESAMPLES,
    clusters: np.ndarray | None = None,
) -> dict[str, Any]:
    """Return the "quality" block of a report, ready for JSON.

    `truth` (N,) holds class numbers, `probabilities` (N, C) sums to 1 a row, `labels` names the C classes, `texts` and
    `rows` (N,) are the sentences and their row numbers. `positive` names the class whose AUC is quoted; without it the
    AUC is the mean over classes, one against the rest. `clusters` (N,) says which rows belong together, as those of one
    patient: intervals then resample clusters, and without it rows. Figures are shares from 0 to 1; log loss is in nats.
    A class without rows has None for its figures, is left out of the means, and is named in "notes".

    Raises BadInput when there is no row or `positive` is no label, Failure when a probability is not a number.
    """
    truth, probabilities = np.asarray(truth, dtype=np.int64), np.asarray(probabilities, dtype=np.float64)
    _check(truth, probabilities, labels, positive)
    predicted = probabilities.argmax(axis=1)
    generator = np.random.default_rng(seed)
    metrics, per_class, confusion = _from_confusion(truth, predicted, labels, generator, resamples, clusters)
    ranking, class_aucs = _from_rows(truth, probabilities, labels, positive, generator, resamples, clusters)
    for entry, auc in zip(per_class, class_aucs, strict=True):
        entry["auc"] = auc.to_json()
    slices = length_slices(texts, truth == predicted, generator, resamples)
    return {
        "rows": len(truth),
        "resamples": resamples,
        "metrics": {name: interval.to_json() for name, interval in {**metrics, **ranking}.items()},
        "per_class": per_class,
        "confusion": confusion.tolist(),
        "reliability": reliability(truth, probabilities, generator, resamples, clusters),
        "slices": slices,
        "mistakes": mistakes(truth, probabilities, labels, texts, rows),
        "notes": [note.to_json() for note in _notes(truth, predicted, labels)],
    }


def _check(truth: np.ndarray, probabilities: np.ndarray, labels: Sequence[str], positive: str | None) -> None:
    if probabilities.shape != (len(truth), len(labels)):
        raise ValueError(f"probabilities are {probabilities.shape}, expected {(len(truth), len(labels))}")
    if not len(truth):
        raise BadInput("There are no rows to judge the model on; choose data with a test part.")
    if positive is not None and positive not in labels:
        raise BadInput(
            "{label} is not a class of this data; choose one of: {labels}.", label=positive, labels=", ".join(labels)
        )
    if bad := int((~np.isfinite(probabilities)).any(axis=1).sum()):
        raise Failure(
            "The model's answer is not a number for {count} of {rows} rows; train again with a lower learning rate.",
            count=bad,
            rows=len(truth),
        )


def _from_confusion(
    truth: np.ndarray,
    predicted: np.ndarray,
    labels: Sequence[str],
    generator: np.random.Generator,
    resamples: int,
    clusters: np.ndarray | None,
) -> tuple[dict[str, Interval], list[dict[str, Any]], np.ndarray]:
    """Return the metrics, the classes and the confusion matrix (C, C), rows truth and columns predicted."""
    classes = len(labels)
    confusion = np.bincount(truth * classes + predicted, minlength=classes * classes)
    cells = np.flatnonzero(confusion)
    sides = (cells // classes, cells % classes, classes)
    found = rates(confusion[cells].astype(np.float64), *sides)
    if clusters is None:
        counts = resampled_counts(confusion[cells], generator, resamples=resamples)
    else:
        inside = (truth * classes + predicted)[:, None] == cells
        counts = (w @ inside for w in cluster_weights(clusters, generator, resamples=resamples))
    drawn = [rates(c, *sides) for c in counts]
    redrawn = Rates(*(np.concatenate([getattr(d, f) for d in drawn]) for f in Rates.__dataclass_fields__))
    per_class = _classes(found, redrawn, labels)
    metrics = {
        "accuracy": proportion_interval(float(found.accuracy), redrawn.accuracy, len(truth)),
        "macro_f1": _macro_interval(found, redrawn, per_class),
    }
    return metrics, per_class, confusion.reshape(classes, classes)


def _classes(found: Rates, redrawn: Rates, labels: Sequence[str]) -> list[dict[str, Any]]:
    return [
        {
            "label": label,
            "support": int(found.support[c]),
            "precision": proportion_interval(found.precision[c], redrawn.precision[:, c], found.predicted[c]).to_json(),
            "recall": proportion_interval(found.recall[c], redrawn.recall[:, c], found.support[c]).to_json(),
            "f1": _f1_interval(found.f1[c], redrawn.f1[:, c], (found.support + found.predicted - tp)[c]).to_json(),
        }
        for tp in (found.true_positives,)
        for c, label in enumerate(labels)
    ]


def _f1_interval(value: float, redrawn: np.ndarray, trials: float) -> Interval:
    """F1 = 2J / (1 + J), where J = tp / (tp + fp + fn) is a share of `trials` rows: the interval is J's, mapped."""
    shares = proportion_interval(value / (2 - value), redrawn / (2 - redrawn), trials)
    return Interval(*(None if j is None else 2 * j / (1 + j) for j in (shares.value, shares.low, shares.high)))


def _macro_interval(found: Rates, redrawn: Rates, per_class: list[dict[str, Any]]) -> Interval:
    """Where every row is right the bootstrap is silent; the mean of the classes' exact ends is a safe lower end."""
    value = float(found.macro_f1)
    if value == 1.0:
        lows = [entry["f1"]["low"] for entry in per_class if entry["f1"]["low"] is not None]
        return Interval(value, float(np.mean(lows)), 1.0)
    return percentile_interval(value, redrawn.macro_f1)


def _from_rows(
    truth: np.ndarray,
    probabilities: np.ndarray,
    labels: Sequence[str],
    positive: str | None,
    generator: np.random.Generator,
    resamples: int,
    clusters: np.ndarray | None,
) -> tuple[dict[str, Interval], list[Interval]]:
    """Return AUC, ECE and log loss, and each class's AUC.

    Where row resampling would exceed BUDGET it draws within a sample of m of the N rows and scales the deviations by
    sqrt(m / N), as the error of each of these means and shares does.
    """
    n, classes = probabilities.shape
    m = min(n, max(1000, BUDGET // (resamples * classes))) if clusters is None else n
    value = np.concatenate([f(np.ones((1, n))) for f in _row_statistics(truth, probabilities)], axis=1)[0]
    chosen = generator.choice(n, m, replace=False) if m < n else np.arange(n)
    statistics = _row_statistics(truth[chosen], probabilities[chosen])
    weights = (
        resampled_weights(m, generator, resamples=resamples)
        if clusters is None
        else cluster_weights(clusters, generator, resamples=resamples)
    )
    pieces = [np.concatenate([f(w) for f in statistics], axis=1) for w in weights]
    drawn = _with_macro(np.concatenate(pieces), labels, positive)
    value = _with_macro(value[None], labels, positive)[0]
    if m < n:
        centre = np.concatenate([f(np.ones((1, m))) for f in statistics], axis=1)
        drawn = value + (drawn - _with_macro(centre, labels, positive)) * np.sqrt(m / n)
    intervals = [percentile_interval(float(v), drawn[:, i]) for i, v in enumerate(value)]
    auc, loss, aucs = intervals[0], intervals[2], intervals[3:]
    return {"auc": auc, "ece": _ece_interval(float(value[1]), drawn[:, 1]), "log_loss": loss}, aucs


def _row_statistics(truth: np.ndarray, probabilities: np.ndarray) -> list[Callable[[np.ndarray], np.ndarray]]:
    """Return functions of row weights (R, N): ECE (R, 1), log loss (R, 1), and each class's AUC (R, C)."""
    n, classes = probabilities.shape
    confidence, right = probabilities.max(axis=1), probabilities.argmax(axis=1) == truth
    gaps = np.eye(RELIABILITY_BINS)[bins_of(confidence)] * (right - confidence)[:, None]
    losses = -np.log(np.clip(probabilities[np.arange(n), truth], np.finfo(np.float64).eps, 1.0))
    aucs = [auc_of(probabilities[:, c], truth == c) for c in range(classes)]
    return [
        lambda w: np.abs(w @ gaps).sum(axis=1, keepdims=True) / w.sum(axis=1, keepdims=True),
        lambda w: (w @ losses)[:, None] / w.sum(axis=1, keepdims=True),
        lambda w: np.stack([auc(w) for auc in aucs], axis=1),
    ]


def _with_macro(statistics: np.ndarray, labels: Sequence[str], positive: str | None) -> np.ndarray:
    """Put the AUC that is quoted before ECE, log loss and the classes' AUCs: (R, 2 + C) becomes (R, 3 + C)."""
    aucs = statistics[:, 2:]
    if positive is not None:
        return np.asarray(np.column_stack([aucs[:, list(labels).index(positive)], statistics]))
    known = np.isfinite(aucs)
    counted = known.sum(axis=1)
    mean = np.where(known, aucs, 0.0).sum(axis=1) / np.maximum(counted, 1)
    return np.asarray(np.column_stack([np.where(counted > 0, mean, np.nan), statistics]))


def _ece_interval(value: float, drawn: np.ndarray) -> Interval:
    """Noise in the bins can only raise a sum of absolute gaps: move the median of the resamples back to `value`."""
    moved = np.clip(drawn - np.median(drawn) + value, 0.0, 1.0)
    return percentile_interval(value, moved)


def _notes(truth: np.ndarray, predicted: np.ndarray, labels: Sequence[str]) -> list[Message]:
    notes = []
    classes = range(len(labels))
    if missing := [labels[c] for c in classes if not (truth == c).any()]:
        notes.append(
            Message(
                "No row has the class {labels}: it could not be judged and is left out of the means.",
                labels=", ".join(missing),
            )
        )
    if never := [labels[c] for c in classes if (truth == c).any() and not (predicted == c).any()]:
        notes.append(Message("The model never answers {labels}.", labels=", ".join(never)))
    if len(truth) < FEW_ROWS:
        notes.append(
            Message("Only {rows} rows were judged: take every figure as a rough one.", rows=len(truth)),
        )
    return notes
