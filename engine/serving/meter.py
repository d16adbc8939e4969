"""What every inference request took: ASGI middleware around all others, so that refused requests count too.

Each answer carries the prediction's id in the header `x-prediction-id`, which a correction names. The line of usage is
written by the journal's thread. Nothing of what was asked or answered is kept but counts.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from engine.files import new_id
from engine.serving.asked import CURRENT, Asked
from engine.serving.http import GONE_STATUS
from engine.serving.journal import Journal
from engine.serving.keys import OWN
from engine.serving.metrics import Metrics
from engine.serving.statistics import Statistics

INFER = re.compile(r"/v2/models/([^/]+)(?:/versions/[^/]+)?/infer")
STICKY = "x-sticky-key"
"""The header with the sticky key: who sends the same one gets the same version (`engine.serving.live`)."""
PREDICTION = "x-prediction-id"
LOAD_TEST = "x-load-test"
"""The header of requests that only try how much the service can take. They are counted at /metrics and not in the
usage, from which load, cost and drift are told; with the dashboard's own key alone, so that nobody else escapes it."""


class Meter:
    """Gives each request its `Asked`, and writes down what an inference request took."""

    def __init__(
        self, app: ASGIApp, journal: Journal, metrics: Metrics, statistics: Statistics, known: Callable[[str], str]
    ) -> None:
        """`known` returns the name of a model as it is kept, or "" for one that is not there."""
        self._app = app
        self._journal = journal
        self._metrics, self._statistics = metrics, statistics
        self._known = known

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        asked = Asked(sticky=Headers(scope=scope).get(STICKY, ""))
        token = CURRENT.set(asked)
        try:
            if (path := INFER.fullmatch(scope["path"])) is None:
                await self._app(scope, receive, send)
            else:
                asked.id = new_id()
                await self._measured(scope, receive, send, asked, path[1])
        finally:
            CURRENT.reset(token)

    async def _measured(self, scope: Scope, receive: Receive, send: Send, asked: Asked, named: str) -> None:
        began, status, bytes_in, bytes_out = time.perf_counter(), GONE_STATUS, 0, 0

        async def received() -> Message:
            nonlocal bytes_in
            message = await receive()
            bytes_in += len(message.get("body", b""))
            return message

        async def sent(message: Message) -> None:
            nonlocal status, bytes_out
            if message["type"] == "http.response.start":
                status = int(message["status"])
                MutableHeaders(scope=message)[PREDICTION] = asked.id
            bytes_out += len(message.get("body", b""))
            await send(message)

        self._metrics.in_flight.inc()
        try:
            await self._app(scope, received, sent)
        except Exception:
            status = 500
            raise
        finally:
            seconds = time.perf_counter() - began
            self._metrics.in_flight.dec()
            asked.model = asked.model or self._known(named)
            self._metrics.count(asked, seconds, status)
            self._statistics.count(asked, seconds, status)
            if not (asked.key == OWN and LOAD_TEST in Headers(scope=scope)):
                self._journal.write(asked, ms=seconds * 1e3, status=status, bytes_in=bytes_in, bytes_out=bytes_out)
