"""From the table `file` to a table of interactions: users and items as numbers, ratings and times read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine.datasets.interactions.columns import MAX_ID_CHARS, USUAL_EVENT_WEIGHTS, plain
from engine.datasets.interactions.source import trimmed
from engine.datasets.interactions.times import seconds, without_zone

if TYPE_CHECKING:
    import duckdb

SHOWN_ROWS = 100
MAX_EVENT_KINDS = 200


@dataclass(frozen=True)
class Cells:
    """The SQL that reads each role out of a row of `file`; "" for a role without a column."""

    user: str
    item: str
    rating: str = ""
    weight: str = ""
    time: str = ""
    event: str = ""

    @classmethod
    def of(cls, columns: Mapping[str, str], wanted: list[str]) -> Cells:
        """Return the cells of `columns` (role → name), where `wanted` tells which place a name has in `file`."""
        return cls(**{role: trimmed(f"v{wanted.index(name)}") for role, name in columns.items()})


@dataclass(frozen=True)
class Faults:
    """Rows with one fault: how many, the first hundred, and a few of the values."""

    count: int = 0
    rows: tuple[int, ...] = ()
    examples: tuple[str, ...] = ()


def make_tables(connection: duckdb.DuckDBPyConnection) -> None:
    """Make the empty tables `users` and `items` (code, id) that every file's ids go into."""
    for table in ("users", "items"):
        connection.execute(f"CREATE OR REPLACE TABLE {table} (code INTEGER, id VARCHAR)")


def faults(connection: duckdb.DuckDBPyConnection, condition: str, value: str = "''") -> Faults:
    """Return the rows of `file` for which `condition` holds, with the expression `value` of the first of them."""
    query = f"""
        SELECT count(*), list_sort(min(row, {SHOWN_ROWS})), list_transform(min({{'r': row, 'v': left({value}, 60)}}, 3), lambda x: x.v)
        FROM file WHERE {condition}
    """  # noqa: S608, E501
    found = connection.execute(query).fetchone()
    return Faults(int(found[0]), tuple(found[1] or ()), tuple(dict.fromkeys(found[2] or ()))) if found else Faults()


def no_id(cells: Cells) -> str:
    """Return the condition of a row that does not say who or what."""
    return (
        f"NOT (length({cells.user}) BETWEEN 1 AND {MAX_ID_CHARS} AND length({cells.item}) BETWEEN 1 AND {MAX_ID_CHARS})"
    )


def no_time(cells: Cells, time_format: str) -> str:
    """Return the condition of a row whose time cannot be read."""
    return f"({seconds(time_format, cells.time)}) IS NULL" if time_format else "true"


def no_zone(cells: Cells, time_format: str) -> str:
    return f"{without_zone(time_format, cells.time)} AND NOT {no_time(cells, time_format)}"


def number(cell: str) -> str:
    """Return the SQL that reads a cell as a finite number, a comma as its point; NULL where it is none."""
    value = f"try_cast(replace({cell}, ',', '.') AS FLOAT)"
    return f"(CASE WHEN isfinite({value}) THEN {value} END)"


def no_rating(cells: Cells) -> str:
    return f"{cells.rating} <> '' AND {number(cells.rating)} IS NULL"


def no_weight(cells: Cells) -> str:
    return f"coalesce({number(cells.weight)}, 0) <= 0"


def events_found(connection: duckdb.DuckDBPyConnection, cells: Cells) -> dict[str, int]:
    """Return event as it stands in the table `file` → rows, the most frequent first."""
    query = f"SELECT {cells.event} AS e, count(*) AS n FROM file GROUP BY e ORDER BY n DESC, e LIMIT {MAX_EVENT_KINDS}"  # noqa: S608
    return dict(connection.execute(query).fetchall()) if cells.event else {}


def event_weight(event: str, given: Mapping[str, float]) -> float:
    """Return how strongly an event counts: as given, else as usual for its name, else 1."""
    chosen = {plain(name): weight for name, weight in given.items()}
    return chosen.get(plain(event), USUAL_EVENT_WEIGHTS.get(plain(event), 1.0))


def load_events(
    connection: duckdb.DuckDBPyConnection, found: Mapping[str, int], given: Mapping[str, float]
) -> dict[str, float]:
    """Make the table `events` (code, event, weight) and return event → weight."""
    weights = {event: event_weight(event, given) for event in found}
    connection.execute("CREATE OR REPLACE TABLE events (code SMALLINT, event VARCHAR, weight FLOAT)")
    if weights:
        rows = [[code, event, weight] for code, (event, weight) in enumerate(weights.items())]
        connection.executemany("INSERT INTO events VALUES (?, ?, ?)", rows)
    return weights


def load_interactions(
    connection: duckdb.DuckDBPyConnection, table: str, cells: Cells, time_format: str, min_rating: float | None
) -> int:
    """Make `table` of `file`: row, user, item (codes), weight, rating, time (seconds), event (code of `events`).

    Left out are rows without ids, without a readable time where there are times, with a weight of 0, and those rated
    below `min_rating`; returns how many the last are. New ids get the next codes, in the order of the ids.
    """
    usable = [f"NOT ({no_id(cells)})"]
    usable += [f"NOT ({no_time(cells, time_format)})"] if time_format else []
    usable += [f"NOT ({no_weight(cells)})"] if cells.weight else []
    where = " AND ".join(usable)
    _add_ids(connection, "users", cells.user, where)
    _add_ids(connection, "items", cells.item, where)
    weight = number(cells.weight) if cells.weight else "1"
    time = seconds(time_format, cells.time) if time_format else "NULL"
    event = f"LEFT JOIN events e ON e.event = {cells.event}" if cells.event else ""
    connection.execute(
        f"""
        CREATE OR REPLACE TABLE {table} AS
        SELECT row, u.code AS user, i.code AS item,
            CAST({weight} * {"coalesce(e.weight, 1)" if cells.event else "1"} AS FLOAT) AS weight,
            CAST({number(cells.rating) if cells.rating else "NULL"} AS FLOAT) AS rating,
            CAST({time} AS BIGINT) AS time,
            CAST({"e.code" if cells.event else "NULL"} AS SMALLINT) AS event
        FROM file JOIN users u ON u.id = {cells.user} JOIN items i ON i.id = {cells.item} {event}
        WHERE {where}
        """  # noqa: S608
    )
    connection.execute(f"DELETE FROM {table} WHERE weight <= 0")  # noqa: S608
    if min_rating is None or not cells.rating:
        return 0
    low = connection.execute(f"DELETE FROM {table} WHERE coalesce(rating, -1e30) < ?", [min_rating]).fetchone()  # noqa: S608
    return int(low[0]) if low else 0


def _add_ids(connection: duckdb.DuckDBPyConnection, table: str, cell: str, where: str) -> None:
    connection.execute(
        f"""
        INSERT INTO {table}
        SELECT (SELECT count(*) FROM {table}) + row_number() OVER (ORDER BY length(id), id) - 1, id
        FROM (SELECT DISTINCT {cell} AS id FROM file WHERE {where}) WHERE id NOT IN (SELECT id FROM {table})
        """  # noqa: S608
    )
