"""Where a classifier fails: how sure it was against how often it was right, by length, and its worst mistakes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from engine.tasks.bag import WORD
from engine.tasks.bootstrap import UNKNOWN, proportion_interval
from engine.tasks.clusters import cluster_weights

RELIABILITY_BINS = 10
LENGTH_SLICES = 4
MISTAKES = 30
MISTAKE_CHARACTERS = 1000


def reliability(
    truth: np.ndarray,
    probabilities: np.ndarray,
    generator: np.random.Generator,
    resamples: int,
    clusters: np.ndarray | None = None,
) -> list[dict[str, float | int | None]]:
    """Return ten equal bins of confidence: how sure the model was, and how often it was right, "low" to "high".

    Naeini et al. 2015; a perfectly calibrated model has accuracy equal to confidence in every bin. `clusters` as for
    `engine.tasks.judge.judge`.
    """
    confidence, right = probabilities.max(axis=1), probabilities.argmax(axis=1) == truth
    inside = bins_of(confidence)[:, None] == np.arange(RELIABILITY_BINS)
    counts, hits = inside.sum(axis=0), inside[right].sum(axis=0)
    shares = hits / np.maximum(counts, 1)
    if clusters is None:
        drawn = generator.binomial(counts, shares, (resamples, RELIABILITY_BINS)) / np.maximum(counts, 1)
    else:
        drawn = _drawn_by_cluster(inside, right, cluster_weights(clusters, generator, resamples=resamples))
    return [
        {
            "from": k / RELIABILITY_BINS,
            "to": (k + 1) / RELIABILITY_BINS,
            "count": int(n),
            "confidence": float(confidence[inside[:, k]].mean()) if n else None,
            "accuracy": found.value,
            "low": found.low,
            "high": found.high,
        }
        for k, n in enumerate(counts)
        for found in (proportion_interval(float(shares[k]), drawn[:, k], int(n)) if n else UNKNOWN,)
    ]


def _drawn_by_cluster(inside: np.ndarray, right: np.ndarray, weights: Iterable[np.ndarray]) -> np.ndarray:
    """Return the share right in each bin, (R, bins), NaN where none was drawn, for pieces of (R, N) row `weights`."""
    sides = inside.astype(np.float64)
    pieces = [(w @ (sides * right[:, None]), w @ sides) for w in weights]
    hits, counts = (np.concatenate(side) for side in zip(*pieces, strict=True))
    return np.asarray(np.divide(hits, counts, out=np.full(hits.shape, np.nan), where=counts > 0))


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
