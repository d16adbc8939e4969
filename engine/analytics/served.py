"""What was served: who asked which model how often, how fast the answers were, and when a key was last used.

Read from the usage files, so a request is here a moment after it was answered. Times are UTC without a zone.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from engine.analytics.database import Index
from engine.errors import BadInput

if TYPE_CHECKING:
    import pandas as pd

MINUTE, HOUR, DAY = 60, 3600, 86400
GROUPS = {"model": "model", "version": "version", "run": "run_id", "key": "api_key"}
"""What traffic is counted by → its column."""
POINTS = 60
_FIGURES = """
    count(*) AS requests, coalesce(sum(predictions) FILTER (status < 400), 0)::BIGINT AS predictions,
    count(*) FILTER (status >= 400) AS errors, count(*) FILTER (status >= 500) AS faults,
    count(*) / ?::DOUBLE AS requests_per_s,
    quantile_cont(ms, 0.5) FILTER (status < 400) AS p50_ms, quantile_cont(ms, 0.95) FILTER (status < 400) AS p95_ms,
    quantile_cont(ms, 0.99) FILTER (status < 400) AS p99_ms, quantile_cont(queue_ms, 0.95) AS queue_p95_ms,
    avg(batch) FILTER (batch > 0) AS batch_rows, sum(bytes_in)::BIGINT AS bytes_in, sum(bytes_out)::BIGINT AS bytes_out,
    max(served_at) AS last_at
"""
"""Latencies are of what was answered: a refusal is quick and would flatter them."""
SINCE = "served_at >= (now() AT TIME ZONE 'UTC') - to_seconds(?::DOUBLE)"
"""Which requests were answered in the last so many seconds."""


def traffic(index: Index, *, seconds: float = HOUR, by: Sequence[str] = ("model", "version")) -> pd.DataFrame:
    """Return what was asked in the last `seconds`, a row for each of `by` ("model", "version", "run", "key").

    Columns: those of `by` (a key's is "" where none was needed), requests, predictions (rows answered), errors (status
    from 400), faults (from 500), requests_per_s (over all of `seconds`), p50_ms, p95_ms, p99_ms and queue_p95_ms
    (missing where nothing was answered), batch_rows (mean of the rows computed together), bytes_in, bytes_out, last_at.
    Requests for models that are not there are left out. Raises BadInput for another group.
    """
    columns = _columns(by)
    named = ", ".join(f"{column} AS {name}" for name, column in columns.items())
    groups = ", ".join(columns.values())
    return index.frame(
        f"SELECT {named}, {_FIGURES} FROM usage WHERE {SINCE} AND model <> '' GROUP BY {groups} "  # noqa: S608 -- ours
        f"ORDER BY requests DESC, {groups}",
        [seconds, seconds],
    )


def over_time(index: Index, model: str, *, seconds: float = HOUR, points: int = POINTS) -> pd.DataFrame:
    """Return the traffic of a model over the last `seconds`, in `points` equal steps, by version.

    Columns: at (the beginning of the step), version, and those of `traffic`; steps without a request are left out.
    """
    step = max(1.0, seconds / points)
    place = "to_timestamp(floor(epoch(served_at) / ?::DOUBLE) * ?::DOUBLE) AT TIME ZONE 'UTC'"
    return index.frame(
        f'SELECT {place} AS "at", version, {_FIGURES} FROM usage WHERE {SINCE} AND model = ? '  # noqa: S608 -- ours
        'GROUP BY "at", version ORDER BY "at", version',
        [step, step, step, seconds, model],
    )


def last_used(index: Index) -> dict[str, datetime]:
    """Return when each API key was last used, by its name; keys that never were are left out."""
    rows = index.rows("SELECT api_key, max(served_at) FROM usage WHERE api_key <> '' GROUP BY api_key")
    return dict(rows)


def _columns(by: Sequence[str]) -> dict[str, str]:
    for name in by:
        if name not in GROUPS:
            raise BadInput("Traffic is not counted by {name}; choose from {known}.", name=name, known=", ".join(GROUPS))
    return {name: GROUPS[name] for name in by}
