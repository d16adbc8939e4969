"""The items file: what is said about items, also about those that nobody has touched."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine.datasets.interactions.columns import MAX_ID_CHARS
from engine.datasets.interactions.load import NONE, Faults, find_faults
from engine.datasets.interactions.source import trimmed
from engine.datasets.opened import Opened, count

if TYPE_CHECKING:
    import duckdb

MAX_TITLE_CHARS = 300
MAX_TEXT_CHARS = 10_000
"""More of a text is cut off: encoders read far less."""
MAX_CATEGORIES = 20
"""More categories of one item are left out."""
SEPARATORS = ("|", ";", ",", "、", "，")
"""What stands between categories of one item; the first that occurs in the column is taken."""


@dataclass(frozen=True)
class LoadedItems:
    """What loading the items file found besides the items."""

    listed: int = 0
    """Different items."""
    no_id: Faults = NONE
    repeated: Faults = NONE


def no_items(connection: duckdb.DuckDBPyConnection) -> None:
    """Make the empty table `listed`: code, title, text, categories."""
    connection.execute(
        "CREATE OR REPLACE TABLE listed (code INTEGER, title VARCHAR, text VARCHAR, categories VARCHAR[])"
    )


def load_items(connection: duckdb.DuckDBPyConnection, columns: Mapping[str, str], wanted: list[str]) -> LoadedItems:
    """Make the table `listed` of `file`, and give new ids the next codes of `items`.

    Of a repeated id the first row counts.
    """
    cell = {role: trimmed(f"v{wanted.index(name)}") for role, name in columns.items()}
    usable = f"length({cell['id']}) BETWEEN 1 AND {MAX_ID_CHARS}"
    missing = find_faults(connection, "file", f"NOT ({usable})")
    again = f"row NOT IN (SELECT min(row) FROM file WHERE {usable} GROUP BY {cell['id']})"  # noqa: S608
    repeated = find_faults(connection, "file", f"{usable} AND {again}", cell["id"])
    connection.execute(
        f"""
        INSERT INTO items
        SELECT (SELECT count(*) FROM items) + row_number() OVER (ORDER BY length(id), id) - 1, id
        FROM (SELECT DISTINCT {cell["id"]} AS id FROM file WHERE {usable}) WHERE id NOT IN (SELECT id FROM items)
        """  # noqa: S608
    )
    no_items(connection)
    connection.execute(
        f"""
        INSERT INTO listed
        SELECT code, left({cell.get("title", "''")}, {MAX_TITLE_CHARS}),
            left({cell.get("text", "''")}, {MAX_TEXT_CHARS}),
            {_categories(connection, cell.get("category", ""))}
        FROM file JOIN items ON id = {cell["id"]} WHERE {usable} AND NOT ({again})
        """  # noqa: S608
    )
    return LoadedItems(count(connection, "listed"), missing, repeated)


def shared_ids(connection: duckdb.DuckDBPyConnection, opened: Opened, column: str) -> int:
    """Return how many of the column's first values are ids of the table `items`."""
    values = list({row[column].strip() for row in opened.head if row.get(column, "").strip()})
    found = connection.execute(
        "SELECT count(*) FROM items WHERE id IN (SELECT unnest(?::VARCHAR[]))", [values]
    ).fetchone()
    return int(found[0]) if found else 0


def _categories(connection: duckdb.DuckDBPyConnection, cell: str) -> str:
    """Return the SQL that splits a cell into its categories, each once; "['a', 'b']" is a list too."""
    if not cell:
        return "[]::VARCHAR[]"
    counts = ", ".join(f"count_if(contains({cell}, '{mark}'))" for mark in SEPARATORS)
    found = connection.execute(f"SELECT {counts} FROM file").fetchone() or ()  # noqa: S608
    mark = next((m for m, n in zip(SEPARATORS, found, strict=False) if n), ",")
    listed = f"CASE WHEN {cell} LIKE '[%]' THEN try_cast({cell} AS VARCHAR[]) END"
    split = f"list_transform(coalesce({listed}, string_split({cell}, '{mark}')), lambda x: trim(x))"
    # Each once, in the order of the file; list_distinct would shuffle them.
    return f"list_filter({split}, lambda x, i: x <> '' AND list_position({split}, x) = i)[:{MAX_CATEGORIES}]"
