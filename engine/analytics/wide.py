"""The metrics of a run as one row of columns: what `queries.runs` reads, made when a run is taken in.

Turning a million rows (run, part, metric) into columns takes seconds; joining a table that already has them takes
milliseconds. Table `quality` has `run_id` and for each metric `<name>`, `<name>_low`, `<name>_high` of the test part
and `validation_<name>`; a column is added when a metric first occurs. It holds nothing that `metrics` does not.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import duckdb

_OF_RUNS = "run_id IN (SELECT unnest(?::VARCHAR[]))"


def ensure(connection: duckdb.DuckDBPyConnection) -> None:
    """Make the table, and its rows for runs that a program without it took in."""
    connection.execute("CREATE TABLE IF NOT EXISTS quality (run_id VARCHAR)")
    missing = connection.execute("SELECT DISTINCT run_id FROM metrics ANTI JOIN quality USING (run_id)").fetchall()
    if missing:
        widen(connection, [run_id for (run_id,) in missing])


def widen(cursor: duckdb.DuckDBPyConnection, ids: list[str]) -> None:
    """Write the rows of runs whose metrics are in the index and that have no row yet."""
    found = cursor.execute(f"SELECT DISTINCT name FROM metrics WHERE {_OF_RUNS} ORDER BY name", [ids]).fetchall()  # noqa: S608 -- our text
    names = _add_columns(cursor, [name for (name,) in found])
    if not names:
        return
    pivot = ", ".join(f"max({value}) FILTER (part = '{part}' AND name = ?) AS {column}"
                      for name in names for column, part, value in _columns(name))  # fmt: skip
    bound = [name for name in names for _ in _columns(name)]
    cursor.execute(
        f"INSERT INTO quality BY NAME SELECT run_id, {pivot} FROM metrics WHERE {_OF_RUNS} GROUP BY run_id",  # noqa: S608 -- quoted names
        [*bound, ids],
    )


def _add_columns(cursor: duckdb.DuckDBPyConnection, names: list[str]) -> list[str]:
    """Add what is missing; return the names that have columns. DuckDB does not tell AUC from auc: the first counts."""
    rows = cursor.execute("SELECT column_name FROM duckdb_columns() WHERE table_name = 'quality'").fetchall()
    known = {column for (column,) in rows}
    folded = {column.lower() for column in known}
    usable = []
    for name in names:
        if name not in known and name.lower() in folded:
            continue
        usable.append(name)
        if name not in known:
            for column, _, _ in _columns(name):
                cursor.execute(f"ALTER TABLE quality ADD COLUMN IF NOT EXISTS {column} DOUBLE")
            folded |= {name.lower()}
    return usable


def _columns(name: str) -> list[tuple[str, str, str]]:
    """Return (quoted column, part, column of `metrics`) of one metric."""
    quoted = name.replace('"', '""')
    test = [(f'"{quoted}{end}"', "test", value) for end, value in (("", "value"), ("_low", "low"), ("_high", "high"))]
    return [*test, (validation_column(name), "validation", "value")]


def validation_column(name: str) -> str:
    """Return the column, quoted, of a metric on the validation part."""
    return '"validation_{}"'.format(name.replace('"', '""'))


def columns(ask: Callable[[str], list[tuple[Any, ...]]]) -> set[str]:
    """Return the columns that there are, quoted. `ask` answers a query with rows."""
    found = ask("SELECT column_name FROM duckdb_columns() WHERE table_name = 'quality'")
    return {'"{}"'.format(name.replace('"', '""')) for (name,) in found}
