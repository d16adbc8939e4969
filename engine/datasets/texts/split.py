"""Train, validation and test: stratified, by content, the same for the same seed, with no text in two parts.

Rows are put in the order of a hash of their text and the seed, class by class, and cut at the shares. So a row's part
does not depend on where it stands in the file, and equal or nearly equal texts, which share a group, stay together.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import duckdb


def split(
    connection: duckdb.DuckDBPyConnection, fractions: tuple[float, float, float], seed: int, *, test_file: bool
) -> None:
    """Make the table `parts` (row, part) for the rows of `data`; with a test file there is no test part in it.

    Each class gets at least one group of rows in each part.
    """
    train, validation, test = fractions
    test_share = 0.0 if test_file else test
    validation_share = validation / (train + validation) if test_file else validation
    connection.execute(
        """
        CREATE OR REPLACE TABLE parts AS
        WITH groups AS (SELECT grp, arg_min(label, row) AS label, arg_min(key, row) AS key FROM data GROUP BY grp),
        ranked AS (
            SELECT grp, row_number() OVER (PARTITION BY label ORDER BY md5($1 || key)) AS place,
            count(*) OVER (PARTITION BY label) AS total FROM groups
        ),
        cut AS (
            SELECT grp, place, CASE WHEN $2 = 0 THEN 0 ELSE greatest(1, round(total * $2)) END AS tests,
            greatest(1, round(total * $3)) AS validations FROM ranked
        )
        SELECT row, CASE WHEN place <= tests THEN 'test' WHEN place <= tests + validations THEN 'validation'
            ELSE 'train' END AS part
        FROM data JOIN cut USING (grp)
        """,
        [str(seed), test_share, validation_share],
    )


def collect(connection: duckdb.DuckDBPyConnection, *, test_file: bool) -> None:
    """Make the table `rows`: row, source, text, label, part, in the order of the files."""
    connection.execute(
        "CREATE OR REPLACE TABLE rows AS "
        "SELECT row, 'data' AS source, text, label, part FROM data JOIN parts USING (row)"
    )
    if test_file:
        connection.execute("INSERT INTO rows SELECT row, 'test', text, label, 'test' FROM test")


def drop_what_the_test_file_has(connection: duckdb.DuckDBPyConnection) -> int:
    """Delete rows of `data` whose text is in the test file too; return how many."""
    row = connection.execute("DELETE FROM data WHERE key IN (SELECT key FROM test)").fetchone()
    return int(row[0]) if row else 0


def test_part_id(connection: duckdb.DuckDBPyConnection) -> str:
    """Return the SHA-256 of the test part's texts and labels, whatever their order: 64 hex digits."""
    digest = hashlib.sha256()
    cursor = connection.execute("SELECT sha256(text || chr(31) || label) AS h FROM rows WHERE part = 'test' ORDER BY h")
    while batch := cursor.fetchmany(10_000):
        digest.update("".join(row[0] for row in batch).encode())
    return digest.hexdigest()
