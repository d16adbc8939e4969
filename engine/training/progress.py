"""How far training is, said a few times a second at most."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

from engine.errors import Cancelled
from engine.training.device import memory_mib

INTERVAL_S = 0.5


class Say(Protocol):
    """Whoever listens: `say("epoch", epoch=1, …)`."""

    def __call__(self, event: str, **values: Any) -> None: ...


@dataclass
class Progress:
    """Counts work in floating-point operations, so that the time left is right across phases of different cost."""

    say: Say
    should_stop: Callable[[], bool]
    total_flops: float = 1.0
    """What the whole training is expected to take."""
    done_flops: float = 0.0
    _started: float = field(default_factory=time.monotonic)
    _said: float = 0.0
    _rows: int = 0
    _since: float = field(default_factory=time.monotonic)

    def phase(self, name: str) -> None:
        """Say that a phase begins, and count examples a second anew."""
        self._rows, self._since = 0, time.monotonic()
        self.say("phase", name=name)
        self.check()

    def check(self) -> None:
        """Raise Cancelled when the work is to stop."""
        if self.should_stop():
            raise Cancelled("The training was cancelled.")

    def step(self, rows: int, flops: float, loss: float | None = None) -> None:
        """Count one batch, say where we are when it is time, and stop when asked to."""
        self.check()
        self.done_flops += flops
        self._rows += rows
        now = time.monotonic()
        if now - self._said >= INTERVAL_S:
            self._said = now
            self._say_step(now, loss)

    def _say_step(self, now: float, loss: float | None) -> None:
        fraction = min(1.0, self.done_flops / self.total_flops)
        elapsed = now - self._started
        self.say(
            "step",
            fraction=round(fraction, 4),
            examples_per_second=round(self._rows / max(now - self._since, 1e-6), 1),
            seconds_left=round(elapsed * (1 - fraction) / fraction, 1) if fraction > 0 else None,
            memory_mib=memory_mib(),
            train_loss=loss,
        )
