"""One stored file, opened: its columns and first rows; and its whole as the table `file`."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.datasets.dialect import Dialect, sniff
from engine.datasets.kinds import Kind, kind_of
from engine.datasets.raw import Raw
from engine.datasets.table import (
    Reject,
    database,
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
PREVIEW_ROWS = 20


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


@dataclass(frozen=True, kw_only=True)
class FilePreview:
    """How a file would be read, and its first rows: what the preview of every form of table says."""

    filename: str
    kind: Kind
    size_bytes: int
    encoding: str
    """How it is read, a name of `engine.datasets.decode.ENCODINGS`; "" for Parquet, as the next two."""
    encodings: tuple[str, ...]
    """The encodings its bytes would allow, likeliest first."""
    delimiter: str
    header: bool
    """Whether the first line names the columns."""
    columns: tuple[str, ...]
    rows: tuple[dict[str, str], ...]
    """The first rows, every value as text."""
    rejects: tuple[Reject, ...]
    """Rows in the start of the file that cannot be read, by line."""


def shown(opened: Opened) -> dict[str, Any]:
    """Return the fields of `FilePreview` for a file."""
    raw, dialect = opened.raw, opened.dialect
    return {
        "filename": raw.filename,
        "kind": kind_of(raw.path, raw.filename),
        "size_bytes": raw.size_bytes,
        "encoding": dialect.encoding.name if dialect else "",
        "encodings": dialect.encoding.candidates if dialect else (),
        "delimiter": dialect.delimiter if dialect else "",
        "header": dialect.header if dialect else True,
        "columns": opened.columns,
        "rows": tuple(opened.head[:PREVIEW_ROWS]),
        "rejects": opened.rejects,
    }


def look_at(
    path: Path, filename: str, *, encoding: str = "", delimiter: str = "", header: bool | None = None
) -> Opened:
    """Return how the file at `path` would be read, before it is stored. Raises BadInput as `open_file`."""
    raw = Raw("", path, filename, path.stat().st_size, "")
    with tempfile.TemporaryDirectory(prefix="breakeven-") as folder, database(Path(folder)) as connection:
        return open_file(connection, raw, Path(folder), encoding=encoding, delimiter=delimiter, header=header)


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
