"""Rows that wait to be computed, and which of them go together next.

The request that has been served least, then the one that came first, gives the next batch its first row; rows of the
same model and about the same length, whoever sent them, fill it up. So a request of thousands of rows holds up nobody,
nobody waits for ever, and little of a batch is padding.
"""

from __future__ import annotations

import heapq
import threading
import time
from collections import defaultdict, deque
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from engine.serving.busy import DeadlinePassed, Overloaded
from engine.serving.outlook import Outlook
from engine.serving.work import Batch, Work

BUCKET = 4
"""Rows whose lengths differ by less than this count as equally long."""
SPREAD = 1.5
"""The longest row of a batch is at most this many times the shortest, …"""
SHORT = 16
"""… or at most this long: such rows cost hardly more than the call itself."""
QUANTUM_ROWS = 64
"""Rows after which a request lets others go first."""
QUEUE_BYTES = 256 << 20
"""What waiting rows may take in memory, about."""
SWEPT = 256
"""What is over and still stands somewhere is looked for when it may be more than this and than what is not over."""
REMEMBERED = 0.8
"""The weight of what was seen before in running means."""


@dataclass
class _Group:
    """Rows that may be computed together: bucket of length → (work, row), first come first."""

    buckets: defaultdict[int, deque[tuple[Work, int]]] = field(default_factory=lambda: defaultdict(deque))
    rows: int = 0
    dead: int = 0
    """Rows of dropped work that may still stand in the buckets."""

    def sweep(self) -> None:
        """Forget the rows of dropped work once they are many: nobody may come for rows of their length."""
        if self.dead <= self.rows + SWEPT:
            return
        self.dead = 0
        for bucket, line in list(self.buckets.items()):
            self.buckets[bucket] = deque((work, row) for work, row in line if not work.over)


