"""The figures of a card: how much there is, how it is spread over users, items and time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import duckdb

QUANTILES = {"min": 0.0, "p5": 0.05, "p25": 0.25, "p50": 0.5, "p75": 0.75, "p95": 0.95, "max": 1.0}
BINS = 30
CURVE_POINTS = 100
KEPT_RATINGS = 20
RATING_BINS = 10
SHOWN_SAMPLES = 8
SHOWN_CATEGORIES = 20


def counts(connection: duckdb.DuckDBPyConnection, column: str) -> NDArray[np.int64]:
    """Return the interactions of `data` a user or an item, the most first. `column`: "user" or "item"."""
    query = f"SELECT count(*) AS n FROM data GROUP BY {column} ORDER BY n DESC"  # noqa: S608
    return np.asarray(connection.execute(query).fetchnumpy()["n"], dtype=np.int64)


def pairs(connection: duckdb.DuckDBPyConnection) -> int:
    """Return how many different pairs of user and item `data` has."""
    return int(_one(connection, "SELECT count(*) FROM (SELECT DISTINCT user, item FROM data)")[0])


def summary(values: NDArray[np.int64]) -> dict[str, float]:
    """Return quantiles and mean; {} of nothing."""
    if not len(values):
        return {}
    found = {name: float(np.quantile(values, q)) for name, q in QUANTILES.items()} | {"mean": float(values.mean())}
    return {name: round(value, 2) for name, value in found.items()}


def histogram(values: NDArray[np.int64]) -> tuple[tuple[float, float, int], ...]:
    """Return (from, to, how many): bins to the 99th percentile, one for the rest."""
    if not len(values):
        return ()
    top = max(np.quantile(values, 0.99), values.min() + 1)
    edges = np.unique(np.floor(np.linspace(values.min(), top + 1, BINS + 1)))
    if values.max() >= edges[-1]:
        edges = np.append(edges, values.max() + 1)
    bars, edges = np.histogram(values, edges)
    return tuple((a, b, int(n)) for a, b, n in zip(edges[:-1].tolist(), edges[1:].tolist(), bars, strict=True))


def popularity(values: NDArray[np.int64]) -> tuple[tuple[float, float], ...]:
    """Return (share of the items, share of the interactions they have), from 0 to 1. `values`: the most first."""
    if not len(values):
        return ()
    shares = np.concatenate(([0.0], np.cumsum(values) / values.sum()))
    places = np.unique(np.round(np.linspace(0, len(values), min(CURVE_POINTS, len(values)) + 1)).astype(int))
    return tuple((round(float(p) / len(values), 4), round(float(shares[p]), 4)) for p in places)


def top_share(values: NDArray[np.int64], share: float) -> float:
    """Return the share of the interactions that the most popular `share` of the items have, at least one item."""
    if not len(values):
        return 0.0
    return round(float(values[: max(1, round(share * len(values)))].sum() / values.sum()), 4)


def span(connection: duckdb.DuckDBPyConnection) -> tuple[str, str]:
    """Return the first and the last time, ISO 8601 in UTC; "" without."""
    first, last = _one(connection, "SELECT min(time), max(time) FROM data")
    return iso(first), iso(last)


def iso(seconds: int | None) -> str:
    """Return a moment as ISO 8601 in UTC; "" for none, or for one before the year 1 or after 9999."""
    if seconds is None or not -62_135_596_800 <= seconds <= 253_402_300_799:
        return ""
    return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)).isoformat().replace("+00:00", "Z")


def ratings(connection: duckdb.DuckDBPyConnection) -> dict[str, int]:
    """Return rating → interactions, ascending; in bins where there are many different ones."""
    query = "SELECT rating, count(*) FROM data WHERE rating IS NOT NULL GROUP BY rating ORDER BY rating"
    found = connection.execute(f"{query} LIMIT {KEPT_RATINGS + 1}").fetchall()
    if len(found) <= KEPT_RATINGS:
        return {f"{value:g}": n for value, n in found}
    low, high = _one(connection, "SELECT min(rating), max(rating) FROM data")
    step = (high - low) / RATING_BINS
    query = "SELECT least(floor((rating - ?) / ?)::INT, ?) AS b, count(*) FROM data WHERE rating IS NOT NULL GROUP BY b ORDER BY b"  # noqa: E501
    bins = connection.execute(query, [low, step, RATING_BINS - 1]).fetchall()
    return {f"{low + b * step:.4g}–{low + (b + 1) * step:.4g}": n for b, n in bins}


def events(connection: duckdb.DuckDBPyConnection) -> dict[str, dict[str, float]]:
    """Return event → {"interactions", "weight"} of the rows used, the most frequent first."""
    query = """
        SELECT e.event, count(*) AS n, any_value(e.weight) FROM data JOIN events e ON e.code = data.event
        GROUP BY e.event ORDER BY n DESC, e.event
    """
    return {event: {"interactions": n, "weight": weight} for event, n, weight in connection.execute(query).fetchall()}


def categories(connection: duckdb.DuckDBPyConnection) -> tuple[tuple[str, int, int], ...]:
    """Return (category, its items, their interactions), those with most interactions first."""
    query = f"""
        WITH touched AS (SELECT item, count(*) AS n FROM data GROUP BY item),
        named AS (SELECT code, unnest(categories) AS category FROM listed)
        SELECT category, count(*), coalesce(sum(n), 0)::BIGINT AS total FROM named LEFT JOIN touched ON item = code
        GROUP BY category ORDER BY total DESC, category LIMIT {SHOWN_CATEGORIES}
    """  # noqa: S608
    return tuple(connection.execute(query).fetchall())


def part_counts(connection: duckdb.DuckDBPyConnection) -> dict[str, dict[str, int]]:
    """Return part → {"interactions", "users", "items", "new_users", "new_items"} of the table `rows`."""
    query = """
        WITH old_users AS (SELECT DISTINCT user FROM rows WHERE part = 'train'),
        old_items AS (SELECT DISTINCT item FROM rows WHERE part = 'train')
        SELECT part, count(*), count(DISTINCT user), count(DISTINCT item),
            count(DISTINCT user) FILTER (user NOT IN (FROM old_users)),
            count(DISTINCT item) FILTER (item NOT IN (FROM old_items))
        FROM rows GROUP BY part
    """
    names = ("interactions", "users", "items", "new_users", "new_items")
    found = {part: dict(zip(names, figures, strict=True)) for part, *figures in connection.execute(query).fetchall()}
    return {part: found.get(part, dict.fromkeys(names, 0)) for part in ("train", "validation", "test")}


def samples(connection: duckdb.DuckDBPyConnection) -> tuple[dict[str, Any], ...]:
    """Return a few interactions, each of another user."""
    query = f"""
        WITH firsts AS (SELECT min(row) AS row FROM data GROUP BY user ORDER BY 1 LIMIT {SHOWN_SAMPLES})
        SELECT row, u.id, i.id, coalesce(title, ''), rating, time, coalesce(e.event, '')
        FROM (SELECT * FROM data WHERE row IN (FROM firsts)) d
        JOIN users u ON u.code = d.user JOIN items i ON i.code = d.item LEFT JOIN listed ON listed.code = d.item
        LEFT JOIN events e ON e.code = d.event ORDER BY row
    """  # noqa: S608
    names = ("row", "user", "item", "title", "rating", "time", "event")
    rows = [dict(zip(names, found, strict=True)) for found in connection.execute(query).fetchall()]
    return tuple(row | {"time": iso(row["time"])} for row in rows)


def _one(connection: duckdb.DuckDBPyConnection, query: str) -> tuple[Any, ...]:
    return connection.execute(query).fetchone() or ()
