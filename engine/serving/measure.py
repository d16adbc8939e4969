"""How fast a model answers on this machine: wall clock, tokenising included."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from itertools import cycle, islice
from typing import Any

import numpy as np

from engine.errors import BadInput, Cancelled
from engine.serving.runtime import Classifier

BATCHES = (4, 8, 16, 32)
SINGLE_REQUESTS = 200
"""Requests of one text that the percentiles are taken of."""
TEXTS_PER_BATCH_SIZE = 128
WARM_UP = 16


def measure(
    classifier: Classifier,
    texts: Sequence[str],
    *,
    should_stop: Callable[[], bool] = lambda: False,
    batches: Sequence[int] = BATCHES,
    requests: int = SINGLE_REQUESTS,
) -> dict[str, Any]:
    """Return `latency_ms` (p50, p95, p99 at batch 1), `throughput_by_batch` (texts a second; 1 from the single
    requests), `best_batch` and its `throughput_per_s`, the `provider`, and how many requests and texts were timed.

    Texts are used again when there are few. Raises BadInput without texts, Cancelled once `should_stop` returns true.
    """
    if not texts:
        raise BadInput("There are no texts to measure with; give at least one.")
    classifier.probabilities(texts[:WARM_UP])
    latencies_ms = [_seconds(classifier, [text], 1, should_stop) * 1e3 for text in islice(cycle(texts), requests)]
    sample = list(islice(cycle(_spread(texts, TEXTS_PER_BATCH_SIZE)), max(TEXTS_PER_BATCH_SIZE, max(batches))))
    throughput = {1: 1e3 / float(np.mean(latencies_ms))}
    throughput |= {size: len(sample) / _seconds(classifier, sample, size, should_stop) for size in batches}
    best = max(throughput, key=lambda size: throughput[size])
    p50, p95, p99 = np.percentile(latencies_ms, [50, 95, 99])
    return {
        "latency_ms": {"p50": round(p50, 3), "p95": round(p95, 3), "p99": round(p99, 3)},
        "throughput_by_batch": {str(size): round(value, 1) for size, value in throughput.items()},
        "best_batch": best,
        "throughput_per_s": round(throughput[best], 1),
        "provider": classifier.provider,
        "requests": requests,
        "texts": len(sample),
    }


def _spread(texts: Sequence[str], count: int) -> list[str]:
    """Return `count` texts taken evenly from all, so that their lengths are typical."""
    step = max(1, len(texts) // count)
    return list(texts[::step][:count])


def _seconds(classifier: Classifier, texts: Sequence[str], batch: int, should_stop: Callable[[], bool]) -> float:
    if should_stop():
        raise Cancelled("Measuring was cancelled.")
    began = time.perf_counter()
    classifier.probabilities(texts, batch=batch)
    return time.perf_counter() - began
