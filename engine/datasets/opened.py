"""One stored file, opened: its columns and first rows; and its whole as the table `file`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from engine.datasets.dialect import Dialect, sniff
from engine.datasets.kinds import kind_of
from engine.datasets.raw import Raw
from engine.datasets.table import (
    Reject,
    load_csv,
    load_parquet,
    parquet_columns,
    parquet_head,
    read_head,
    rejected,
)

if TYPE_CHECKING:
    import duckdb

LOOKED_AT_ROWS = 200
"""How many rows decide which column is which."""
BLANKS = " \t\r\n\u00a0\u3000\ufeff"
"""What is cut off around a cell."""


@dataclass(frozen=True)
class Opened:
    """A stored file and how it is read."""

    raw: Raw
    columns: tuple[str, ...]
    head: list[dict[str, str]]
    """The first rows, every value as text."""
    dialect: Dialect | None
    """None for Parquet."""
    rejects: tuple[Reject, ...] = ()
    """Rows in the start of the file that cannot be read."""


@dataclass(frozen=True)
class Read:
    """What reading the whole file found besides the rows."""

    rows: int
    """Rows in the file, those that could not be read included."""
    rejects: tuple[Reject, ...] = ()
    broken_characters: int = 0


def open_file(
    connection: duckdb.DuckDBPyConnection,
    raw: Raw,
    folder: Path,
    *,
    encoding: str = "",
    delimiter: str = "",
    header: bool | None = None,
) -> Opened:
    """Return how `raw` is read. Raises BadInput for a file that holds no table."""
    if kind_of(raw.path, raw.filename) == "parquet":
        columns = parquet_columns(connection, raw.path, raw.filename)
        head = parquet_head(connection, raw.path, raw.filename, columns, LOOKED_AT_ROWS)
        return Opened(raw, columns, head, None)
    dialect = sniff(raw.path, raw.filename, encoding=encoding, delimiter=delimiter, header=header)
    head, rejects = read_head(connection, dialect, folder, raw.filename, limit=LOOKED_AT_ROWS)
    return Opened(raw, dialect.columns, head, dialect, rejects)


def read_whole(connection: duckdb.DuckDBPyConnection, opened: Opened, folder: Path, wanted: list[str]) -> Read:
    """Make the table `file`: row, v0, v1, … for the columns `wanted`, everything as text."""
    raw = opened.raw
    if opened.dialect is None:
        load_parquet(connection, raw.path, raw.filename, wanted)
        return Read(count(connection, "file"))
    broken = load_csv(connection, raw.path, opened.dialect, folder, raw.filename, wanted)
    rejects = rejected(connection, header=opened.dialect.header)
    return Read(count(connection, "file") + sum(r.lines for r in rejects), tuple(rejects), broken)


def count(connection: duckdb.DuckDBPyConnection, table: str) -> int:
    """Return how many rows a table, or a query in parentheses, has."""
    row = connection.execute(f"SELECT count(*) FROM {table}").fetchone()  # noqa: S608
    return int(row[0]) if row else 0
