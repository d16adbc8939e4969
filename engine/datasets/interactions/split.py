"""Train, validation and test: by one cut through time, so that nobody learns from the future; or by lot, user by user.

By lot, a pair of user and item goes to a part by a hash of their ids and the seed: not by where it stands in the file,
and repeated pairs stay together.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engine.datasets.interactions.options import InteractionOptions

if TYPE_CHECKING:
    import duckdb

MIN_PAIRS = 4
"""A user with fewer different items than this is in train alone when the split is by lot."""


def shares(options: InteractionOptions) -> tuple[float, float]:
    """Return the shares of validation and test of the table `data`; with a test file nothing of it is for test."""
    train, validation, test = options.fractions
    return (validation / (train + validation), 0.0) if options.test_raw_id else (validation, test)


def split(connection: duckdb.DuckDBPyConnection, options: InteractionOptions, *, by_time: bool) -> str:
    """Make the table `parts` (row, part) for the rows of `data`; return how: "time" or "user_random".

    Where times do not cut the data, as when all are the same, it is split by lot.
    """
    validation, test = shares(options)
    if by_time and _split_by_time(connection, validation, test):
        return "time"
    _split_by_lot(connection, validation, test, options.split_seed)
    return "user_random"


def _split_by_time(connection: duckdb.DuckDBPyConnection, validation: float, test: float) -> bool:
    """Cut behind two moments; interactions of the same second stay together. Return False when there is no such cut."""
    query = "SELECT quantile_disc(time, [$1, $2]), max(time) FROM data"
    (first, second), last = _row(connection, query, [1 - validation - test, 1 - test])
    if test and second == last:
        second = _before(connection, last)
    if second is not None and first >= second:
        first = _before(connection, second)
    if first is None or second is None:
        return False
    connection.execute(
        "CREATE OR REPLACE TABLE parts AS SELECT row, CASE WHEN time <= $1 THEN 'train' "
        "WHEN time <= $2 THEN 'validation' ELSE 'test' END AS part FROM data",
        [first, second],
    )
    return True


def _before(connection: duckdb.DuckDBPyConnection, moment: int) -> int | None:
    """Return the last time before `moment`; None when there is none."""
    found: int | None = _row(connection, "SELECT max(time) FROM data WHERE time < $1", [moment])[0]
    return found


def _row(connection: duckdb.DuckDBPyConnection, query: str, values: list[float]) -> tuple[Any, ...]:
    return connection.execute(query, values).fetchone() or ()


def _split_by_lot(connection: duckdb.DuckDBPyConnection, validation: float, test: float, seed: int) -> None:
    connection.execute(
        f"""
        CREATE OR REPLACE TABLE parts AS
        WITH pairs AS (SELECT DISTINCT user, item FROM data),
        ranked AS (
            SELECT user, item, count(*) OVER (PARTITION BY user) AS total, row_number() OVER (
                PARTITION BY user ORDER BY md5_number_lower($1 || chr(31) || u.id || chr(31) || i.id), item
            ) AS place
            FROM pairs JOIN users u ON u.code = user JOIN items i ON i.code = item
        ),
        placed AS (
            SELECT user, item, CASE WHEN total < {MIN_PAIRS} THEN 'train' WHEN place <= round(total * $2) THEN 'test'
                WHEN place <= round(total * $2) + round(total * $3) THEN 'validation' ELSE 'train' END AS part
            FROM ranked
        )
        SELECT row, part FROM data JOIN placed USING (user, item)
        """,  # noqa: S608
        [str(seed), test, validation],
    )


def collect(connection: duckdb.DuckDBPyConnection, *, test_file: bool) -> None:
    """Make the table `rows`: row, source, user, item, weight, rating, time, event, part."""
    kept = "user, item, weight, rating, time, event"
    connection.execute(
        f"CREATE OR REPLACE TABLE rows AS SELECT row, 'data' AS source, {kept}, part FROM data JOIN parts USING (row)"  # noqa: S608
    )
    if test_file:
        connection.execute(f"INSERT INTO rows SELECT row, 'test', {kept}, 'test' FROM test")  # noqa: S608


def test_part_id(connection: duckdb.DuckDBPyConnection) -> str:
    """Return what tells one test part from another, whatever the order of its rows: 64 hex digits.

    A sum of hashes over the pairs of user and item, so that millions of them need no sorting.
    """
    from engine.files import sha256_json

    query = """
        SELECT count(*), sum(md5_number_lower(pair)::HUGEINT)::VARCHAR, sum(md5_number_upper(pair)::HUGEINT)::VARCHAR
        FROM (
            SELECT u.id || chr(31) || i.id AS pair FROM rows
            JOIN users u ON u.code = user JOIN items i ON i.code = item WHERE part = 'test'
        )
    """
    return sha256_json(list(connection.execute(query).fetchone() or ()))
