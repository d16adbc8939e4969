"""From an opened file of interactions to a table of them: read, tell how times are written, weigh events, load."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from engine.datasets.interactions.columns import Found
from engine.datasets.interactions.load import Loaded, events_found, load_events, load_interactions
from engine.datasets.interactions.options import InteractionOptions
from engine.datasets.interactions.source import read_file
from engine.datasets.interactions.times import Times, detect_times
from engine.datasets.opened import Opened, Read

if TYPE_CHECKING:
    import duckdb


@dataclass(frozen=True)
class Made:
    """What was found while a table of interactions was made."""

    read: Read
    loaded: Loaded
    times: Times
    events: dict[str, int]
    """Event → rows, as it stands in the file."""
    weights: dict[str, float]
    """Event → how strongly it counts."""


def make_interactions(
    connection: duckdb.DuckDBPyConnection,
    source: Opened,
    found: Found,
    options: InteractionOptions,
    folder: Path,
    table: str,
    *,
    max_rows: int,
) -> Made:
    """Make `table` of the interactions in `source`, whose columns are `found`; see `load_interactions`.

    New events join the table `events`. Raises BadInput for more than `max_rows` rows.
    """
    columns = {r: c for r, c in found.columns.items() if r != "time" or "ignore_times" not in options.cleaning}
    wanted = list(dict.fromkeys(columns.values()))
    read = read_file(connection, source, folder, wanted, max_rows=max_rows)
    cells = {role: f"v{wanted.index(name)}" for role, name in columns.items()}
    times = detect_times(connection, cells["time"], options.time_format) if "time" in cells else Times()
    events = events_found(connection, cells["event"]) if "event" in cells else {}
    weights = load_events(connection, events, options.event_weights)
    loaded = load_interactions(connection, table, cells, times, options.min_rating)
    connection.execute("DROP TABLE file")
    return Made(read, loaded, times, events, weights)