class BatchQueue:
    """A bounded queue of work; any thread may use it."""

    def __init__(self, *, max_rows: int, lanes: int, delay_seconds: float) -> None:
        """`lanes` is how many batches are computed at once; `delay_seconds` how long a row may wait for company."""
        self._max_rows, self._delay = max_rows, delay_seconds
        self._changed = threading.Condition()
        self._heap: list[tuple[int, int, Work]] = []
        self._groups: dict[tuple[Any, ...], _Group] = {}
        self._number = count()
        self._outlook = Outlook(lanes)
        self._gap, self._last_put = 1.0, 0.0
        self._closed = False
        self._sweep_at = SWEPT
        self.waiting_rows = 0
        self._waiting_bytes = 0

    def put(self, work: Work) -> None:
        """Take up work. Raises Overloaded when the queue is full, or so long that the work would miss its deadline."""
        size, rows = work.row_bytes * len(work.rows), len(work.rows)
        positions = sum(map(work.positions, range(rows)))
        with self._changed:
            work.expected_s = self._outlook.seconds(work.model, positions)
            self._admit(rows, size, work.expected_s, work.deadline)
            self._sweep()
            heapq.heappush(self._heap, (0, next(self._number), work))
            group = self._groups.setdefault(work.group, _Group())
            for row in range(rows):
                group.buckets[work.length(row) // BUCKET].append((work, row))
            group.rows += rows
            self._count(rows, size)
            self._outlook.came(work.model, positions)
            now = time.monotonic()
            gap = min(now - self._last_put, 10 * self._delay)
            self._gap = REMEMBERED * self._gap + (1 - REMEMBERED) * gap
            self._last_put = now
            self._changed.notify()

    def check(self, rows: int, deadline: float) -> None:
        """Raise Overloaded when so many rows would be refused whatever they are; it spares encoding them."""
        with self._changed:
            self._admit(rows, 0, self._outlook.seconds(), deadline)

    def take(self) -> Batch | None:
        """Return the next batch, waiting for one; None once the queue is closed and empty."""
        with self._changed:
            while True:
                head = self._head()
                if head is None:
                    if self._closed:
                        return None
                    self._changed.wait()
                elif (wait := self._wait(head)) > 0:
                    self._changed.wait(wait)
                else:
                    return self._batch(head)

    def drop(self, work: Work) -> None:
        """Forget what of the work is not being computed; learn from how long it waited if it waited to its end."""
        now = time.monotonic()
        with self._changed:
            if not work.left or now >= work.deadline:
                self._outlook.waited(work.expected_s, now - work.arrived)
            self._forget(work)

    def finished(self, batch: Batch, seconds: float) -> None:
        """Note how long a batch took, for what others will have to wait."""
        positions = sum(work.positions(row) for work, row in batch.pieces)
        with self._changed:
            self._outlook.computed(batch.model, positions, seconds)

    def close(self) -> None:
        """Let takers go once nothing is left."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def _admit(self, rows: int, size: int, expected_s: float, deadline: float) -> None:
        full = self.waiting_rows + rows > self._max_rows or self._waiting_bytes + size > QUEUE_BYTES
        late = time.monotonic() + self._outlook.at_most(expected_s) > deadline
        if self.waiting_rows and (full or late):
            raise Overloaded.after(self._outlook.seconds())

    def _count(self, rows: int, size: int) -> None:
        self.waiting_rows += rows
        self._waiting_bytes += size

    def _head(self) -> Work | None:
        """Return the work whose turn it is. What is past its deadline goes; what was served since goes back in line."""
        while self._heap:
            served, number, work = self._heap[0]
            if not work.over and time.monotonic() > work.deadline:
                work.error = DeadlinePassed.waiting()
                self._forget(work)
                work.done()
            if work.over or (place := work.taken.find(0, work.next)) < 0:
                heapq.heappop(self._heap)
                continue
            work.next = place
            if (now := work.taken.count(1) // QUANTUM_ROWS) > served:
                heapq.heapreplace(self._heap, (now, number, work))
            else:
                return work
        return None

    def _sweep(self) -> None:
        """Forget long requests that are over: the line may never be so short that their turn comes again."""
        if len(self._heap) > self._sweep_at:
            self._heap = [entry for entry in self._heap if not entry[2].over and entry[2].taken.find(0) >= 0]
            heapq.heapify(self._heap)
            self._sweep_at = 2 * len(self._heap) + SWEPT

    def _wait(self, head: Work) -> float:
        """Return for how many seconds waiting for company pays: none unless others come faster than the delay."""
        company = self._groups[head.group].rows
        if self._closed or head.explanations or self._gap >= self._delay or company >= head.model.batch_rows:
            return 0.0
        return head.arrived + self._delay - time.monotonic()

    def _batch(self, head: Work) -> Batch:
        group, most = self._groups[head.group], head.model.batch_rows
        pieces: list[tuple[Work, int]] = []
        self._pick(head, head.next, pieces)
        first = head.length(head.next)
        for bucket in sorted(group.buckets, key=lambda b: abs(b - first // BUCKET)):
            if not _alike(first, bucket * BUCKET):
                continue
            line = group.buckets[bucket]
            while line and len(pieces) < most:
                work, row = line.popleft()
                if not work.over and not work.taken[row]:
                    self._pick(work, row, pieces)
            if not line:
                del group.buckets[bucket]
        if not group.rows:
            del self._groups[head.group]
        if self.waiting_rows:
            self._changed.notify()
        for work in {work for work, _ in pieces}:
            work.begun = work.begun or time.monotonic()
            work.batch = max(work.batch, len(pieces))
        return Batch(head.model, tuple(pieces))

    def _pick(self, work: Work, row: int, pieces: list[tuple[Work, int]]) -> None:
        work.taken[row] = 1
        pieces.append((work, row))
        self._groups[work.group].rows -= 1
        self._count(-1, -work.row_bytes)

    def _forget(self, work: Work) -> None:
        if work.over:
            return
        work.over = True
        waiting = work.taken.count(0)
        if waiting and (group := self._groups.get(work.group)) is not None:
            self._count(-waiting, -work.row_bytes * waiting)
            self._outlook.came(
                work.model, -sum(work.positions(row) for row in range(len(work.rows)) if not work.taken[row])
            )
            group.rows -= waiting
            group.dead += waiting
            group.sweep()
            if not group.rows:
                del self._groups[work.group]


def _alike(first: int, other: int) -> bool:
    """Return whether rows of these lengths are computed together without much padding."""
    low, high = min(first, other), max(first, other)
    return high <= SHORT or high <= SPREAD * low
