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

from engine.config import Settings
from engine.datasets.dataset import Dataset
from engine.datasets.interactions.card import InteractionCard
from engine.datasets.interactions.options import InteractionOptions
from engine.datasets.store import staged_dataset
from engine.files import utc_now, write_json

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


def save_interactions(
    settings: Settings,
    connection: duckdb.DuckDBPyConnection,
    *,
    raw_id: str,
    options: InteractionOptions,
    dataset_id: str,
    task: str,
    test_id: str,
    card: InteractionCard,
) -> Dataset:
    """Store the tables `rows`, `users`, `items` and `listed`. Raises Failure when the disk is full."""
    _number(connection)
    with staged_dataset(settings, dataset_id) as folder:
        for name, query in QUERIES.items():
            _write(connection, query, folder / name)
        write_json(folder / "card.json", card.to_json())
        description = {
            "schema_version": 1,
            "id": dataset_id,
            "name": options.name,
            "task": task,
            "raw_id": raw_id,
            "options": options.to_json(),
            "labels": [],
            "test_id": test_id,
            "created_at": utc_now(),
        }
        write_json(folder / "dataset.json", description)
    return Dataset.open(settings.workspace.datasets / dataset_id)


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


def _write(connection: duckdb.DuckDBPyConnection, query: str, path: Path) -> None:
    import pyarrow.parquet as pq

    reader = connection.sql(query).to_arrow_reader(BATCH_ROWS)
    with pq.ParquetWriter(path, reader.schema, compression="zstd") as writer:
        for batch in reader:
            writer.write_batch(batch)
