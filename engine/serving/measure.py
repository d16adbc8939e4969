"""How fast a model answers on this machine: wall clock, encoding included."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from itertools import cycle, islice
from typing import Any

import numpy as np

from engine.errors import BadInput, Cancelled
from engine.serving.runtime import ServedModel

BATCHES = (4, 8, 16, 32)
SINGLE_REQUESTS = 200
"""Requests of one input that the percentiles are taken of."""
INPUTS_PER_BATCH_SIZE = 128
WARM_UP = 16


def measure(
    model: ServedModel,
    inputs: Sequence[Any],
    *,
    should_stop: Callable[[], bool] = lambda: False,
    batches: Sequence[int] = BATCHES,
    requests: int = SINGLE_REQUESTS,
) -> dict[str, Any]:
    """Return `latency_ms` (p50, p95, p99 at batch 1), `throughput_by_batch` (inputs a second; 1 from the single
    requests), `best_batch` and its `throughput_per_s`, the `provider`, and how many requests and inputs were timed.

    Inputs are used again when there are few. Raises BadInput without any, Cancelled once `should_stop` returns true.
    """
    if not len(inputs):
        raise BadInput("There is nothing to measure with; give at least one input.")
    model.answer(inputs[:WARM_UP])
    latencies_ms = [_seconds(model, [one], 1, should_stop) * 1e3 for one in islice(cycle(inputs), requests)]
    sample = list(islice(cycle(_spread(inputs, INPUTS_PER_BATCH_SIZE)), max(INPUTS_PER_BATCH_SIZE, max(batches))))
    throughput = {1: 1e3 / float(np.mean(latencies_ms))}
    throughput |= {size: len(sample) / _seconds(model, sample, size, should_stop) for size in batches}
    best = max(throughput, key=lambda size: throughput[size])
    p50, p95, p99 = np.percentile(latencies_ms, [50, 95, 99])
    return {
        "latency_ms": {"p50": round(p50, 3), "p95": round(p95, 3), "p99": round(p99, 3)},
        "throughput_by_batch": {str(size): round(value, 1) for size, value in throughput.items()},
        "best_batch": best,
        "throughput_per_s": round(throughput[best], 1),
        "provider": model.provider,
        "requests": requests,
        "inputs": len(sample),
    }


def _spread(inputs: Sequence[Any], count: int) -> list[Any]:
    """Return `count` inputs taken evenly from all, so that their lengths are typical."""
    step = max(1, len(inputs) // count)
    return [inputs[i] for i in range(0, len(inputs), step)][:count]


def _seconds(model: ServedModel, inputs: Sequence[Any], batch: int, should_stop: Callable[[], bool]) -> float:
    if should_stop():
        raise Cancelled("Measuring was cancelled.")
    began = time.perf_counter()
    model.answer(inputs, batch=batch)
    return time.perf_counter() - began
