"""What the service writes down: a line a request for the analytics, and its own log as lines of JSON."""

from __future__ import annotations

import json
import logging
import os
import queue
import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from engine.errors import Failure
from engine.files import append_line, utc_now

log = logging.getLogger("breakeven.inference")
KNOWN = set(logging.LogRecord("", 0, "", 0, "", (), None).__dict__) | {"message", "taskName", "color_message"}


class Journal:
    """Appends a line a request to `<usage>/<day>-<pid>.jsonl`, from a thread: no request waits for the disk."""

    def __init__(self, usage: Path) -> None:
        self._usage = usage
        self._lines: queue.SimpleQueue[dict[str, Any] | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="journal", daemon=True)
        self._thread.start()

    def write(self, *, model: str, rows: int, ms: float, status: int) -> None:
        """Note one request: which model, how many rows, how long it took, and the HTTP status it got."""
        at = utc_now()
        self._lines.put({"model": model, "at": at, "rows": rows, "ms": round(ms, 3), "status": status})

    def close(self) -> None:
        """Write what is left."""
        self._lines.put(None)
        self._thread.join()

    def _run(self) -> None:
        while (line := self._lines.get()) is not None:
            try:
                append_line(self._usage / f"{line['at'][:10]}-{os.getpid()}.jsonl", line)
            except Failure as error:  # a full disk must not stop the service; the request was answered
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
