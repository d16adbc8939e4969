"""What a file of interactions or items has to hold before it is read, and its whole as the table `file`."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from engine.datasets.interactions.columns import NO_COLUMN
from engine.datasets.opened import BLANKS, Opened, Read, read_whole
from engine.errors import BadInput
from engine.files import CHUNK_BYTES

if TYPE_CHECKING:
    import duckdb


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
    _refuse_many_rows(connection, opened, max_rows)
    return read_whole(connection, opened, folder, wanted)


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
