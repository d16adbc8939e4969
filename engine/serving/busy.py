"""What the service says when it cannot take a request now. None of it is the request's fault."""

from __future__ import annotations

import math
from typing import Self

from engine.errors import BreakevenError
from engine.messages import Message


class Busy(BreakevenError):
    """Asking again later may help; `retry_after_s` says when, 0 that nobody knows."""

    status = 503
    retry_after_s: int = 0


class Overloaded(Busy):
    """More is waiting than the service takes."""

    status = 429

    @classmethod
    def after(cls, seconds: float) -> Self:
        """Return the error for a queue that will be empty in about so many seconds."""
        wait_s = max(1, math.ceil(seconds))
        error = cls(Message("The service has too much to do; ask again in {seconds} s.", seconds=wait_s))
        error.retry_after_s = wait_s
        return error


class Draining(Busy):
    """The service is about to stop."""

    @classmethod
    def now(cls) -> Self:
        error = cls(Message("The service is stopping and takes no new requests; ask again in a moment."))
        error.retry_after_s = 1
        return error


class DeadlinePassed(Busy):
    """The answer would come later than the request allows."""

    status = 504

    @classmethod
    def waiting(cls) -> Self:
        return cls(
            Message("The request was not answered within its deadline and was dropped; send fewer rows, or allow more.")
        )
