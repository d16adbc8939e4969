"""One stored file, opened: its columns and first rows; and its whole as the table `file`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from engine.datasets.dialect import Dialect, sniff
from engine.datasets.interactions.columns import NO_COLUMN
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
from engine.errors import BadInput
from engine.files import CHUNK_BYTES

if TYPE_CHECKING:
    import duckdb

LOOKED_AT_ROWS = 200
"""How many rows decide which column is which."""
BLANKS = " \t\r\n\u00a0\u3000\ufeff"


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


def require_columns(opened: Opened, named: Mapping[str, str]) -> None:
    """Raise BadInput for a column that was named and is not there, or is named twice."""
    for role, name in named.items():
        if name == NO_COLUMN:
            continue
        if name not in opened.columns:
            raise BadInput(
                "{filename} has no column {column}; choose one of: {columns}.",
                filename=opened.raw.filename,
                column=name,
                columns=", ".join(opened.columns[:50]),
            )
        if other := next((r for r, n in named.items() if n == name and r != role), ""):
            raise BadInput(
                "{column} is named as both the {one} and the {other} column of {filename}; choose two of: {columns}.",
                column=name,
                one=role,
                other=other,
                filename=opened.raw.filename,
                columns=", ".join(opened.columns[:50]),
            )


def read_file(
    connection: duckdb.DuckDBPyConnection, opened: Opened, folder: Path, wanted: list[str], *, max_rows: int
) -> Read:
    """Make the table `file`: row, v0, v1, … for the columns `wanted`, everything as text.

    Raises BadInput before anything is read when the file has more than `max_rows` rows.
    """
    raw = opened.raw
    _refuse_many_rows(connection, opened, max_rows)
    if opened.dialect is None:
        load_parquet(connection, raw.path, raw.filename, wanted)
        return Read(count(connection, "file"))
    broken = load_csv(connection, raw.path, opened.dialect, folder, raw.filename, wanted)
    rejects = rejected(connection, header=opened.dialect.header)
    return Read(count(connection, "file") + sum(r.lines for r in rejects), tuple(rejects), broken)


def _refuse_many_rows(connection: duckdb.DuckDBPyConnection, opened: Opened, max_rows: int) -> None:
    path = opened.raw.path
    if opened.dialect is None:
        found = connection.execute("SELECT sum(num_rows) FROM parquet_file_metadata(?)", [str(path)]).fetchone()
        rows = int(found[0]) if found else 0
    else:
        rows = _lines(path) - int(opened.dialect.header)
    if rows > max_rows:
        raise BadInput(
            "{filename} has {rows} rows and at most {limit} are prepared; give the latest of them or raise "
            "max_interactions in the settings.",
            filename=opened.raw.filename,
            rows=rows,
            limit=max_rows,
        )


def _lines(path: Path) -> int:
    with path.open("rb") as file:
        return sum(chunk.count(b"\n") for chunk in iter(lambda: file.read(CHUNK_BYTES), b""))


def trimmed(cell: str) -> str:
    """Return the SQL for the text of a cell without blanks around it; "" for nothing."""
    return f"coalesce(trim({cell}, '{BLANKS}'), '')"


def count(connection: duckdb.DuckDBPyConnection, table: str) -> int:
    row = connection.execute(f"SELECT count(*) FROM {table}").fetchone()  # noqa: S608
    return int(row[0]) if row else 0
