"""A real dashboard and real commands, each in a process of its own with a workspace of its own."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.request import ProxyHandler, build_opener

import psutil

ROOT = Path(__file__).resolve().parent.parent.parent
READY_SECONDS = 60
STOP_SECONDS = 20


def free_port() -> int:
    """Return a port that nobody listened on a moment ago."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def environment(home: Path, **settings: object) -> dict[str, str]:
    """Return the environment of a process over the workspace `home`; `settings` are those of engine.config.Settings."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith("BREAKEVEN_")}
    given = {"home": home, "offline": 1, "demo_on_first_run": 0, **settings}
    return {**kept, **{f"BREAKEVEN_{name.upper()}": str(value) for name, value in given.items()}}


def command(home: Path, *arguments: str, check: bool = True, **settings: object) -> subprocess.CompletedProcess[str]:
    """Run `python -m engine …` over the workspace `home` to its end."""
    done = subprocess.run(
        [sys.executable, "-m", "engine", *arguments],
        cwd=ROOT,
        env=environment(home, **settings),
        capture_output=True,
        text=True,
        check=False,
    )
    assert not check or done.returncode == 0, done.stderr
    return done


@dataclass(frozen=True)
class Dashboard:
    """A dashboard that runs: where it answers, over which workspace, as which process."""

    url: str
    home: Path
    process: subprocess.Popen[bytes]
    log_file: Path
    ready_seconds: float
    """From starting the process to its first answer."""

    @property
    def log(self) -> str:
        """Return all it wrote so far."""
        return self.log_file.read_text("utf-8", errors="replace")


def get(url: str, *, timeout_seconds: float = 10) -> bytes:
    """Return the body of `url`, asked for directly whatever proxy the environment names."""
    with build_opener(ProxyHandler({})).open(url, timeout=timeout_seconds) as answer:
        return bytes(answer.read())


@contextmanager
def dashboard(home: Path, *, ready_path: str = "/_stcore/health", **settings: object) -> Iterator[Dashboard]:
    """Start the dashboard as `make run` does and stop it at the end, with everything it started."""
    port = free_port()
    given = {"port": port, "inference_port": free_port(), **settings}
    url = f"http://127.0.0.1:{port}"
    with tempfile.NamedTemporaryFile(suffix=".log", delete=False) as log:
        started = time.perf_counter()
        process = subprocess.Popen(
            [sys.executable, "-m", "uvicorn", "app:app", f"--port={port}", "--log-level=warning", "--no-access-log"],
            cwd=ROOT,
            env=environment(home, **given),
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    log_file = Path(log.name)
    try:
        _wait_until_ready(process, url + ready_path, log_file)
        yield Dashboard(url, home, process, log_file, time.perf_counter() - started)
    finally:
        started_by_it = psutil.Process(process.pid).children(recursive=True) if process.poll() is None else []
        stop(process)
        # Workers are made to outlive the dashboard; nobody is left to adopt them here.
        for child in started_by_it:
            with suppress(psutil.NoSuchProcess):
                child.kill()


def _wait_until_ready(process: subprocess.Popen[bytes], url: str, log_file: Path) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline:
        assert process.poll() is None, log_file.read_text("utf-8")
        try:
            get(url)
        except OSError:
            time.sleep(0.02)
        else:
            return
    raise AssertionError(f"no answer from {url} after {READY_SECONDS} s:\n{log_file.read_text('utf-8')}")


def stop(process: subprocess.Popen[bytes]) -> None:
    """Ask the process to end, as Ctrl+C does, and end it and its group when it does not."""
    if process.poll() is None:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
