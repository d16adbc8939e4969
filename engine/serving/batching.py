"""The threads that compute what is queued, batch by batch, and the wait for one request's share of it."""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress

import numpy as np

from engine.errors import BadInput
from engine.serving.batch_queue import BatchQueue
from engine.serving.busy import DeadlinePassed
from engine.serving.work import Batch, Work

log = logging.getLogger("breakeven.inference")


class Gone(Exception):
    """Whoever asked does not wait for the answer any more."""


class Batcher:
    """Computes batches on a few threads ("lanes"), the requests of one model together."""

    def __init__(
        self,
        *,
        max_rows: int,
        lanes: int,
        delay_us: int,
        computed: Callable[[Batch, float], None] = lambda _batch, _seconds: None,
    ) -> None:
        """`max_rows` bounds what waits; `delay_us` is how many microseconds a row may wait for company.

        `computed` is told each batch that was computed and how many seconds it took.
        """
        self._computed = computed
        self.queue = BatchQueue(max_rows=max_rows, lanes=lanes, delay_seconds=delay_us / 1e6)
        self.lanes = lanes
        self.running = 0
        """Batches that are being computed."""
        self._lock = threading.Lock()
        self._threads = [threading.Thread(target=self._run, name=f"lane {n}", daemon=True) for n in range(lanes)]
        for thread in self._threads:
            thread.start()

    async def compute(self, work: Work, gone: Callable[[], Awaitable[None]] | None = None) -> None:
        """Return once the work is computed; `gone` returns when nobody waits for it any more.

        Raises Overloaded when the queue is full, DeadlinePassed, Gone, and what the model raised. Of work that is not
        waited for any more, what is not being computed yet never will be.
        """
        loop = asyncio.get_running_loop()
        finished: asyncio.Future[None] = loop.create_future()

        def done() -> None:
            with suppress(RuntimeError):  # the loop is closed: nobody waits
                loop.call_soon_threadsafe(_settle, finished)

        work.done = done
        self.queue.put(work)
        left = asyncio.ensure_future(gone()) if gone is not None and self.queue.waiting_rows else None
        try:
            timeout = None if work.deadline == float("inf") else max(0.0, work.deadline - time.monotonic())
            waited_for = {finished, left} if left is not None else {finished}
            await asyncio.wait(waited_for, timeout=timeout, return_when=asyncio.FIRST_COMPLETED)
            if finished.done():
                if work.error is not None:
                    raise work.error
                return
            if left is not None and left.done():
                raise Gone
            raise DeadlinePassed.waiting()
        finally:
            self.queue.drop(work)
            if left is not None:
                left.cancel()

    def close(self) -> None:
        """Compute what is left, then end the threads."""
        self.queue.close()
        for thread in self._threads:
            thread.join()

    def _run(self) -> None:
        while (batch := self.queue.take()) is not None:
            with self._lock:
                self.running += 1
                alone = self.running == 1 and not self.queue.waiting_rows
            began = time.perf_counter()
            try:
                self._compute(batch, alone)
            finally:
                with self._lock:
                    self.running -= 1
                self.queue.finished(batch, time.perf_counter() - began)

    def _compute(self, batch: Batch, alone: bool) -> None:
        """Compute a batch. When that fails, each request's rows are tried alone: only those at fault fail."""
        shares, began = batch.by_work(), time.perf_counter()
        try:
            answered = batch.compute(batch.model if alone else batch.model.beside)
        except Exception as error:  # noqa: BLE001 - ONNX Runtime's errors share no base class
            if len(shares) > 1:
                for work, rows in shares.items():
                    self._compute(Batch(batch.model, tuple((work, row) for row in rows)), alone)
            else:
                self._fail(next(iter(shares)), error)
            return
        self._computed(batch, time.perf_counter() - began)
        start = 0
        for work, rows in shares.items():
            part = {name: values[start : start + len(rows)] for name, values in answered.items()}
            start += len(rows)
            with self._lock:
                _keep(work, rows, part)
                whole = work.left == 0
            if whole:
                work.done()

    def _fail(self, work: Work, error: Exception) -> None:
        if work.tensors:
            text = str(error).splitlines()[0][:200]
            error = BadInput("The model cannot take these tensors ({error}).", error=text)
        else:
            log.error("batch failed", exc_info=error)
        work.error = error
        self.queue.drop(work)
        work.done()


def _keep(work: Work, rows: list[int], part: dict[str, np.ndarray]) -> None:
    """Put the answers to some rows where they belong."""
    if len(rows) == len(work.rows):
        order = np.argsort(rows)
        work.answered = {name: values[order] for name, values in part.items()}
    else:
        for name, values in part.items():
            if name not in work.answered:
                work.answered[name] = np.empty((len(work.rows), *values.shape[1:]), values.dtype)
            work.answered[name][rows] = values
    work.left -= len(rows)


def _settle(finished: asyncio.Future[None]) -> None:
    if not finished.done():
        finished.set_result(None)
