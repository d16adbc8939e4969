"""Long library calls that cannot be interrupted, run beside a loop that listens for a cancel."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any, TypeVar

from engine.training.progress import Progress

T = TypeVar("T")
LISTEN_S = 0.2


def patiently(work: Callable[[], T], progress: Progress) -> T:
    """Return what `work` returns, raising Cancelled within a fraction of a second when the training is to stop.

    The call itself goes on in a thread that nobody waits for: it holds no file, and the worker ends soon after.
    """
    outcome: dict[str, Any] = {}

    def run() -> None:
        try:
            outcome["value"] = work()
        except BaseException as error:  # noqa: BLE001 - raised again where it can be handled
            outcome["error"] = error

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    while thread.is_alive():
        thread.join(LISTEN_S)
        progress.check()
    if "error" in outcome:
        raise outcome["error"]
    found: T = outcome["value"]
    return found
