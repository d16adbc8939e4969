"""Where a classifier fails: how sure it was against how often it was right, by length, and its worst mistakes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from engine.tasks.bag import WORD
from engine.tasks.bootstrap import proportion_interval

RELIABILITY_BINS = 10
LENGTH_SLICES = 4
MISTAKES = 30
MISTAKE_CHARACTERS = 1000


def reliability(truth: np.ndarray, probabilities: np.ndarray) -> list[dict[str, float | int | None]]:
    """Return ten equal bins of confidence: how sure the model was, and how often it was right.

    Naeini et al. 2015; a perfectly calibrated model has accuracy equal to confidence in every bin.
    """
    confidence, right = probabilities.max(axis=1), probabilities.argmax(axis=1) == truth
    bins = bins_of(confidence)
    return [
        {
            "from": k / RELIABILITY_BINS,
            "to": (k + 1) / RELIABILITY_BINS,
            "count": int(inside.sum()),
            "confidence": float(confidence[inside].mean()) if inside.any() else None,
            "accuracy": float(right[inside].mean()) if inside.any() else None,
        }
        for k in range(RELIABILITY_BINS)
        for inside in (bins == k,)
    ]


def bins_of(confidence: np.ndarray) -> np.ndarray:
    """Return the bin of each confidence, (N,): bin k holds (k/10, (k+1)/10]."""
    above = np.ceil(confidence * RELIABILITY_BINS).astype(np.int64)
    return np.asarray(np.clip(above - 1, 0, RELIABILITY_BINS - 1))


def length_slices(
    texts: Sequence[str], right: np.ndarray, generator: np.random.Generator, resamples: int
) -> list[dict[str, Any]]:
    """Return the accuracy of up to four slices by the number of words (Chinese: characters) of a text."""
    words = np.array([sum(1 for _ in WORD.finditer(text)) for text in texts])
    edges = np.unique(np.quantile(words, np.linspace(0, 1, LENGTH_SLICES + 1), method="lower"))
    slices = []
    for i in range(max(1, len(edges) - 1)):
        inside = (words >= edges[i]) if i == 0 else (words > edges[i])
        inside &= words <= edges[min(i + 1, len(edges) - 1)]
        hits = right[inside]
        drawn = generator.binomial(hits.size, hits.mean(), resamples) / hits.size
        accuracy = proportion_interval(float(hits.mean()), drawn, hits.size)
        low, high = int(words[inside].min()), int(words[inside].max())
        slices.append({"slice": "length", "from": low, "to": high, "count": hits.size, "accuracy": accuracy.to_json()})
    return slices


def mistakes(
    truth: np.ndarray,
    probabilities: np.ndarray,
    labels: Sequence[str],
    texts: Sequence[str],
    rows: Sequence[int] | np.ndarray,
) -> list[dict[str, Any]]:
    predicted, confidence = probabilities.argmax(axis=1), probabilities.max(axis=1)
    wrong = np.flatnonzero(predicted != truth)
    worst = wrong[np.argsort(-confidence[wrong], kind="stable")][:MISTAKES]
    return [
        {
            "row": int(rows[i]),
            "text": _shown(texts[i]),
            "label": labels[truth[i]],
            "predicted": labels[predicted[i]],
            "probability": float(confidence[i]),
        }
        for i in worst.tolist()
    ]


def _shown(text: str) -> str:
    """Return `text` short enough for a report, and as Unicode that a file can hold."""
    whole = text[: MISTAKE_CHARACTERS + 1].encode("utf-8", "replace").decode()
    return whole if len(whole) <= MISTAKE_CHARACTERS else whole[: MISTAKE_CHARACTERS - 1] + "…"
