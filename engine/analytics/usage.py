"""Appending what the inference process wrote down about each request to the index."""

from __future__ import annotations

import json
import logging
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb

from engine.analytics.store import insert

if TYPE_CHECKING:
    from engine.analytics.database import Index

log = logging.getLogger(__name__)
PIECE_BYTES = 8 << 20
FIGURES: dict[str, type] = {
    "batch": int, "queue_ms": float, "in": int, "out": int, "confidence": float,
    "items": int, "unknown": int,
}  # fmt: skip
"""What a line may say besides, in the order of the table's last columns."""


def load_read(connection: duckdb.DuckDBPyConnection) -> dict[str, int]:
    """Return how many bytes of each usage file are in the index."""
    return dict(connection.execute("SELECT file, read_bytes FROM usage_files").fetchall())


def refresh_usage(index: Index) -> int:
    """Read what was appended to usage/*.jsonl since the last time; return how many requests that were.

    A file that has become shorter is read from its start. A line that is no request is left out.
    """
    added = 0
    for path in sorted(index.workspace.usage.glob("*.jsonl")):
        size, at = path.stat().st_size, index.usage_read.get(path.name, 0)
        if size < at:
            _forget(index, path.name)
            at = 0
        while at < size:
            requests, end = _piece(path, at)
            if end == at:  # the last line is still being written
                break
            _append(index, path.name, requests, end)
            at, added = end, added + len(requests)
    return added


def _forget(index: Index, file: str) -> None:
    with index.transaction() as cursor:
        for table in ("usage", "usage_classes", "usage_files"):
            cursor.execute(f"DELETE FROM {table} WHERE file = ?", [file])  # noqa: S608 -- our names
    index.usage_read.pop(file, None)


def _append(index: Index, file: str, requests: list[_Request], end: int) -> None:
    with index.transaction() as cursor:
        insert(cursor, "usage", [r.row for r in requests])
        insert(cursor, "usage_classes", [row for r in requests for row in r.classes])
        cursor.execute("DELETE FROM usage_files WHERE file = ?", [file])
        cursor.execute("INSERT INTO usage_files VALUES (?, ?)", [file, end])
    index.usage_read[file] = end


def _piece(path: Path, start: int) -> tuple[list[_Request], int]:
    """Return the requests on the whole lines from `start` on, at most a piece, and where the next piece starts."""
    with path.open("rb") as file:
        file.seek(start)
        text = file.read(PIECE_BYTES)
        if b"\n" not in text and len(text) == PIECE_BYTES:  # no line is that long: skip the damage
            log.warning("%s has a line without an end at byte %d; it is skipped.", path.name, start)
            return [], start + len(text)
    end = start + text.rfind(b"\n") + 1
    found = [_request(path.name, line) for line in text[: end - start].splitlines() if line.strip()]
    good = [f for f in found if f is not None]
    if len(good) < len(found):
        log.warning("%d lines of %s are no requests; they are left out.", len(found) - len(good), path.name)
    return good, end


@dataclass(frozen=True)
class _Request:
    """One line of usage, as rows of the tables."""

    row: tuple[Any, ...]
    classes: tuple[tuple[Any, ...], ...]


def _request(file: str, line: bytes) -> _Request | None:
    """Return what a line says, or None when it is no request; those of before endpoints say less."""
    from datetime import datetime

    try:
        seen = json.loads(line)
        at = datetime.fromisoformat(seen["at"]).replace(tzinfo=None)
        model, version = str(seen["model"]), str(seen.get("version", "1"))
        run_id = str(seen.get("run", seen["model"]))
        classes = seen.get("classes") or {}
        row = (
            *(file, model, at, int(seen["rows"]), float(seen["ms"]), int(seen["status"])),
            *(str(seen.get("id", "")), version, run_id, str(seen.get("key", ""))),
            *(_number(seen, name, kind) for name, kind in FIGURES.items()),
        )
        return _Request(row, tuple((file, model, version, run_id, at, str(c), int(n)) for c, n in classes.items()))
    except (ValueError, KeyError, TypeError, AttributeError):
        return None


def _number(seen: dict[str, Any], name: str, kind: type) -> Any:
    value = seen.get(name)
    return None if value is None else kind(value)
