"""Who works on an attempt, and whether they still do.

`lease.json` names the process once. `heartbeat` holds a counter of fixed width that a thread of that process
overwrites in place, so that a full disk cannot stop it. A reader judges by its own monotonic clock: clocks of two
machines need not agree.
"""

from __future__ import annotations

import os
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path

import psutil

from engine.files import read_json, write_json

BEAT_SECONDS = 0.25
PATIENCE_SECONDS = 30.0
"""How long a heartbeat may stand still. A machine that swaps can starve a thread for many seconds."""
SAME_START_SECONDS = 1.0
"""Start times of one process, read by two others, differ by rounding and by what the clock was set back."""


@dataclass(frozen=True)
class Lease:
    """The process that works on one attempt."""

    host: str
    boot: str
    """Changes when the machine restarts; process numbers mean nothing across it."""
    pid: int
    started: float
    """When the process started, in seconds since 1970 by its own machine's clock."""
    foreground: bool = False
    """Whether a person waits for it at a command line; such a run is not tried again by itself."""

    @classmethod
    def of_this_process(cls, *, foreground: bool = False) -> Lease:
        pid = os.getpid()
        return cls(socket.gethostname(), boot_id(), pid, psutil.Process(pid).create_time(), foreground)

    @classmethod
    def read(cls, attempt: Path) -> Lease | None:
        """Return the lease of the attempt's folder, or None when it has none yet."""
        path = attempt / "lease.json"
        if not path.exists():
            return None
        return cls(**{k: v for k, v in read_json(path).items() if k != "schema_version"})

    def write(self, attempt: Path) -> None:
        write_json(attempt / "lease.json", {"schema_version": 1, **asdict(self)})

    @property
    def on_this_machine(self) -> bool:
        """Whether `pid` can be looked up from here."""
        return self.host == socket.gethostname() and self.boot == boot_id()

    @property
    def ended(self) -> bool:
        """Whether the process has certainly ended: gone, a zombie, or the machine restarted since."""
        if self.host != socket.gethostname():
            return False
        if self.boot != boot_id():
            return True
        try:
            process = psutil.Process(self.pid)
            same = abs(process.create_time() - self.started) < SAME_START_SECONDS
            return not same or process.status() == psutil.STATUS_ZOMBIE
        except psutil.NoSuchProcess:
            return True


def boot_id() -> str:
    """Return what tells this start of this machine (and this container of it) from every other."""
    kernel = Path("/proc/sys/kernel/random/boot_id")
    boot = kernel.read_text().strip() if kernel.exists() else str(int(psutil.boot_time()))
    namespace = Path("/proc/self/ns/pid")
    return f"{boot}:{namespace.stat().st_ino}" if namespace.exists() else boot


@contextmanager
def heartbeat(attempt: Path, on_beat: Callable[[], None]) -> Iterator[None]:
    """Keep the attempt's counter moving, from a thread, until the block ends; call `on_beat` with every beat."""
    done = threading.Event()
    path = attempt / "heartbeat"
    path.write_text(f"{0:012d}", "ascii")

    def beat() -> None:
        count = 0
        while not done.wait(BEAT_SECONDS):
            count += 1
            with suppress(OSError):
                with path.open("r+b", buffering=0) as file:
                    file.write(f"{count:012d}".encode())
                on_beat()

    thread = threading.Thread(target=beat, name="heartbeat", daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


class Pulse:
    """Watches heartbeats for one reader and says which attempts are dead."""

    def __init__(self, patience_seconds: float = PATIENCE_SECONDS) -> None:
        self._patience_seconds = patience_seconds
        self._seen: dict[Path, tuple[str, float]] = {}

    def is_dead(self, attempt: Path) -> bool:
        """Whether nobody works on the attempt any more: its process has ended, or its counter stands still."""
        lease = Lease.read(attempt)
        if lease is not None and lease.ended:
            return True
        return self._still_seconds(attempt) > self._patience_seconds

    def forget(self, attempt: Path) -> None:
        self._seen.pop(attempt, None)

    def _still_seconds(self, attempt: Path) -> float:
        path = attempt / "heartbeat"
        count = path.read_text("ascii") if path.exists() else ""
        now = time.monotonic()
        known, since = self._seen.get(attempt, (None, now))
        if known != count:
            since = now
        self._seen[attempt] = (count, since)
        return now - since
