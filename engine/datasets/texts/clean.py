"""Cleaning steps. Each is one query that names the rows it would drop, for the preview and for the deed alike."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from engine.datasets.opened import BLANKS
from engine.datasets.texts.load import MAX_TEXT_CHARS
from engine.datasets.texts.suspects import MAX_ROWS, Suspect, find_suspects
from engine.errors import BadInput

if TYPE_CHECKING:
    import duckdb

STEPS: dict[str, str] = {
    "drop_missing": f"SELECT row FROM file WHERE coalesce(trim(v0, '{BLANKS}'), '') = '' OR coalesce(trim(v1, '{BLANKS}'), '') = ''",  # noqa: S608, E501
    "drop_duplicates": "SELECT row FROM data QUALIFY row_number() OVER (PARTITION BY key, label ORDER BY row) > 1",
    "drop_near_duplicates": "SELECT row FROM data QUALIFY first <> min(first) OVER (PARTITION BY grp)",
    "drop_conflicts": "SELECT row FROM data WINDOW same_text AS (PARTITION BY key) "
    "QUALIFY min(label) OVER same_text <> max(label) OVER same_text",
    "drop_suspects": "SELECT row FROM suspects",
}
"""Step → the rows it drops, told from the tables file (row, v0, v1), data (row, …, see `make_data`), suspects (row)."""
TOO_LONG = f"SELECT row FROM file WHERE length(v0) > {MAX_TEXT_CHARS}"  # noqa: S608


def check_steps(steps: tuple[str, ...]) -> None:
    """Raise BadInput for a step that does not exist."""
    for step in steps:
        if step not in STEPS:
            raise BadInput(
                "There is no cleaning step {step}; choose from: {choices}.", step=step, choices=", ".join(STEPS)
            )


def affected(connection: duckdb.DuckDBPyConnection, query: str, *, limit: int = 100) -> tuple[int, tuple[int, ...]]:
    """Return how many rows a step's query names, and the first of them."""
    found = connection.execute(f"SELECT count(*), list_sort(min(row, {limit})) FROM ({query})").fetchone()  # noqa: S608
    return (int(found[0]), tuple(found[1] or ())) if found else (0, ())


def clean(connection: duckdb.DuckDBPyConnection, steps: tuple[str, ...]) -> list[dict[str, Any]]:
    """Carry out `steps` in order; return {"step", "rows_dropped"} for each."""
    done = []
    for step in steps:
        if step == "drop_missing":  # such rows never came into `data`
            dropped, _ = affected(connection, STEPS[step])
        else:
            row = connection.execute(f"DELETE FROM data WHERE row IN ({STEPS[step]})").fetchone()  # noqa: S608
            dropped = int(row[0]) if row else 0
        done.append({"step": step, "rows_dropped": dropped})
    return done


def look_for_suspects(
    connection: duckdb.DuckDBPyConnection, should_stop: Callable[[], bool]
) -> tuple[list[Suspect], bool]:
    """Fill the table `suspects`; return the suspects, the surest first, and whether only a sample was looked at."""
    connection.execute("CREATE OR REPLACE TABLE suspects (row BIGINT)")
    total = connection.execute("SELECT count(*) FROM data").fetchone()
    if should_stop() or not total or not total[0]:
        return [], False
    rows = connection.execute(
        # A sample by content, the same whatever the order of the file.
        f"SELECT row, left(text, 2000), label, grp FROM (SELECT * FROM data ORDER BY key, row LIMIT {MAX_ROWS}) ORDER BY row"  # noqa: S608, E501
    ).fetchall()
    columns = list(zip(*rows, strict=True))
    found = find_suspects(*columns)
    if found:
        connection.executemany("INSERT INTO suspects VALUES (?)", [[s.row] for s in found])
    return found, total[0] > MAX_ROWS
