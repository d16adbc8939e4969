"""Bringing the index up to date with the run folders and usage files: idempotent, incremental, never fatal.

What a run folder looks like from outside (times and sizes of what can still change) is its stamp. A run whose stamp is
the one on record is not opened; any other is read whole and its rows are replaced. A folder that cannot be read is
listed in `damaged` with the reason and tried again when it changes.
"""

# Paths are plain strings here: Path objects take several times as long, and there may be ten thousand folders.
# ruff: noqa: PTH116, PTH118, PTH208

from __future__ import annotations

import json
import logging
import os
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

import duckdb

from engine.analytics.rows import Damaged, RunRows, read_run
from engine.analytics.schema import TABLES
from engine.analytics.store import DAMAGE, insert
from engine.analytics.usage import refresh_usage
from engine.analytics.wide import widen
from engine.messages import Message

if TYPE_CHECKING:
    from engine.analytics.database import Index

log = logging.getLogger(__name__)
BATCH_RUNS = 1000
TICK_NS = 100_000_000
"""A file younger than this may change again without its time of change moving; it is read again next time."""


@dataclass(frozen=True)
class Mark:
    """What was seen of a run folder when it was last read."""

    stamp: str
    attempt: int
    settled: bool
    """Published and whole: only requests can change it now."""


@dataclass(frozen=True)
class Refreshed:
    """What one refresh did."""

    read: int = 0
    removed: int = 0
    damaged: tuple[str, ...] = ()
    """Ids of runs that could not be read this time."""


def refresh(index: Index) -> Refreshed:
    """Read what has changed since the last time. A look at 200 unchanged runs takes a few milliseconds.

    A damaged file is set aside and built again. When the disk is full the index stays as it was, and the log says so.
    """
    try:
        return _refresh(index)
    except DAMAGE as error:
        if _is_full(error):
            log.warning("The index could not take in what is new: %s", error)
            return Refreshed()
        index.replace(error)
        return Refreshed(read=len(index.marks))


def _is_full(error: duckdb.Error) -> bool:
    return any(words in str(error) for words in ("No space left", "Disk quota", "File too large", "disk is full"))


def _refresh(index: Index) -> Refreshed:
    with index.writing:
        folder = str(index.workspace.runs)
        names = [name for name in os.listdir(folder) if not name.startswith(".")]
        gone = index.marks.keys() - set(names)
        changed = [n for n in names if not _same(os.path.join(folder, n), index.marks.get(n))]
        if gone:
            _remove(index, gone)
        damaged: list[str] = []
        read = 0
        waiting = iter(sorted(changed))
        while batch := list(islice(waiting, BATCH_RUNS)):
            done = list(_read(folder, batch))
            _replace(index, done)
            read += len(done)
            damaged += [rows.run_id for rows, _ in done if rows.problem is not None]
        refresh_usage(index)
        return Refreshed(read, len(gone), tuple(damaged))


def load_marks(connection: duckdb.DuckDBPyConnection) -> dict[str, Mark]:
    """Return the marks on record in the file."""
    rows = connection.execute("SELECT run_id, stamp, attempt, settled FROM marks").fetchall()
    return {run_id: Mark(stamp, attempt, settled) for run_id, stamp, attempt, settled in rows}


def _same(folder: str, mark: Mark | None) -> bool:
    return mark is not None and mark.stamp == _stamp(folder, mark.attempt, settled=mark.settled)[0]


def _stamp(folder: str, attempt: int, *, settled: bool) -> tuple[str, int]:
    """Return the stamp of a run folder, and the youngest time in it in nanoseconds."""
    paths = [folder, folder + "/control"]
    if not settled:
        inside = f"{folder}/attempts/{attempt}"
        paths += [folder + "/spec.json", folder + "/published.json", folder + "/attempts"]
        paths += [inside + "/events.jsonl", inside + "/report.json"]
    seen = []
    youngest = 0
    for path in paths:
        try:
            found = os.stat(path)
        except OSError:
            seen.append("-")
        else:
            seen.append(f"{found.st_mtime_ns}.{found.st_size}")
            youngest = max(youngest, found.st_mtime_ns)
    return " ".join(seen), youngest


def _read(folder: str, names: Iterable[str]) -> Iterator[tuple[RunRows, Mark]]:
    """Yield the rows of each run and its mark; folders still without a spec.json are left out."""
    for name in names:
        path = os.path.join(folder, name)
        attempt = _last_attempt(path)
        before, youngest = _stamp(path, attempt, settled=False)
        brief = " ".join(before.split(" ", 2)[:2])  # what stands first is all that counts once it is settled
        young = time.time_ns() - youngest < TICK_NS
        try:
            rows = read_run(path, attempt)
        except (FileNotFoundError, NotADirectoryError):
            continue
        except Damaged as problem:
            log.warning("Run %s was left out of the index: %s", name, problem.message)
            rows = RunRows(name, problem=problem.message)
        settled = rows.published and rows.problem is None
        yield rows, Mark("" if young else brief if settled else before, attempt, settled)


def _last_attempt(folder: str) -> int:
    try:
        return max((int(n) for n in os.listdir(folder + "/attempts") if n.isdigit()), default=0)
    except OSError:
        return 0


def _replace(index: Index, done: list[tuple[RunRows, Mark]]) -> None:
    """Write the rows of a batch in one transaction. A run that DuckDB refuses is listed as damaged by itself."""
    try:
        _write(index, done)
    except duckdb.DataError as error:  # a value that does not fit its column, a time that is none
        if len(done) == 1:
            reason = Message("A value in its files does not fit ({reason}).", reason=str(error).splitlines()[0])
            rows, mark = done[0]
            log.warning("Run %s was left out of the index: %s", rows.run_id, reason)
            _write(index, [(RunRows(rows.run_id, problem=reason), Mark(mark.stamp, mark.attempt, settled=False))])
            return
        half = len(done) // 2
        _replace(index, done[:half])
        _replace(index, done[half:])


def _write(index: Index, done: list[tuple[RunRows, Mark]]) -> None:
    ids = [rows.run_id for rows, _ in done]
    with index.transaction() as cursor:
        if not index.marks.keys().isdisjoint(ids):
            _delete(cursor, ids)
        for table in ("runs", "epochs", "metrics", "per_class", "variants"):
            insert(cursor, table, [row for rows, _ in done for row in rows.tables.get(table, ())])
        widen(cursor, ids)
        problems = [(r.run_id, json.dumps(r.problem.to_json())) for r, _ in done if r.problem is not None]
        insert(cursor, "damaged", problems)
        insert(cursor, "marks", [(r.run_id, m.stamp, m.attempt, m.settled) for r, m in done])
    index.marks.update({rows.run_id: mark for rows, mark in done})


def _remove(index: Index, gone: Iterable[str]) -> None:
    with index.transaction() as cursor:
        _delete(cursor, list(gone))
    for run_id in list(gone):
        del index.marks[run_id]


def _delete(cursor: duckdb.DuckDBPyConnection, ids: list[str]) -> None:
    for table in TABLES:
        cursor.execute(f"DELETE FROM {table} WHERE run_id IN (SELECT unnest(?::VARCHAR[]))", [ids])  # noqa: S608 -- our name
