"""What Prometheus asks for at /metrics: counts and times since this process started.

https://prometheus.io/docs/instrumenting/exposition_formats/; names and units by its naming practices. The text, its
escaping and its histograms are prometheus_client's.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import psutil
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, generate_latest
from starlette.requests import Request
from starlette.responses import Response

from engine.serving.asked import Asked

SECONDS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0)
ROWS = (1, 2, 4, 8, 16, 32, 64, 128, 256, 1024, 4096)


class Metrics:
    """The figures of one service, in a registry of their own."""

    def __init__(self, *, loaded: Callable[[], int], waiting: Callable[[], int]) -> None:
        """`loaded` counts the models in memory, `waiting` the requests that wait for their turn."""
        self.registry = CollectorRegistry()
        self._children: dict[tuple[Any, ...], Any] = {}
        model = ("model", "version")
        self.requests = self._counter(
            "requests", "Inference requests, by the HTTP status they got.", (*model, "status")
        )
        self.rows = self._counter("rows", "Rows that were answered.", model)
        self.seconds = self._histogram("request_seconds", "From a request to its answer.", SECONDS, model)
        self.queue = self._histogram("queue_seconds", "How long requests waited for their turn.", SECONDS, ())
        self.batch = self._histogram("batch_rows", "Rows that were computed together.", ROWS, ("model",))
        self.in_flight = self._gauge("breakeven_in_flight", "Inference requests that are not answered yet.")
        self._gauge("breakeven_queue_depth", "Requests that wait for their turn.").set_function(waiting)
        self._gauge("breakeven_models_loaded", "Models in memory.").set_function(loaded)
        memory = self._gauge("process_resident_memory_bytes", "Resident memory size in bytes.")
        memory.set_function(lambda: psutil.Process().memory_info().rss)

    def count(self, asked: Asked, seconds: float, status: int) -> None:
        """Count one request. What no model answered counts under an empty name: names that strangers make up do not."""
        model = (asked.model, asked.version)
        self._of(self.requests, *model, str(status)).inc()
        if not asked.version:
            return
        self._of(self.seconds, *model).observe(seconds)
        if status == 200:
            self._of(self.rows, *model).inc(asked.rows)
        if asked.queue_ms is not None:
            self.queue.observe(asked.queue_ms / 1e3)
        if asked.batch:
            self._of(self.batch, asked.model).observe(asked.batch)

    def _of(self, metric: Any, *labels: str) -> Any:
        """Return the child of a metric for some labels; looking it up there takes five times as long."""
        key = (id(metric), *labels)
        child = self._children.get(key)
        if child is None:
            child = self._children[key] = metric.labels(*labels)
        return child

    async def show(self, _request: Request) -> Response:
        """Answer GET /metrics."""
        return Response(generate_latest(self.registry), media_type=CONTENT_TYPE_PLAIN_0_0_4)

    def _counter(self, name: str, help_text: str, labels: tuple[str, ...]) -> Counter:
        return Counter(f"breakeven_{name}", help_text, labels, registry=self.registry)

    def _gauge(self, name: str, help_text: str) -> Gauge:
        return Gauge(name, help_text, registry=self.registry)

    def _histogram(self, name: str, text: str, buckets: tuple[float, ...], labels: tuple[str, ...]) -> Histogram:
        return Histogram(f"breakeven_{name}", text, labels, buckets=buckets, registry=self.registry)
