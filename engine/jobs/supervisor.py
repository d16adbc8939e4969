"""Starts workers for queued runs, watches the running ones, ends the cancelled ones. One a workspace.

The holder of `supervisor.lock` acts; another one waits for the lock and takes over. Workers are processes of their
own group: they live on when the dashboard stops, and the next supervisor adopts them by their leases. Queued runs wait
until there is a supervisor again.
"""

from __future__ import annotations

import logging
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import ClassVar

import psutil
from filelock import FileLock, Timeout

from engine.config import REPOSITORY, Settings
from engine.errors import BreakevenError
from engine.jobs.lease import PATIENCE_SECONDS, Lease, Pulse
from engine.jobs.order import SLOTS, in_order
from engine.jobs.runs import Attempt, RunFolder
from engine.messages import Message

log = logging.getLogger(__name__)

POLL_SECONDS = 0.2
GRACE_SECONDS = 1.0
"""How long a cancelled worker may tidy up before it is killed."""
TRIES = 2
"""A run whose worker was killed is tried once more."""


class Supervisor:
    """Runs the queue of one workspace from a thread of the dashboard."""

    _workers: ClassVar[dict[Path, subprocess.Popen[bytes]]] = {}
    """Children of this process by attempt. They stay when a supervisor stops, for the next one to reap."""

    def __init__(self, settings: Settings, *, patience_seconds: float = PATIENCE_SECONDS) -> None:
        self._settings = settings
        self._lock = FileLock(settings.workspace.home / "supervisor.lock", thread_local=False)
        self._pulse = Pulse(patience_seconds)
        self._cancelled_at: dict[Path, float] = {}
        self._settled: set[str] = set()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._loop, name="supervisor", daemon=True)

    @property
    def owner(self) -> bool:
        """Whether this process holds the workspace, and with it the index."""
        return bool(self._lock.is_locked)

    def start(self) -> bool:
        """Begin; return whether this process is the owner. If another one is, wait for it to end."""
        self._settings.workspace.home.mkdir(parents=True, exist_ok=True)
        if self._take_lock():
            sweep_temporary_files(self._settings.workspace.home)
        self._thread.start()
        return self.owner

    def stop(self) -> None:
        """End the supervision. Workers go on; whoever supervises next adopts them."""
        self._stop.set()
        self._thread.join()
        self._lock.release()

    def _take_lock(self) -> bool:
        with suppress(Timeout):
            self._lock.acquire(timeout=0)
        return self.owner

    def _loop(self) -> None:
        said = ""
        while not self._stop.wait(POLL_SECONDS):
            try:
                if self.owner or self._take_lock():
                    self._tick()
                    said = ""
            except (OSError, BreakevenError) as error:  # a full disk or a damaged file must not end the supervision
                if str(error) != said:
                    log.exception("The supervisor could not do its round")
                said = str(error)

    def _tick(self) -> None:
        busy: set[str] = set()
        queued: list[RunFolder] = []
        for attempt, worker in list(self._workers.items()):
            if worker.poll() is not None and _closed(attempt):
                del self._workers[attempt]
        for run in self._open_runs():
            state = run.state
            if state == "running":
                self._watch(run, run.attempts()[-1])
                busy.add(SLOTS[run.spec.kind])
            elif state == "queued":
                queued.append(run)
            else:
                self._settled.add(run.run_id)
        for run in in_order(queued):
            if (slot := SLOTS[run.spec.kind]) not in busy:
                self._start(run)
                busy.add(slot)

    def _open_runs(self) -> Iterator[RunFolder]:
        """Yield runs that have not come to an end, oldest first; an ended run is never read again."""
        with os.scandir(self._settings.workspace.runs) as entries:
            names = sorted(e.name for e in entries if e.name not in self._settled)
        for name in names:
            run = RunFolder(self._settings.workspace.runs / name)
            if (run.folder / "spec.json").exists():
                yield run

    def _start(self, run: RunFolder) -> None:
        attempt = run.new_attempt()
        with attempt.log_file.open("ab") as output:
            self._workers[attempt.folder] = subprocess.Popen(
                [sys.executable, "-m", "engine.jobs.worker", str(run.folder), "--attempt", str(attempt.number)],
                cwd=REPOSITORY,
                env=os.environ | self._settings.environment(),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )

    def _watch(self, run: RunFolder, attempt: Attempt) -> None:
        if run.cancel_asked:
            self._cancel(run, attempt)
        elif self._is_dead(attempt):
            self._bury(run, attempt)

    def _is_dead(self, attempt: Attempt) -> bool:
        worker = self._workers.get(attempt.folder)
        return (worker is not None and worker.poll() is not None) or self._pulse.is_dead(attempt.folder)

    def _cancel(self, run: RunFolder, attempt: Attempt) -> None:
        """Ask the worker to end; kill it when it is still there after a moment."""
        first = attempt.folder not in self._cancelled_at
        since = self._cancelled_at.setdefault(attempt.folder, time.monotonic())
        if first:
            self._signal(attempt, signal.SIGTERM)
        elif time.monotonic() - since > GRACE_SECONDS:
            self._signal(attempt, signal.SIGKILL)
        if self._is_dead(attempt) and run.state == "running":
            attempt.discard()
            attempt.say("cancelled", message=Message("Run {run_id} was cancelled.", run_id=run.run_id))

    def _signal(self, attempt: Attempt, number: signal.Signals) -> None:
        """Signal the worker's whole group; of a command in somebody's terminal only that process."""
        worker, lease = self._workers.get(attempt.folder), Lease.read(attempt.folder)
        with suppress(ProcessLookupError):
            if worker is not None and worker.poll() is None:
                os.killpg(worker.pid, number)
            elif lease is not None and lease.on_this_machine and not lease.ended:
                (os.kill if lease.foreground else os.killpg)(lease.pid, number)

    def _bury(self, run: RunFolder, attempt: Attempt) -> None:
        """Close an attempt whose worker is gone, so that the run is tried again or has failed."""
        if run.state != "running":  # it ended well between two looks
            return
        self._signal(attempt, signal.SIGKILL)
        attempt.discard()
        sweep_temporary_files(self._settings.workspace.home)
        self._pulse.forget(attempt.folder)
        lease = Lease.read(attempt.folder)
        if attempt.number < TRIES and not (lease is not None and lease.foreground):
            attempt.say("lost", message=Message("The worker was killed; the run starts again."))
            return
        attempt.say("failed", exit_status=1, message=_why_lost(run, attempt, self._workers.get(attempt.folder)))


def _why_lost(run: RunFolder, attempt: Attempt, worker: subprocess.Popen[bytes] | None) -> Message:
    if worker is not None and worker.returncode is not None and worker.returncode > 0:
        return Message(
            "The worker of run {run_id} ended at its start with status {status}; the details are in {log}.",
            run_id=run.run_id,
            status=worker.returncode,
            log=str(attempt.log_file),
        )
    return Message(
        "The worker of run {run_id} was killed in {attempts} of {attempts} attempts, as a system does that runs out of "
        "memory; close other programs or choose the probe recipe, then start it again.",
        run_id=run.run_id,
        attempts=attempt.number,
    )


def _closed(attempt: Path) -> bool:
    return Attempt(attempt).last_event in {"finished", "failed", "cancelled", "lost"}


def sweep_temporary_files(home: Path) -> None:
    """Delete what ended processes left under `tmp`."""
    for folder in (home / "tmp").glob("*"):
        if folder.name.isdigit() and not psutil.pid_exists(int(folder.name)):
            shutil.rmtree(folder, ignore_errors=True)
