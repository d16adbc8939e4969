"""A file as a DuckDB table, in a database of its own that lives in memory and spills to the workspace.

Nothing a user wrote becomes SQL: values are bound, CSV columns are called c0, c1, … inside, and the names of Parquet
columns are quoted.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

from engine.datasets.decode import transcode
from engine.datasets.dialect import LINE_BYTES, Dialect
from engine.errors import BadInput, Failure

if TYPE_CHECKING:
    import duckdb

MEMORY_LIMIT_MIB = 768
BUFFER_BYTES = 2 * LINE_BYTES
"""DuckDB's default is 32 times the longest line, for each thread."""


@dataclass(frozen=True)
class Reject:
    """A row that could not be read."""

    row: int
    """Its number, counted from 1 below the header."""
    line: int
    """The same with the header counted; a cell with line breaks counts as one line."""
    reason: str
    """DuckDB's name: "MISSING COLUMNS", "TOO MANY COLUMNS", "UNQUOTED VALUE", "LINE SIZE OVER MAXIMUM"."""
    lines: int = 1
    """How many lines it took with it: an open quote swallows the lines below."""


@contextmanager
def database(spill: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """Yield a fresh in-memory database with bounded memory that fetches nothing; larger tables spill to `spill`."""
    import duckdb

    folder = spill / f"duckdb-{uuid4().hex[:8]}"
    connection = duckdb.connect(
        ":memory:",
        config={
            "memory_limit": f"{MEMORY_LIMIT_MIB}MB",
            "temp_directory": str(folder),
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
            "threads": min(4, os.cpu_count() or 1),
        },
    )
    try:
        connection.execute("SET enable_progress_bar = false")
        yield connection
    finally:
        connection.close()
        if folder.exists():
            folder.rmdir()


def csv_relation(width: int) -> str:
    """Return the table expression for a CSV with `width` columns c0, c1, …; its places: path, delimiter, header."""
    columns = ", ".join(f"'c{i}': 'VARCHAR'" for i in range(width))
    return (
        f"read_csv(?, auto_detect=false, delim=?, header=?, quote='\"', escape='\"', columns={{{columns}}}, "
        f"nullstr='', store_rejects=true, max_line_size={LINE_BYTES}, buffer_size={BUFFER_BYTES})"
    )


def read_head(
    connection: duckdb.DuckDBPyConnection, dialect: Dialect, folder: Path, filename: str, *, limit: int
) -> tuple[list[dict[str, str]], tuple[Reject, ...]]:
    """Return the first `limit` rows as DuckDB reads them, and what it rejects in the start of the file."""
    path = folder / "head.csv"
    path.write_text(dialect.head, encoding="utf-8", newline="")
    query = f"SELECT * FROM {csv_relation(len(dialect.columns))}"  # noqa: S608 - only our own column names
    with _readable(filename):
        cursor = connection.execute(query, [str(path), dialect.delimiter, dialect.header])
        rows = cursor.fetchmany(limit)
        while cursor.fetchmany(10_000):
            pass
    found = [{name: value or "" for name, value in zip(dialect.columns, row, strict=True)} for row in rows]
    rejects = rejected(connection, header=dialect.header)
    if dialect.more and rejects and rejects[-1].reason == "UNQUOTED VALUE":
        rejects.pop()  # a row that the end of the head cuts in two
    return found, tuple(rejects)


def load_csv(
    connection: duckdb.DuckDBPyConnection, path: Path, dialect: Dialect, folder: Path, filename: str, wanted: list[str]
) -> int:
    """Make the table `file` with the columns row, v0, v1, … for the columns `wanted`.

    Rows are numbered from 1 below the header, those that were rejected counted. Returns how many characters did not
    decode.
    """
    broken, source = 0, path
    if not dialect.encoding.is_plain:
        source = folder / f"utf8-{uuid4().hex[:8]}.csv"
        broken = transcode(path, dialect.encoding, source)
    picked = ", ".join(f"c{dialect.columns.index(name)} AS v{i}" for i, name in enumerate(wanted))
    relation = csv_relation(len(dialect.columns))
    query = f"CREATE OR REPLACE TABLE file AS SELECT row_number() OVER () AS row, {picked} FROM {relation}"  # noqa: S608
    try:
        with _readable(filename):
            connection.execute(query, [str(source), dialect.delimiter, dialect.header])
        _count_rejects_in(connection, rejected(connection, header=dialect.header))
    finally:
        if source is not path:
            source.unlink(missing_ok=True)
    return broken


def load_parquet(connection: duckdb.DuckDBPyConnection, path: Path, filename: str, wanted: list[str]) -> None:
    """Make the table `file` with the columns row, v0, v1, … for the columns `wanted`, everything as text."""
    picked = ", ".join(f"CAST({quoted(name)} AS VARCHAR) AS v{i}" for i, name in enumerate(wanted))
    query = f"CREATE OR REPLACE TABLE file AS SELECT file_row_number + 1 AS row, {picked} FROM read_parquet(?, file_row_number=true)"  # noqa: S608, E501
    with _readable(filename):
        connection.execute(query, [str(path)])


def write_parquet(connection: duckdb.DuckDBPyConnection, query: str, path: Path, *, batch_rows: int) -> None:
    """Write what `query` gives as Parquet, `batch_rows` at a time."""
    import pyarrow.parquet as pq

    reader = connection.sql(query).to_arrow_reader(batch_rows)
    with pq.ParquetWriter(path, reader.schema, compression="zstd") as writer:
        for batch in reader:
            writer.write_batch(batch)


def parquet_columns(connection: duckdb.DuckDBPyConnection, path: Path, filename: str) -> tuple[str, ...]:
    """Return the names of the columns, as DuckDB calls them."""
    with _readable(filename):
        description = connection.execute("SELECT * FROM read_parquet(?) LIMIT 0", [str(path)]).description
    return tuple(column[0] for column in description or ())


def parquet_head(
    connection: duckdb.DuckDBPyConnection, path: Path, filename: str, columns: tuple[str, ...], limit: int
) -> list[dict[str, str]]:
    picked = ", ".join(f"CAST({quoted(name)} AS VARCHAR)" for name in columns)
    with _readable(filename):
        rows = connection.execute(f"SELECT {picked} FROM read_parquet(?) LIMIT {limit:d}", [str(path)]).fetchall()  # noqa: S608
    return [{name: value or "" for name, value in zip(columns, row, strict=True)} for row in rows]


def quoted(identifier: str) -> str:
    """Return `identifier` as SQL writes it: in double quotes, its own doubled."""
    return '"' + identifier.replace('"', '""') + '"'


def rejected(connection: duckdb.DuckDBPyConnection, *, header: bool) -> list[Reject]:
    """Return the rows that the last CSV read left out, first to last."""
    there = connection.execute("SELECT 1 FROM duckdb_tables() WHERE table_name = 'reject_errors'").fetchone()
    if there is None:
        return []
    query = """
        SELECT line - ? AS row, line, min(CAST(error_type AS VARCHAR)),
            greatest(1, max(length(rtrim(csv_line, chr(10))) - length(replace(csv_line, chr(10), '')) + 1))
        FROM reject_errors GROUP BY line ORDER BY line
    """
    return [Reject(*row) for row in connection.execute(query, [int(header)]).fetchall()]


def _count_rejects_in(connection: duckdb.DuckDBPyConnection, rejects: list[Reject]) -> None:
    """Shift the row numbers in `file` so that the rejected rows between them count too."""
    if not rejects:
        return
    connection.execute("CREATE OR REPLACE TEMP TABLE gaps (start BIGINT, number BIGINT)")
    # With `number` rows rejected before it, a row read as the n-th is row n + number of the file.
    connection.executemany("INSERT INTO gaps VALUES (?, ?)", [(r.row - n, n + 1) for n, r in enumerate(rejects)])
    connection.execute(
        "CREATE OR REPLACE TABLE file AS SELECT file.* REPLACE (row + coalesce(number, 0) AS row) "
        "FROM file ASOF LEFT JOIN (SELECT start, max(number) AS number FROM gaps GROUP BY start) gaps "
        "ON file.row >= gaps.start ORDER BY row"
    )


@contextmanager
def _readable(filename: str) -> Iterator[None]:
    import duckdb

    try:
        yield
    except (duckdb.InterruptException, duckdb.OutOfMemoryException):
        raise  # not the file's fault
    except duckdb.Error as error:
        raise BadInput(
            "{filename} could not be read ({reason}); save it again as CSV in UTF-8 or as Parquet.",
            filename=filename,
            reason=re.sub(r" in file '.*?'", "", str(error).splitlines()[0].partition(": ")[2]) or type(error).__name__,
        ) from error


@contextmanager
def bounded() -> Iterator[None]:
    """Turn what DuckDB raises when memory or disk run out into a Failure with a sentence."""
    import duckdb

    try:
        yield
    except (duckdb.OutOfMemoryException, duckdb.IOException) as error:
        raise Failure(
            "The data needs more memory or disk than there is ({reason}); free some space, shorten the texts or lower "
            "data_sample_rows in the settings.",
            reason=str(error).splitlines()[0],
        ) from error
