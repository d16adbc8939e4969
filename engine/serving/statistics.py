"""What Triton's statistics extension tells of each model: counts and times since this process started.

https://github.com/triton-inference-server/server/blob/main/docs/protocol/extension_statistics.md. Times are wall clock
in nanoseconds. A request's wait is its queue; reading, checking and encoding are its input, writing the answer its
output.
"""

from __future__ import annotations

import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from engine.serving.asked import Asked
from engine.serving.work import Batch

PARTS = ("queue", "compute_input", "compute_infer", "compute_output")
SUCCESS, FAIL = "success", "fail"


@dataclass
class _Duration:
    """How often something happened and how long it took in all."""

    count: int = 0
    ns: int = 0

    def add(self, milliseconds: float) -> None:
        self.count += 1
        self.ns += round(milliseconds * 1e6)

    def to_json(self) -> dict[str, int]:
        return {"count": self.count, "ns": self.ns}


@dataclass
class _Tally:
    """The figures of one version of a model."""

    last_ms: int = 0
    """When the last request was answered: milliseconds since the epoch."""
    rows: int = 0
    batches: int = 0
    times: dict[str, _Duration] = field(default_factory=lambda: {n: _Duration() for n in (SUCCESS, FAIL, *PARTS)})
    by_size: dict[int, _Duration] = field(default_factory=dict)
    """Rows of a batch → the batches that had so many."""

    def to_json(self, name: str, version: str) -> dict[str, Any]:
        never = _Duration().to_json()
        sizes = [{"batch_size": size, "compute_infer": d.to_json()} for size, d in sorted(self.by_size.items())]
        return {
            "name": name,
            "version": version,
            "last_inference": self.last_ms,
            "inference_count": self.rows,
            "execution_count": self.batches,
            "inference_stats": {
                **{n: d.to_json() for n, d in self.times.items()},
                "cache_hit": never,
                "cache_miss": never,
            },
            "batch_stats": [{**size, "compute_input": never, "compute_output": never} for size in sizes],
        }


class Statistics:
    """The figures of every model that was asked. Any thread may add to them."""

    def __init__(self) -> None:
        self._tallies: dict[tuple[str, str], _Tally] = {}
        self._lock = threading.Lock()

    def count(self, asked: Asked, seconds: float, status: int) -> None:
        """Count one request; what no model was found for is not counted."""
        if not asked.version:
            return
        with self._lock:
            tally = self._of(asked.model, asked.version)
            tally.times[SUCCESS if status == 200 else FAIL].add(seconds * 1e3)
            if status != 200:
                return
            tally.last_ms = time.time_ns() // 1_000_000
            tally.rows += asked.rows
            for part, milliseconds in zip(PARTS, (asked.queue_ms or 0.0, *asked.parts_ms), strict=True):
                tally.times[part].add(milliseconds)

    def count_batch(self, batch: Batch, seconds: float) -> None:
        """Count one batch for each name and version that its rows were asked by."""
        rows = Counter(work.asked_as for work, _ in batch.pieces)
        with self._lock:
            for asked_as, count in rows.items():
                tally = self._of(*asked_as)
                tally.batches += 1
                tally.by_size.setdefault(count, _Duration()).add(seconds * 1e3)

    def told(self, model: str = "", version: str = "", *, versions: tuple[str, ...] = ()) -> dict[str, Any]:
        """Return what is known of a version, of those named in `versions`, or of every model that was asked."""
        with self._lock:
            keys = [(model, v) for v in ((version,) if version else versions)] if model else sorted(self._tallies)
            return {"model_stats": [self._tallies.get(key, _Tally()).to_json(*key) for key in keys]}

    def _of(self, model: str, version: str) -> _Tally:
        return self._tallies.setdefault((model, version), _Tally())
