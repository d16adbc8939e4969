"""From the table `file` to a table of interactions: users and items as numbers, ratings and times read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from engine.datasets.interactions.columns import MAX_ID_CHARS
from engine.datasets.interactions.names import USUAL_EVENT_WEIGHTS, plain
from engine.datasets.interactions.source import trimmed
from engine.datasets.interactions.times import Times, seconds, without_zone
from engine.datasets.opened import count

if TYPE_CHECKING:
    import duckdb

SHOWN_ROWS = 100
MAX_EVENT_KINDS = 200
MAX_LOST_SHARE = 0.5
"""When more times than this cannot be read, they are not used."""


@dataclass(frozen=True)
class Faults:
    """Rows with one fault: how many, the first hundred, and a few of the values."""

    count: int = 0
    rows: tuple[int, ...] = ()
    examples: tuple[str, ...] = ()


NONE = Faults()


@dataclass(frozen=True)
class Loaded:
    """What is wrong with the rows of one file of interactions."""

    rows: int = 0
    """Rows that are rows, whatever stands in them."""
    no_id: Faults = NONE
    no_time: Faults = NONE
    no_rating: Faults = NONE
    no_weight: Faults = NONE
    no_zone: int = 0
    """Times that are read as UTC because they name no zone."""
    low: int = 0
    """Rows rated below the lowest rating that is a like."""

    @property
    def times_used(self) -> bool:
        return self.no_time.count <= MAX_LOST_SHARE * self.rows


def make_tables(connection: duckdb.DuckDBPyConnection) -> None:
    """Make the empty tables `users` and `items` (code, id) and `events` that what stands in the files goes into."""
    for table in ("users", "items"):
        connection.execute(f"CREATE OR REPLACE TABLE {table} (code INTEGER, id VARCHAR)")
    connection.execute("CREATE OR REPLACE TABLE events (code SMALLINT, event VARCHAR, weight FLOAT)")


def add_ids(connection: duckdb.DuckDBPyConnection, table: str, cell: str) -> None:
    """Give the new ids of a cell of `file` the next codes of `table`, short ids first, then by letter.

    Also makes the table `<table>_raw` (raw, code) that finds the code of a cell as it stands. Trimming only what is
    different saves most of the time of a large file.
    """
    different = f"SELECT raw, {trimmed('raw')} AS id FROM raws"  # noqa: S608
    new = f"SELECT DISTINCT id FROM found WHERE id NOT IN (SELECT id FROM {table})"  # noqa: S608
    next_code = f"(SELECT count(*) FROM {table}) + row_number() OVER (ORDER BY length(id), id) - 1"  # noqa: S608
    usable = f"length(id) BETWEEN 1 AND {MAX_ID_CHARS}"
    connection.execute(f"CREATE OR REPLACE TEMP TABLE raws AS SELECT DISTINCT {cell} AS raw FROM file")  # noqa: S608
    connection.execute(f"CREATE OR REPLACE TEMP TABLE found AS SELECT * FROM ({different}) WHERE {usable}")  # noqa: S608
    connection.execute(f"INSERT INTO {table} SELECT {next_code}, id FROM ({new})")  # noqa: S608
    connection.execute(
        f"CREATE OR REPLACE TABLE {table}_raw AS SELECT raw, code FROM found JOIN {table} USING (id)"  # noqa: S608
    )


def events_found(connection: duckdb.DuckDBPyConnection, cell: str) -> dict[str, int]:
    """Return event as it stands in the table `file` → rows, the most frequent first."""
    query = (
        f"SELECT {trimmed(cell)} AS e, count(*) AS n FROM file GROUP BY e ORDER BY n DESC, e LIMIT {MAX_EVENT_KINDS}"  # noqa: S608
    )
    return dict(connection.execute(query).fetchall())


def event_weight(event: str, given: Mapping[str, float]) -> float:
    """Return how strongly an event counts: as given, else as usual for its name, else 1."""
    chosen = {plain(name): weight for name, weight in given.items()}
    return chosen.get(plain(event), USUAL_EVENT_WEIGHTS.get(plain(event), 1.0))


def load_events(
    connection: duckdb.DuckDBPyConnection, found: Mapping[str, int], given: Mapping[str, float]
) -> dict[str, float]:
    """Put the new ones of the events `found` into the table `events` (code, event, weight); return event → weight."""
    weights = {event: event_weight(event, given) for event in found}
    known = {event for (event,) in connection.execute("SELECT event FROM events").fetchall()}
    new = [(event, weight) for event, weight in weights.items() if event not in known]
    if new:
        rows = [[len(known) + n, event, weight] for n, (event, weight) in enumerate(new)]
        connection.executemany("INSERT INTO events VALUES (?, ?, ?)", rows)
    return weights


def number(cell: str) -> str:
    """Return the SQL that reads a cell as a finite number, a comma as its point; NULL where it is none."""
    value = f"coalesce(try_cast({cell} AS FLOAT), try_cast(replace({trimmed(cell)}, ',', '.') AS FLOAT))"
    return f"CASE WHEN isfinite({value}) THEN {value} END"


def load_interactions(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    cells: Mapping[str, str],
    times: Times,
    min_rating: float,
) -> Loaded:
    """Make `table` of `file`: row, user, item (codes), weight, rating, time (seconds), event (code of `events`).

    `cells` are the columns of `file` by role. Left out are rows without ids, without a weight above 0, without a
    readable time unless most are like that, and those rated below `min_rating`.
    """
    add_ids(connection, "users", cells["user"])
    add_ids(connection, "items", cells["item"])
    weight = number(cells["weight"]) if "weight" in cells else "1"
    join = f"LEFT JOIN events e ON e.event = {trimmed(cells['event'])}" if "event" in cells else ""
    connection.execute(
        f"""
        CREATE OR REPLACE TABLE {table} AS
        SELECT row, u.code AS user, i.code AS item, CAST({weight} AS FLOAT) AS weight,
            CAST({number(cells["rating"]) if "rating" in cells else "NULL"} AS FLOAT) AS rating,
            CAST({seconds(times, cells.get("time", "NULL"))} AS BIGINT) AS time,
            CAST({"e.code" if join else "NULL"} AS SMALLINT) AS event
        FROM file LEFT JOIN users_raw u ON u.raw = {cells["user"]}
            LEFT JOIN items_raw i ON i.raw = {cells["item"]} {join}
        """  # noqa: S608
    )
    loaded = _look_for_faults(connection, table, cells, times)
    _drop_faults(connection, table, cells, loaded)
    if not min_rating or "rating" not in cells:
        return loaded
    low = connection.execute(f"DELETE FROM {table} WHERE coalesce(rating < ?, true)", [min_rating]).fetchone()  # noqa: S608
    return replace(loaded, low=int(low[0]) if low else 0)


def _look_for_faults(
    connection: duckdb.DuckDBPyConnection, table: str, cells: Mapping[str, str], times: Times
) -> Loaded:
    def look(condition: str, role: str = "") -> Faults:
        return find_faults(connection, table, condition, cells.get(role, "")) if role in cells or not role else NONE

    no_rating = NONE
    if "rating" in cells and count(connection, f"(FROM {table} WHERE rating IS NULL LIMIT 1)"):
        written = f"SELECT row FROM file WHERE {trimmed(cells['rating'])} <> ''"  # noqa: S608
        no_rating = look(f"rating IS NULL AND row IN ({written})", "rating")
    time = cells.get("time", "NULL")
    no_time = look("time IS NULL", "time")
    read = f"row NOT IN (SELECT row FROM {table} WHERE time IS NULL)" if no_time.count else "true"  # noqa: S608
    zoneless = f"(FROM file WHERE {time} IS NOT NULL AND {without_zone(times, time)} AND {read})"
    return Loaded(
        rows=count(connection, table),
        no_id=look("user IS NULL OR item IS NULL"),
        no_time=no_time,
        no_rating=no_rating,
        no_weight=look("coalesce(weight, 0) <= 0", "weight"),
        no_zone=count(connection, zoneless),
    )


def find_faults(connection: duckdb.DuckDBPyConnection, table: str, condition: str, cell: str = "") -> Faults:
    """Return the rows of `table` for which `condition` holds, with what the first of them have in a cell of `file`."""
    query = f"SELECT count(*), list_sort(min(row, {SHOWN_ROWS})) FROM {table} WHERE {condition}"  # noqa: S608
    number_found, rows = connection.execute(query).fetchone() or (0, None)
    if not (number_found and cell):
        return Faults(number_found, tuple(rows or ()))
    query = f"SELECT left(coalesce({cell}, ''), 60) FROM file WHERE row IN (SELECT unnest(?)) ORDER BY row"  # noqa: S608
    values = [value for (value,) in connection.execute(query, [rows[:3]]).fetchall()]
    return Faults(number_found, tuple(rows), tuple(dict.fromkeys(filter(None, values))))


def _drop_faults(connection: duckdb.DuckDBPyConnection, table: str, cells: Mapping[str, str], loaded: Loaded) -> None:
    if "time" in cells and not loaded.times_used:
        connection.execute(f"UPDATE {table} SET time = NULL")  # noqa: S608
    elif "time" in cells:
        connection.execute(f"DELETE FROM {table} WHERE time IS NULL")  # noqa: S608
    if "event" in cells:
        weigh = f"UPDATE {table} SET weight = {table}.weight * e.weight FROM events e"  # noqa: S608
        connection.execute(f"{weigh} WHERE e.code = {table}.event AND e.weight <> 1")
    connection.execute(f"DELETE FROM {table} WHERE user IS NULL OR item IS NULL OR coalesce(weight, 0) <= 0")  # noqa: S608
