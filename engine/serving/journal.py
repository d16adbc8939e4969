"""What the service writes down: a line a request for the analytics, and its own log as lines of JSON."""

from __future__ import annotations

import json
import logging
import os
import threading
from collections import deque
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path
from typing import Any

from engine.errors import Failure
from engine.files import append_lines, utc_now
from engine.serving.asked import Asked

log = logging.getLogger("breakeven.inference")
LINES_AT_ONCE = 1000
WRITE_SECONDS = 0.1
"""How often what was noted is written."""
FLUSH_SECONDS = 10.0
KNOWN = set(logging.LogRecord("", 0, "", 0, "", (), None).__dict__) | {"message", "taskName", "color_message"}


class Journal:
    """Appends a line a request to `<usage>/<day>-<pid>.jsonl`, from a thread: no request waits for the disk."""

    def __init__(self, usage: Path) -> None:
        self._usage = usage
        self._lines: deque[dict[str, Any] | threading.Event] = deque()
        self._wake = threading.Event()
        self._done = False
        self._thread = threading.Thread(target=self._run, name="journal", daemon=True)
        self._thread.start()

    def write(self, asked: Asked, *, ms: float, status: int, bytes_in: int, bytes_out: int) -> None:
        """Note one request: who asked which model, how many rows, how long it took, and the HTTP status it got."""
        line = {
            "model": asked.model,
            "at": utc_now(),
            "rows": asked.rows,
            "ms": round(ms, 3),
            "status": status,
            "id": asked.id,
            "version": asked.version,
            "run": asked.run_id,
            "key": asked.key,
            "batch": asked.batch,
            "queue_ms": None if asked.queue_ms is None else round(asked.queue_ms, 3),
            "in": bytes_in,
            "out": bytes_out,
        }
        counted = {
            "classes": dict(asked.classes) or None,
            "confidence": None if asked.confidence is None else round(asked.confidence, 4),
            "items": asked.items_given,
            "unknown": asked.items_unknown,
        }
        self._lines.append(line | {name: value for name, value in counted.items() if value is not None})

    def flush(self) -> None:
        """Return when everything noted so far is in the files."""
        written = threading.Event()
        self._lines.append(written)
        self._wake.set()
        written.wait(FLUSH_SECONDS)

    def close(self) -> None:
        """Write what is left."""
        self._done = True
        self.flush()

    def _run(self) -> None:
        # Woken for each line, it would take turns with the requests for the interpreter; they would wait for it.
        while not self._done or self._lines:
            self._wake.wait(WRITE_SECONDS)
            self._wake.clear()
            while self._lines:
                taken = [self._lines.popleft() for _ in range(min(len(self._lines), LINES_AT_ONCE))]
                self._append([line for line in taken if isinstance(line, dict)])
                for written in taken:
                    if isinstance(written, threading.Event):
                        written.set()

    def _append(self, lines: list[dict[str, Any]]) -> None:
        for day, those in groupby(lines, key=lambda line: str(line["at"])[:10]):
            try:
                append_lines(self._usage / f"{day}-{os.getpid()}.jsonl", list(those))
            except Failure as error:  # a full disk must not stop the service; the requests were answered
                log.error("usage not written", extra={"reason": str(error)})


class JsonLines(logging.Formatter):
    """One JSON object a record: when, level, logger, message, and whatever was given as `extra`."""

    def format(self, record: logging.LogRecord) -> str:
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        line = {"at": at, "level": record.levelname.lower(), "logger": record.name, "message": record.getMessage()}
        line |= {k: v for k, v in record.__dict__.items() if k not in KNOWN}
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False, default=str)


def log_as_json() -> None:
    """Send every log record of this process to standard error as one line of JSON."""
    handler = logging.StreamHandler()
    handler.setFormatter(JsonLines())
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    logging.getLogger("httpx").setLevel(logging.WARNING)
