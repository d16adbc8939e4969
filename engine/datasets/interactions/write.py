"""A data set for recommendation on disk, whole or absent.

<datasets>/<id>/dataset.json   what it is
                card.json      its card
                rows.parquet   row, source, user, item (codes), weight, rating, time (seconds, UTC), event, part;
                               by user, then by time, then as in the files
                users.parquet  code, id
                items.parquet  code, id, title, text, categories; also items that nobody has touched
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from engine.datasets.table import write_parquet

if TYPE_CHECKING:
    import duckdb

BATCH_ROWS = 100_000
QUERIES = {
    "users.parquet": "SELECT code, id FROM final_users ORDER BY code",
    "items.parquet": """
        SELECT f.code, f.id, coalesce(title, '') AS title, coalesce(text, '') AS text,
            coalesce(categories, []::VARCHAR[]) AS categories
        FROM final_items f LEFT JOIN listed ON listed.code = f.old ORDER BY f.code
    """,
    "rows.parquet": """
        SELECT row, source, u.code AS user, i.code AS item, rows.weight, rating, time, e.event, part
        FROM rows JOIN final_users u ON u.old = user JOIN final_items i ON i.old = item
            LEFT JOIN events e ON e.code = rows.event
        ORDER BY u.code, time, source, row
    """,
}


def write_tables(connection: duckdb.DuckDBPyConnection, folder: Path) -> None:
    """Write the tables `rows`, `users`, `items` and `listed` into `folder`."""
    _number(connection)
    for name, query in QUERIES.items():
        write_parquet(connection, query, folder / name, batch_rows=BATCH_ROWS)


def _number(connection: duckdb.DuckDBPyConnection) -> None:
    """Make `final_users` and `final_items` (old, code, id): codes from 0, short ids first, then by letter."""
    for table, used in (
        ("users", "SELECT user FROM rows"),
        ("items", "SELECT item FROM rows UNION ALL SELECT code FROM listed"),
    ):
        connection.execute(
            f"""
            CREATE OR REPLACE TABLE final_{table} AS
            SELECT code AS old, CAST(row_number() OVER (ORDER BY length(id), id) - 1 AS INTEGER) AS code, id
            FROM {table} WHERE code IN ({used})
            """  # noqa: S608
        )
