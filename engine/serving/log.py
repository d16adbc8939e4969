"""The inference process's log, one JSON object a line, and its record of what was served."""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime
from logging.handlers import RotatingFileHandler
from pathlib import Path

from engine.errors import Failure
from engine.files import append_line
from engine.jobs.runs import utc_now

log = logging.getLogger("breakeven.inference")
LOG_BYTES = 5 << 20
PLAIN = set(vars(logging.makeLogRecord({}))) | {"message", "taskName"}
"""Attributes every log record has; the others were given as `extra`."""


class JsonLines(logging.Formatter):
    """One JSON object a record: at, level, logger, message, what was given as `extra`, and the traceback if any."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            **{k: v for k, v in vars(record).items() if k not in PLAIN and k != "color_message"},
        }
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False, default=str)


def log_to(path: Path) -> None:
    """Send every log record of this process to `path`, which is turned over at 5 MiB."""
    handler = RotatingFileHandler(path, maxBytes=LOG_BYTES, backupCount=1, encoding="utf-8")
    handler.setFormatter(JsonLines())
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    for noisy in ("httpx", "httpcore"):
        logging.getLogger(noisy).setLevel(logging.WARNING)


def record_usage(folder: Path, model: str, *, rows: int, ms: float, status: int, precision: str) -> None:
    """Append one request to the day's usage file. A full disk does not stop serving."""
    at = utc_now()
    line = {"model": model, "at": at, "rows": rows, "ms": round(ms, 3), "status": status, "precision": precision}
    try:
        append_line(folder / f"{at[:10]}.jsonl", line)
    except Failure as error:
        log.warning(str(error))
