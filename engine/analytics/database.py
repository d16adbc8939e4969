"""The index: one DuckDB database a process, answering for every run and every request served.

One process may hold `analytics.duckdb`: the one that gets `analytics.lock` beside it (the supervisor has a lock of its
own, so that a command can run while a dashboard does). Any other process indexes into memory, from the same folders.
A query takes a cursor of its own, because a connection shared by threads returns other threads' rows.
"""

from __future__ import annotations

import atexit
import logging
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import duckdb
from filelock import FileLock, Timeout

from engine.analytics import ingest, store
from engine.analytics.usage import load_read
from engine.config import Settings
from engine.errors import BadInput

if TYPE_CHECKING:
    import pandas as pd

log = logging.getLogger(__name__)
Answer = TypeVar("Answer")


class Index:
    """What the pages and commands ask. Safe to share between threads.

    `owner` says whether it is kept in the file; `marks` and `usage_read` are what `ingest.refresh` has seen of each run
    and how many bytes it has read of each usage file. `version` grows whenever something was taken in or left out, so
    that answers can be kept until then.
    """

    def __init__(self, settings: Settings, *, owner: bool) -> None:
        self.workspace = settings.workspace
        self.writing = threading.RLock()
        self.marks: dict[str, ingest.Mark] = {}
        self.usage_read: dict[str, int] = {}
        self.version = 0
        self._lock = _take(self.workspace.home / "analytics.lock") if owner else None
        self._connection = self._open()

    @property
    def owner(self) -> bool:
        return self._lock is not None

    def frame(self, sql: str, parameters: Sequence[Any] = ()) -> pd.DataFrame:
        """Return the rows of a query. Values go into `parameters`, never into `sql`."""
        return self._ask(sql, parameters, lambda cursor: cursor.df())

    def large_frame(self, sql: str, parameters: Sequence[Any] = ()) -> pd.DataFrame:
        """Return the rows of a query with many of them: strings come through Arrow, which takes half the time.

        Whole numbers and truths of which some are missing are floats and objects here, not pandas' nullable types.
        """

        def fetch(cursor: duckdb.DuckDBPyConnection) -> pd.DataFrame:
            found: pd.DataFrame = cursor.sql(sql, params=list(parameters)).to_arrow_table().to_pandas()
            return found

        return self._ask(sql, parameters, fetch, run=False)

    def records(self, sql: str, parameters: Sequence[Any] = ()) -> list[dict[str, Any]]:
        """Return the rows of a query as dictionaries of Python's own values: of a few wide rows, faster than a frame.

        What is missing, or no number, is None; times have no zone.
        """

        def fetch(cursor: duckdb.DuckDBPyConnection) -> list[dict[str, Any]]:
            names = [column[0] for column in cursor.description or ()]
            return [dict(zip(names, map(_known, row), strict=True)) for row in cursor.fetchall()]

        return self._ask(sql, parameters, fetch)

    def rows(self, sql: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Return the rows of a query as tuples."""
        return self._ask(sql, parameters, lambda cursor: cursor.fetchall())

    @contextmanager
    def transaction(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """Yield a cursor whose writes come all or not at all; one writer at a time."""
        with self.writing, self._connection.cursor() as cursor:
            cursor.execute("BEGIN")
            try:
                yield cursor
            except BaseException:
                cursor.execute("ROLLBACK")
                raise
            cursor.execute("COMMIT")
            self.version += 1

    def rebuild(self) -> None:
        """Forget everything and read every run and usage file again."""
        with self.writing:
            with self.transaction() as cursor:
                for (table,) in cursor.execute("SELECT table_name FROM duckdb_tables()").fetchall():
                    if table != "migrations":
                        cursor.execute(f'DELETE FROM "{table}"')  # noqa: S608 -- a name from the database itself
            self.marks, self.usage_read = {}, {}
            ingest.refresh(self)

    def close(self) -> None:
        """Close the database and let another process own it."""
        self._connection.close()
        if self._lock is not None:
            self._lock.release()
            self._lock = None

    def replace(self, reason: Exception) -> None:
        """Set a damaged file aside and read everything again."""
        with self.writing:
            self._connection.close()
            if self.owner:
                store.set_aside(self.workspace.database, reason)
            self.marks, self.usage_read = {}, {}
            self._connection = self._open()
            ingest.refresh(self)

    def _ask(
        self,
        sql: str,
        parameters: Sequence[Any],
        fetch: Callable[[duckdb.DuckDBPyConnection], Answer],
        *,
        run: bool = True,
    ) -> Answer:
        """Return the answer; damage that shows only now is mended first, once. Without `run`, `fetch` asks itself."""
        asked = self._connection
        try:
            with asked.cursor() as cursor:
                return fetch(cursor.execute(sql, list(parameters)) if run else cursor)
        except (*store.DAMAGE, duckdb.ConnectionException) as error:
            with self.writing:
                if asked is self._connection:  # no other thread has mended it meanwhile
                    self.replace(error)
        with self._connection.cursor() as cursor:
            return fetch(cursor.execute(sql, list(parameters)) if run else cursor)

    def _open(self) -> duckdb.DuckDBPyConnection:
        if self._lock is not None:
            try:
                connection, usable = store.open_file(self.workspace.database, self.workspace.tmp)
            except duckdb.IOException as error:
                log.warning("The index is held by another program (%s); this process keeps its own in memory.", error)
                self._lock.release()
                self._lock = None
            else:
                if usable:
                    self.marks, self.usage_read = ingest.load_marks(connection), load_read(connection)
                return connection
        return store.open_memory(self.workspace.tmp)


def open_index(settings: Settings, *, owner: bool) -> Index:
    """Return an index that knows every run as it is now. With `owner`, it is kept in the file if no one else has it."""
    index = Index(settings, owner=owner)
    ingest.refresh(index)
    return index


def rebuild(settings: Settings) -> dict[str, int]:
    """Build the file again from the run folders and usage files; return how many rows of each kind it has.

    Raises BadInput when another process owns the file: it keeps it up to date by itself.
    """
    index = Index(settings, owner=True)
    try:
        if not index.owner:
            raise BadInput("Another process, such as the dashboard, has the index open; stop it and try again.")
        index.rebuild()
        kinds = ("runs", "metrics", "epochs", "usage", "damaged")
        return {kind: int(index.rows(f"SELECT count(*) FROM {kind}")[0][0]) for kind in kinds}  # noqa: S608 -- our names
    finally:
        index.close()


def _known(value: Any) -> Any:
    return None if isinstance(value, float) and value != value else value


_indexes: dict[Path, Index] = {}
_opening = threading.Lock()


def index_for(settings: Settings) -> Index:
    """Return this process's index of the workspace, refreshed; opened by whoever asks first."""
    home = settings.workspace.home
    with _opening:
        index = _indexes.get(home)
        if index is None:
            index = _indexes[home] = Index(settings, owner=True)
            atexit.register(index.close)
    ingest.refresh(index)
    return index


def _take(path: Path) -> FileLock | None:
    """Return the lock if it is free, else None."""
    path.parent.mkdir(parents=True, exist_ok=True)
    # Any thread may close the index, so the lock is not bound to the one that took it.
    lock = FileLock(path, thread_local=False)
    try:
        lock.acquire(blocking=False)
    except Timeout:
        return None
    return lock
