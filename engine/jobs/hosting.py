"""Runs the work of one attempt: the lease, the heartbeat, what is said, and how it ends.

The work itself is a callable that takes a `Job`. However it ends, the last event says so in one sentence, nothing
half-written stays, and the traceback of a fault is in `worker.log`.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TextIO

import psutil

from engine.config import Settings
from engine.errors import BreakevenError, Cancelled, Failure
from engine.jobs.faults import is_full_disk, is_no_memory
from engine.jobs.lease import Lease, heartbeat
from engine.jobs.runs import Attempt, RunFolder

Listener = Callable[[str, dict[str, Any]], None]
STEP_SECONDS = 0.3
RESERVE_BYTES = 64 << 10
"""Set aside at the start and given back at the end, so that a full disk can still be reported."""


@dataclass
class Job:
    """What the work of an attempt is given."""

    run: RunFolder
    attempt: Attempt
    settings: Settings
    listener: Listener | None = None
    stop: threading.Event = field(default_factory=threading.Event)
    _stepped: float = 0.0

    def say(self, event: str, **values: Any) -> None:
        """Record what happened. A step only replaces the one before, a few times a second."""
        if event == "step":
            self._step(values)
        else:
            self.attempt.say(event, **values)
        if self.listener is not None:
            self.listener(event, values)

    def phase(self, name: str) -> None:
        """Begin a phase of the job, a key of `engine.jobs.progress.PHASES`; stop here when asked to."""
        self.stop_if_asked()
        self.attempt.step_file.unlink(missing_ok=True)
        self.say("phase", name=name)

    def should_stop(self) -> bool:
        return self.stop.is_set()

    def stop_if_asked(self) -> None:
        """Raise Cancelled when somebody asked for the run to stop."""
        if self.stop.is_set():
            raise Cancelled("Run {run_id} was cancelled.", run_id=self.run.run_id)

    def _step(self, values: dict[str, Any]) -> None:
        now = time.monotonic()
        if now - self._stepped < STEP_SECONDS and "doing" not in values:
            return
        self._stepped = now
        memory_mib = psutil.Process().memory_info().rss / 2**20
        aside = self.attempt.folder / ".step.tmp"
        with suppress(OSError):  # what a page shows for a moment is not worth a sync, or a failure
            aside.write_text(json.dumps({"memory_mib": memory_mib, **values}), "utf-8")
            aside.replace(self.attempt.step_file)


def host(
    run: RunFolder,
    attempt: Attempt,
    settings: Settings,
    work: Callable[[Job], None],
    *,
    foreground: bool = False,
    listener: Listener | None = None,
) -> None:
    """Do `work` as the holder of the attempt's lease.

    Raises BreakevenError with the sentence that also stands in the last event, when the work fails or is cancelled.
    """
    job = Job(run, attempt, settings, listener)

    def look() -> None:
        if run.cancel_asked:
            job.stop.set()

    try:
        Lease.of_this_process(foreground=foreground).write(attempt.folder)
        attempt.reserve_file.write_bytes(b"\0" * RESERVE_BYTES)
        with heartbeat(attempt.folder, look), _stopped_by_signals(job.stop):
            work(job)
    except BaseException as error:
        worded = _worded(error, job)
        _close(attempt, worded)
        raise worded from error


def _close(attempt: Attempt, error: BreakevenError) -> None:
    """Free what the attempt has made and write its last event, even on a disk that was full."""
    attempt.discard()
    event = "cancelled" if isinstance(error, Cancelled) else "failed"
    with suppress(BreakevenError, OSError):
        attempt.say(event, message=error.message, exit_status=error.exit_status)


def _worded(error: BaseException, job: Job) -> BreakevenError:
    """Return `error` as a sentence for a user; the traceback of a fault goes to standard error, which is the log."""
    if job.stop.is_set() or isinstance(error, KeyboardInterrupt):
        return Cancelled("Run {run_id} was cancelled.", run_id=job.run.run_id)
    if isinstance(error, BreakevenError):
        return error
    traceback.print_exception(error, file=sys.stderr)
    if is_full_disk(error):
        return Failure(
            "The disk that holds {folder} is full, so run {run_id} stopped; free some space or choose another folder "
            "with BREAKEVEN_HOME, then start it again.",
            folder=str(job.settings.home),
            run_id=job.run.run_id,
        )
    if is_no_memory(error):
        return Failure(
            "Run {run_id} needed more memory than there is; close other programs, or choose the probe recipe, smaller "
            "batches or shorter texts, then start it again.",
            run_id=job.run.run_id,
        )
    return Failure(
        "Run {run_id} failed on a fault of the program ({error}); the details are in {log}.",
        run_id=job.run.run_id,
        error=f"{type(error).__name__}: {str(error).strip().splitlines()[0][:200]}" if str(error) else repr(error),
        log=str(job.attempt.log_file),
    )


@contextmanager
def _stopped_by_signals(stop: threading.Event) -> Iterator[None]:
    """Let SIGTERM and the first Ctrl-C ask for a stop; the second Ctrl-C interrupts."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def ask(number: int, _frame: object) -> None:
        if stop.is_set() and number == signal.SIGINT:
            raise KeyboardInterrupt
        stop.set()

    before = {number: signal.signal(number, ask) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def output_to(path: Path) -> Iterator[TextIO]:
    """Send standard output and error of this process to the end of `path`; yields the error stream it had before.

    Works on file descriptors, so that what native libraries print is caught too.
    """
    sys.stdout.flush()
    sys.stderr.flush()
    kept = [os.dup(1), os.dup(2)]
    log = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    try:
        os.dup2(log, 1)
        os.dup2(log, 2)
        with os.fdopen(os.dup(kept[1]), "w", encoding="utf-8", errors="replace", buffering=1) as stderr:
            yield stderr
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os.dup2(kept[0], 1)
        os.dup2(kept[1], 2)
        for handle in (*kept, log):
            os.close(handle)
