"""A load test: closed-loop clients that ask the running service over HTTP, more and more of them at once.

Each client is a thread with a connection of its own that sends its next request when it has its answer. They share the
processors with the service, as both run on this machine, so the figures are a lower bound of what it can do.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from http.client import HTTPConnection, HTTPException
from itertools import cycle, islice
from typing import Any
from urllib.parse import urlsplit

import numpy as np

from engine.errors import BadInput, Cancelled
from engine.serving.asking import Examples, request

CLIENTS = (1, 2, 4, 8, 16, 32)
MOST_CLIENTS = 256
MOST_ROWS = 256
SECONDS = 3.0
"""How long each number of clients asks."""
WARM_UP_SECONDS = 0.5
BODIES = 32
"""Different requests that are sent in turn, so that no answer can be remembered."""
TURNED_AWAY = {429, 503, 504}
"""What the service says when it has too much to do."""
PAUSE_SECONDS = 0.05
ANSWER_SECONDS = 60.0
NEARLY_ALL = 0.95


@dataclass(frozen=True)
class Load:
    """What a load test asks for."""

    clients: tuple[int, ...] = CLIENTS
    """How many ask at once, one level after the other."""
    rows: int = 1
    """Inputs of one request."""
    seconds: float = SECONDS
    """How long a level lasts."""

    def __post_init__(self) -> None:
        if not self.clients or any(not 1 <= n <= MOST_CLIENTS for n in self.clients):
            shown = ", ".join(map(str, self.clients)) or "-"
            raise BadInput(
                "clients is {value}; give whole numbers from 1 to {most}, as 1,2,4.", value=shown, most=MOST_CLIENTS
            )
        if not 1 <= self.rows <= MOST_ROWS:
            raise BadInput("rows is {value}; give a whole number from 1 to {most}.", value=self.rows, most=MOST_ROWS)
        if not 0 < self.seconds <= 60:
            raise BadInput("seconds is {value}; give a number above 0 and up to 60.", value=self.seconds)


@dataclass(frozen=True)
class Level:
    """What so many clients at once measured."""

    clients: int
    requests: int
    """Those that were answered."""
    requests_per_s: float
    rows_per_s: float
    p50_ms: float | None
    """From sending a request to its whole answer; None when none was answered."""
    p95_ms: float | None
    p99_ms: float | None
    turned_away: int
    """Requests that the service refused because it had too much to do: 429, 503, 504."""
    errors: int
    """Requests that failed otherwise, or lost their connection."""

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


@dataclass
class _Seen:
    """What one client saw."""

    ms: list[float] = field(default_factory=list)
    last: float = 0.0
    turned_away: int = 0
    errors: int = 0


def run_load(
    url: str,
    name: str,
    examples: Examples,
    load: Load,
    *,
    headers: dict[str, str] | None = None,
    should_stop: Callable[[], bool] = lambda: False,
    progress: Callable[[int, float], None] = lambda _clients, _fraction: None,
) -> list[Level]:
    """Return what each level of `load` measured of model `name` at `url`. Raises Cancelled once `should_stop` is true.

    `progress` hears how many clients ask at present and which share of the whole is done.
    """
    asker = _Asker(url, f"/v2/models/{name}/infer", bodies(examples, load.rows), headers or {}, should_stop)
    asker.level(1, WARM_UP_SECONDS, load.rows, lambda _share: None)
    levels = []
    for done, clients in enumerate(load.clients):

        def heard(share: float, clients: int = clients, done: int = done) -> None:
            progress(clients, (done + share) / len(load.clients))

        levels.append(asker.level(clients, load.seconds, load.rows, heard))
    return levels


def bodies(examples: Examples, rows: int) -> list[bytes]:
    """Return requests of `rows` inputs each, the examples used in turn."""
    inputs = cycle(examples.inputs)
    return [json.dumps(request(examples.takes, list(islice(inputs, rows)))).encode() for _ in range(BODIES)]


def enough(levels: Sequence[Level]) -> Level:
    """Return the first level that reaches nearly the most rows a second: more clients only wait longer."""
    most = max(level.rows_per_s for level in levels)
    return next(level for level in levels if level.rows_per_s >= NEARLY_ALL * most)


@dataclass(frozen=True)
class _Asker:
    url: str
    path: str
    bodies: list[bytes]
    headers: dict[str, str]
    should_stop: Callable[[], bool]

    def level(self, clients: int, seconds: float, rows: int, progress: Callable[[float], None]) -> Level:
        """Let `clients` ask for `seconds`; return what they saw."""
        seen = [_Seen() for _ in range(clients)]
        began = time.perf_counter()
        end = began + seconds
        threads = [
            threading.Thread(target=self._client, args=(mine, place, end), daemon=True)
            for place, mine in enumerate(seen)
        ]
        for thread in threads:
            thread.start()
        while (left := end - time.perf_counter()) > 0 and not self.should_stop():
            progress(1 - left / seconds)
            time.sleep(min(left, 0.25))
        for thread in threads:
            thread.join()
        if self.should_stop():
            raise Cancelled("The load test was cancelled.")
        return _level(clients, rows, seen, began)

    def _client(self, seen: _Seen, place: int, end: float) -> None:
        where = urlsplit(self.url)
        connection = HTTPConnection(where.hostname or "", where.port, timeout=ANSWER_SECONDS)
        headers = {"Content-Type": "application/json", **self.headers}
        for body in islice(cycle(self.bodies), place, None):
            if (began := time.perf_counter()) >= end or self.should_stop():
                break
            try:
                connection.request("POST", self.path, body, headers)
                answer = connection.getresponse()
                answer.read()
            except (OSError, HTTPException):
                seen.errors += 1
                connection.close()
                time.sleep(PAUSE_SECONDS)
                continue
            if answer.status == 200:
                seen.last = time.perf_counter()
                seen.ms.append((seen.last - began) * 1e3)
            elif answer.status in TURNED_AWAY:
                seen.turned_away += 1
                time.sleep(PAUSE_SECONDS)
            else:
                seen.errors += 1
        with suppress(OSError):
            connection.close()


def _level(clients: int, rows: int, seen: Sequence[_Seen], began: float) -> Level:
    ms = [value for one in seen for value in one.ms]
    took = max((one.last for one in seen), default=began) - began
    per_s = len(ms) / took if ms else 0.0
    p50, p95, p99 = (round(float(p), 3) for p in np.percentile(ms, [50, 95, 99])) if ms else (None, None, None)
    return Level(
        clients=clients,
        requests=len(ms),
        requests_per_s=round(per_s, 2),
        rows_per_s=round(per_s * rows, 2),
        p50_ms=p50,
        p95_ms=p95,
        p99_ms=p99,
        turned_away=sum(one.turned_away for one in seen),
        errors=sum(one.errors for one in seen),
    )
