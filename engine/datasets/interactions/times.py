"""How a column writes its times, and the SQL that reads them as seconds since 1970 in UTC."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine.datasets.interactions.source import trimmed

if TYPE_CHECKING:
    import duckdb

LOOKED_AT_TIMES = 2_000
"""How many times, spread over the file, decide how they are written."""
CLOCKS = ("", " %H:%M", " %H:%M:%S", " %I:%M %p", " %I:%M:%S %p")
ZONE = r"'(Z|[+-]\d{2}(:?\d{2})?|UTC|GMT)$'"


@dataclass(frozen=True)
class TimeFormat:
    """One way of writing times."""

    sql: str
    """An expression that gives seconds as BIGINT, or NULL for what is not written so; {c} is the cell, {v} its text
    without blanks around it, {formats} the list of `formats`."""
    example: str
    zone: str = "none"
    """"fixed": the value has one meaning; "may": it may name its zone; "none": it never does."""
    formats: tuple[str, ...] = ()
    """Variants, as strptime writes them."""


def _digits(pattern: str, strptime: str) -> str:
    return f"CASE WHEN regexp_matches({{v}}, '{pattern}') THEN epoch(try_strptime({{v}}, '{strptime}'))::BIGINT END"


def _unix(low: float, high: float, divisor: float) -> str:
    number = "coalesce(try_cast({c} AS DOUBLE), try_cast({v} AS DOUBLE))"
    within = f"abs({number}) >= {low:.0f} AND abs({number}) < {high:.0f}"
    return f"CASE WHEN {within} THEN floor({number} / {divisor:.0f})::BIGINT END"


def _written(example: str, *dates: str) -> TimeFormat:
    formats = tuple(f"{date}{clock}" for date in dates for clock in CLOCKS)
    return TimeFormat("epoch(try_strptime(replace({v}, 'T', ' '), {formats}))::BIGINT", example, formats=formats)


FORMATS: dict[str, TimeFormat] = {
    "iso": TimeFormat(
        # Casting takes years up to 290,000 and the words "infinity" and "epoch".
        "CASE WHEN {v} SIMILAR TO '[0-9]{4}\\D.*' THEN epoch(try_cast({v} AS TIMESTAMPTZ))::BIGINT END",
        "2024-05-31 18:00:00+02:00",
        "may",
    ),
    "yyyymmdd": TimeFormat(_digits(r"^(19|20)\d{6}$", "%Y%m%d"), "20240531"),
    "yyyymmddhhmmss": TimeFormat(_digits(r"^(19|20)\d{12}$", "%Y%m%d%H%M%S"), "20240531180000"),
    "unix_s": TimeFormat(_unix(1e8, 1e11, 1), "1717171200", "fixed"),
    "unix_ms": TimeFormat(_unix(1e11, 1e14, 1e3), "1717171200000", "fixed"),
    "unix_us": TimeFormat(_unix(1e14, 1e17, 1e6), "1717171200000000", "fixed"),
    "number": TimeFormat(_unix(0, 1e8, 1), "4711", "fixed"),
    "day_month_year": _written("31/05/2024 18:00", "%d/%m/%Y", "%d.%m.%Y", "%d-%m-%Y"),
    "month_day_year": _written("05/31/2024 18:00", "%m/%d/%Y", "%m.%d.%Y", "%m-%d-%Y"),
    "chinese": _written("2024年5月31日 18:00", "%Y年%m月%d日"),
    "month_name": _written(
        "31 May 2024 18:00", "%d %b %Y", "%d %B %Y", "%b %d, %Y", "%B %d, %Y", "%d-%b-%Y", "%b %d %Y"
    ),
    "mail": TimeFormat(
        "epoch(try_strptime({v}, {formats})::TIMESTAMPTZ)::BIGINT",
        "Fri, 31 May 2024 18:00:00 +0200",
        "fixed",
        ("%a, %d %b %Y %H:%M:%S %z", "%a %b %d %H:%M:%S %z %Y", "%a, %d %b %Y %H:%M:%S %Z"),
    ),
}
"""Name → a way of writing times; the first of those that fit equally well is taken."""


@dataclass(frozen=True)
class Times:
    """How the times of one column are read."""

    format: str = ""
    """A key of `FORMATS`; "" when there are no times, or in no known form."""
    ambiguous: bool = False
    """Whether day/month and month/day fit equally well."""
    formats: tuple[str, ...] = ()
    """Variants of the form, the most frequent first: each that fails costs as much as reading."""


def seconds(times: Times, cell: str) -> str:
    """Return the SQL that reads a cell as seconds; NULL where it cannot."""
    if not times.format:
        return "NULL"
    form = FORMATS[times.format]
    formats = ", ".join(f"'{f}'" for f in times.formats or form.formats)
    sql = form.sql.replace("{formats}", f"[{formats}]").replace("{v}", trimmed(cell))
    return "(" + sql.replace("{c}", cell) + ")"


def without_zone(times: Times, cell: str) -> str:
    """Return the SQL that tells whether a cell names no zone although its kind of time needs one."""
    zone = FORMATS[times.format].zone if times.format else "fixed"
    return f"NOT regexp_matches({trimmed(cell)}, {ZONE})" if zone == "may" else str(zone == "none").lower()


def detect_times(connection: duckdb.DuckDBPyConnection, cell: str, chosen: str = "") -> Times:
    """Return how a cell of the table `file` writes times: the form that reads most of them."""
    connection.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE looked_at AS SELECT {cell} AS v FROM file
        WHERE row % greatest(1, (SELECT count(*) // {LOOKED_AT_TIMES} FROM file)) = 0 OR row <= 200
        """  # noqa: S608
    )
    found = _counts(connection, {name: seconds(Times(name), "v") for name in FORMATS})
    best = chosen or max(found, key=lambda name: found[name])
    if not chosen and not found[best]:
        return Times()
    variants = FORMATS[best].formats
    fits = _counts(connection, {f: seconds(Times(best, formats=(f,)), "v") for f in variants})
    ambiguous = not chosen and best == "day_month_year" and found["month_day_year"] == found[best]
    return Times(best, ambiguous, tuple(sorted(variants, key=lambda f: -fits[f])))


def _counts(connection: duckdb.DuckDBPyConnection, readings: dict[str, str]) -> dict[str, int]:
    """Return how many of the times looked at each reading reads."""
    if not readings:
        return {}
    counts = ", ".join(f"count({reading})" for reading in readings.values())
    return dict(zip(readings, connection.execute(f"SELECT {counts} FROM looked_at").fetchone() or (), strict=True))  # noqa: S608
