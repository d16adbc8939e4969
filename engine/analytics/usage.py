"""Appending what the inference process wrote down about each request to the index."""

from __future__ import annotations

import json
import logging
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb

from engine.analytics.store import insert

if TYPE_CHECKING:
    from engine.analytics.database import Index

log = logging.getLogger(__name__)
PIECE_BYTES = 8 << 20


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
        cursor.execute("DELETE FROM usage WHERE file = ?", [file])
        cursor.execute("DELETE FROM usage_files WHERE file = ?", [file])
    index.usage_read.pop(file, None)


def _append(index: Index, file: str, requests: list[tuple[Any, ...]], end: int) -> None:
    with index.transaction() as cursor:
        insert(cursor, "usage", requests)
        cursor.execute("DELETE FROM usage_files WHERE file = ?", [file])
        cursor.execute("INSERT INTO usage_files VALUES (?, ?)", [file, end])
    index.usage_read[file] = end


def _piece(path: Path, start: int) -> tuple[list[tuple[Any, ...]], int]:
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


def _request(file: str, line: bytes) -> tuple[Any, ...] | None:
    from datetime import datetime

    try:
        seen = json.loads(line)
        at = datetime.fromisoformat(seen["at"])
        return (
            file,
            str(seen["model"]),
            at.replace(tzinfo=None),
            int(seen["rows"]),
            float(seen["ms"]),
            int(seen["status"]),
        )
    except (ValueError, KeyError, TypeError):
        return None
