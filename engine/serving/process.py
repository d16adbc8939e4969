"""The dashboard's hold on the inference process: start it, watch it, start it again, and stop what it started."""

from __future__ import annotations

import logging
import os
import socket
import subprocess
import sys
import threading
import time

import psutil

from engine import __version__
from engine.config import REPOSITORY, Settings
from engine.errors import Failure
from engine.serving.client import ANY_ADDRESS, InferenceClient

log = logging.getLogger("breakeven.dashboard")
LOOK_SECONDS = 0.25
FIRST_WAIT_SECONDS = 0.5
LONGEST_WAIT_SECONDS = 30.0
STEADY_SECONDS = 60.0
"""A process that lived this long is started again at once."""
STOP_SECONDS = 32.0
"""A little longer than the process takes at most."""
LOG_NAME = "inference.log"
"""The process's own log in the workspace, one JSON object a line."""
LOG_BYTES = 5 << 20


class InferenceProcess:
    """One inference process for one workspace, watched by a thread."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._client = InferenceClient(settings, start_seconds=0.0)
        self._child: subprocess.Popen[bytes] | None = None
        self._adopted: psutil.Process | None = None
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="inference watcher", daemon=True)
        self.restarts = 0

    def start(self) -> None:
        """Start the process, or use the one that already serves this workspace on the port; return at once.

        Raises Failure when something else has the port.
        """
        if not self._adopt():
            self._refuse_taken_port()
            self._spawn()
        self._thread.start()

    def stop(self) -> None:
        """Stop watching, and stop the process if it was started here: it finishes what it has accepted."""
        self._done.set()
        if self._thread.is_alive():
            self._thread.join()
        if self._child is not None and self._child.poll() is None:
            self._child.terminate()
            try:
                self._child.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self._child.kill()
                self._child.wait()
        self._client.close()

    @property
    def pid(self) -> int | None:
        """The process that serves, or None between two of them."""
        if self._child is not None:
            return self._child.pid if self._child.poll() is None else None
        return self._adopted.pid if self._adopted is not None and self._adopted.is_running() else None

    def memory_mib(self) -> float | None:
        """Return the resident memory of the process in MiB, or None when it is not running."""
        try:
            return round(psutil.Process(self.pid).memory_info().rss / 2**20, 1) if self.pid else None
        except psutil.Error:
            return None

    def _adopt(self) -> bool:
        """Take up a process that serves the same workspace with the same code; return whether there is one."""
        state = self._client.state()
        if state is None or state.get("workspace") != self._settings.workspace.id:
            return False
        if state.get("version") != __version__:
            raise Failure(
                "Process {pid} serves this workspace with version {version} of Breakeven; stop it and start again.",
                pid=state.get("pid"),
                version=state.get("version"),
            )
        try:
            self._adopted = psutil.Process(int(state["pid"]))
        except psutil.NoSuchProcess:
            return False
        log.info("The inference process %d is used again.", self._adopted.pid)
        return True

    def _refuse_taken_port(self) -> None:
        address = (ANY_ADDRESS.get(self._settings.host, self._settings.host), self._settings.inference_port)
        try:
            socket.create_connection(address, timeout=1.0).close()
        except OSError:
            return
        raise Failure(
            "Port {port} of the inference service is used by another program; stop that or choose another port with "
            "BREAKEVEN_INFERENCE_PORT.",
            port=self._settings.inference_port,
        )

    def _spawn(self) -> None:
        log_file = self._settings.workspace.home / LOG_NAME
        log_file.parent.mkdir(parents=True, exist_ok=True)
        if log_file.exists() and log_file.stat().st_size > LOG_BYTES:
            log_file.replace(log_file.with_suffix(".log.1"))
        # A session of its own: Ctrl-C in the terminal reaches the dashboard, which then stops it in order.
        with log_file.open("ab") as out:
            self._child = subprocess.Popen(
                [sys.executable, "-m", "engine", "serve"],
                cwd=REPOSITORY,
                env={**os.environ, **self._settings.environment()},
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self._adopted = None

    def _watch(self) -> None:
        wait, since = FIRST_WAIT_SECONDS, time.monotonic()
        while not self._done.wait(LOOK_SECONDS):
            if self.pid is not None:
                continue
            if time.monotonic() - since > STEADY_SECONDS:
                wait = FIRST_WAIT_SECONDS
            log.warning("The inference process ended (%s); it starts again in %.1f s.", self._last_words(), wait)
            if self._done.wait(wait):
                return
            wait = min(2 * wait, LONGEST_WAIT_SECONDS)
            since = time.monotonic()
            self.restarts += 1
            self._spawn()

    def _last_words(self) -> str:
        """Return the last line that the process printed, or that it went without one."""
        status = self._child.returncode if self._child is not None else None
        path = self._settings.workspace.home / LOG_NAME
        if not status or not path.exists():
            return f"exit status {status}"
        with path.open("rb") as file:
            file.seek(max(0, path.stat().st_size - 1000))
            lines = file.read().decode("utf-8", "replace").strip().splitlines()
        return f"exit status {status}: {lines[-1][:300]}" if lines else f"exit status {status}"
