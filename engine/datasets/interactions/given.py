"""A file of interactions in the codes of a stored data set: what a finished run is judged on, or recommends from."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from engine.config import Settings
from engine.datasets.dataset import Dataset
from engine.datasets.interactions.columns import Found, Usual, detect_interactions
from engine.datasets.interactions.guard import guarded
from engine.datasets.interactions.load import make_tables
from engine.datasets.interactions.make import make_interactions
from engine.datasets.interactions.open import NO_TIME, Histories, histories_of
from engine.datasets.interactions.options import InteractionOptions
from engine.datasets.interactions.problems import missing_columns
from engine.datasets.interactions.source import require_columns
from engine.datasets.opened import Opened, open_file
from engine.datasets.raw import Raw
from engine.datasets.table import database
from engine.errors import BadInput, NotFound

if TYPE_CHECKING:
    import duckdb

ROLES = ("user", "item", "rating", "weight", "time", "event")


@dataclass(frozen=True)
class Given:
    """The interactions of a file whose user and item the data set knows, and how many are left out."""

    histories: Histories
    """By the data set's codes; a pair of user and item stands once."""
    rows_read: int
    rows_used: int
    """Rows whose user and item are known."""
    new_users: int
    """Users of the file that the data set does not know."""
    new_items: int


def read_given(
    path: Path,
    dataset: Dataset,
    settings: Settings,
    *,
    filename: str = "",
    usual: Usual | None = None,
    columns: Mapping[str, str] | None = None,
) -> Given:
    """Return the interactions of the file at `path` in the codes of `dataset`, read and weighed as its own were.

    `columns` names columns by what they are ("user" → "who"); else those that the data set's file had are looked for,
    then the usual ones. Raises BadInput for a file that cannot be read or holds no interaction that the data set knows.
    """
    name, options = filename or path.name, dataset.options
    assert isinstance(options, InteractionOptions)
    if not path.is_file():
        raise NotFound("There is no file {path}; give the path of a CSV or Parquet file.", path=str(path))
    with (
        tempfile.TemporaryDirectory(dir=settings.workspace.tmp, prefix="given-") as folder,
        database(Path(folder)) as connection,
        guarded(connection, None),
    ):
        connection.execute("SET TimeZone = 'UTC'")
        sizes = _load_codes(connection, dataset)
        source = open_file(connection, Raw("", path, name, path.stat().st_size, ""), Path(folder))
        found = _columns(source, options, usual or {}, columns or {})
        limit = settings.max_interactions
        made = make_interactions(connection, source, found, options, Path(folder), "given", max_rows=limit)
        return _known(connection, name, made.read.rows, *sizes)


def _load_codes(connection: duckdb.DuckDBPyConnection, dataset: Dataset) -> tuple[int, int]:
    """Fill the tables `users` and `items` with the data set's; return how many there are of each."""
    make_tables(connection)
    for table in ("users", "items"):
        path = str(dataset.folder / f"{table}.parquet")
        connection.execute(f"INSERT INTO {table} SELECT code, id FROM read_parquet(?)", [path])  # noqa: S608
    counts = connection.execute("SELECT (SELECT count(*) FROM users), (SELECT count(*) FROM items)").fetchone()
    return counts or (0, 0)


def _columns(source: Opened, options: InteractionOptions, usual: Usual, named: Mapping[str, str]) -> Found:
    require_columns(source, {role: column for role, column in named.items() if column})
    same = {role: getattr(options, f"{role}_column") for role in ROLES}
    given = {role: column for role, column in {**same, **named}.items() if column in source.columns}
    found = detect_interactions(source.columns, source.head, usual, given)
    for problem in missing_columns(source, found):
        if problem.level == "block":
            raise BadInput(problem.message)
    return found


def _known(connection: duckdb.DuckDBPyConnection, filename: str, rows: int, users: int, items: int) -> Given:
    new = "SELECT (SELECT count(*) FROM users) - ?, (SELECT count(*) FROM items) - ?"
    new_users, new_items = connection.execute(new, [users, items]).fetchone() or (0, 0)
    found = connection.execute(
        f"SELECT user, item, weight, rating, coalesce(time, {NO_TIME}) AS time FROM given "  # noqa: S608
        "WHERE user < ? AND item < ? ORDER BY user, time, row",
        [users, items],
    ).fetchnumpy()
    columns = {name: np.ma.filled(column, np.nan) for name, column in found.items()}
    if not len(columns["user"]):
        raise BadInput(
            "No row of {filename} has a user and an item that the data of the run has; write the ids as they are "
            "written there.",
            filename=filename,
        )
    return Given(histories_of(columns, users, items), rows, len(columns["user"]), new_users, new_items)
