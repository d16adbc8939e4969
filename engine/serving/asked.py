"""What is known of the request being answered. Whoever learns something of it notes it here; the meter writes it down.

A context variable, because the parts that learn something (the guard, the model store, the computation) do not call
each other. Threads that answer for a request get it with the request's context, as `anyio.to_thread` does.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field


@dataclass
class Asked:
    """One request; nothing of what was asked or answered itself."""

    id: str = ""
    """The prediction's id: what a correction names."""
    sticky: str = ""
    """Requests with the same one are answered by the same version, as long as the split stays."""
    key: str = ""
    """The name of the API key; empty when none was asked for."""
    model: str = ""
    """The endpoint, or the run's id."""
    version: str = ""
    run_id: str = ""
    precision: str = ""
    rows: int = 0
    batch: int = 0
    """Rows that were computed together with these; 0 when that is not known."""
    queue_ms: float | None = None
    """How long it waited for its turn; None when that is not known."""
    parts_ms: tuple[float, float, float] = (0.0, 0.0, 0.0)
    """What reading and encoding took, computing once its turn had come, and writing the answer."""
    classes: Mapping[str, int] = field(default_factory=dict)
    """How many rows got which class; of lists, how many of their items are in which band of popularity."""
    confidence: float | None = None
    """The sum over the rows of the probability of the class that each got; None where there are none."""
    items_given: int | None = None
    """Items in the histories; None where none were given."""
    items_unknown: int | None = None
    """How many of them nobody of the training data took."""


CURRENT: ContextVar[Asked | None] = ContextVar("asked", default=None)


def current() -> Asked:
    """Return the request being answered; outside of one, something that nobody reads."""
    return CURRENT.get() or Asked()
