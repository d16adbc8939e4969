"""How the service ends: not ready at once, what was accepted is finished, and then it goes."""

from __future__ import annotations

import logging
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

import uvicorn

from engine.serving.busy import Draining

log = logging.getLogger("breakeven.inference")
FINISH_SECONDS = 30.0
"""How long the process may take after SIGTERM."""
COMPUTE_SECONDS = 25.0
"""How long accepted requests may be computed after it; the rest is for sending the answers."""
QUIET_SECONDS = 0.25
"""How long after the last answer open connections are told that the service is stopping, so that none is closed under
a request."""


class Lifecycle:
    """Whether requests are taken, and how many are being answered."""

    def __init__(self) -> None:
        self.started = False
        self.open = 0
        """Accepted requests that are not answered."""
        self._stopping_since: float | None = None
        self._answered_at = 0.0

    @contextmanager
    def accepted(self) -> Iterator[None]:
        """Hold the process until a request is answered. Raises Draining when it takes no new ones."""
        if self.stopping:
            raise Draining.now()
        self.open += 1
        try:
            yield
        finally:
            self.open -= 1
            self._answered_at = time.monotonic()

    @property
    def ready(self) -> bool:
        return self.started and not self.stopping

    @property
    def stopping(self) -> bool:
        return self._stopping_since is not None

    def stop(self) -> None:
        """Take no new requests from now on."""
        if self._stopping_since is None:
            self._stopping_since = time.monotonic()
            log.info("stopping", extra={"open": self.open})

    def over(self, connections: int) -> bool:
        """Return whether the process may go: everything is answered and whoever is connected knows, or time is up."""
        if self._stopping_since is None:
            return False
        now = time.monotonic()
        if now - self._stopping_since > COMPUTE_SECONDS:
            return True
        quiet = now - max(self._stopping_since, self._answered_at) > QUIET_SECONDS
        return not self.open and (quiet or not connections)


class DrainingServer(uvicorn.Server):
    """A server that goes on answering after SIGTERM until its lifecycle is over; a second signal ends it at once."""

    def __init__(self, config: uvicorn.Config, lifecycle: Lifecycle) -> None:
        super().__init__(config)
        self._lifecycle = lifecycle

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:  # noqa: ARG002 - uvicorn's
        if self._lifecycle.stopping:
            self.force_exit = sig == signal.SIGINT
            self.should_exit = True
        self._lifecycle.stop()

    async def on_tick(self, counter: int) -> bool:
        if self._lifecycle.over(len(self.server_state.connections)):
            self.should_exit = True
        return await super().on_tick(counter)
