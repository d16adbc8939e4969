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
    without blanks around it."""
    example: str
    zone: str = "none"
    """"fixed": the value has one meaning; "may": it may name its zone; "none": it never does."""


def _digits(pattern: str, strptime: str) -> str:
    return f"CASE WHEN regexp_matches({{v}}, '{pattern}') THEN epoch(try_strptime({{v}}, '{strptime}'))::BIGINT END"


def _unix(low: float, high: float, divisor: float) -> str:
    number = "coalesce(try_cast({c} AS DOUBLE), try_cast({v} AS DOUBLE))"
    within = f"abs({number}) >= {low:.0f} AND abs({number}) < {high:.0f}"
    return f"CASE WHEN {within} THEN floor({number} / {divisor:.0f})::BIGINT END"


def _written(*dates: str) -> str:
    formats = ", ".join(f"'{date}{clock}'" for date in dates for clock in CLOCKS)
    return f"epoch(try_strptime(replace({{v}}, 'T', ' '), [{formats}]))::BIGINT"


def _named(*formats: str) -> str:
    return f"epoch(try_strptime({{v}}, [{', '.join(repr(f) for f in formats)}])::TIMESTAMPTZ)::BIGINT"


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
    "day_month_year": TimeFormat(_written("%d/%m/%Y", "%d.%m.%Y", "%d-%m-%Y"), "31/05/2024 18:00"),
    "month_day_year": TimeFormat(_written("%m/%d/%Y", "%m.%d.%Y", "%m-%d-%Y"), "05/31/2024 18:00"),
    "chinese": TimeFormat(_written("%Y年%m月%d日"), "2024年5月31日 18:00"),
    "month_name": TimeFormat(
        _written("%d %b %Y", "%d %B %Y", "%b %d, %Y", "%B %d, %Y", "%d-%b-%Y", "%b %d %Y"), "31 May 2024 18:00"
    ),
    "mail": TimeFormat(
        _named("%a, %d %b %Y %H:%M:%S %z", "%a %b %d %H:%M:%S %z %Y", "%a, %d %b %Y %H:%M:%S %Z"),
        "Fri, 31 May 2024 18:00:00 +0200",
        "fixed",
    ),
}
"""Name → a way of writing times; the first of those that fit equally well is taken."""


@dataclass(frozen=True)
class Times:
    """How the times of one column are read."""

    format: str
    """A key of `FORMATS`; "" when the times are in no known form."""
    ambiguous: bool = False
    """Whether day/month and month/day fit equally well."""


def seconds(name: str, cell: str) -> str:
    """Return the SQL that reads a cell as seconds; NULL where it cannot."""
    return "(" + FORMATS[name].sql.replace("{v}", trimmed(cell)).replace("{c}", cell) + ")"


def without_zone(name: str, cell: str) -> str:
    """Return the SQL that tells whether a cell names no zone although its kind of time needs one."""
    zone = FORMATS[name].zone
    return f"NOT regexp_matches({trimmed(cell)}, {ZONE})" if zone == "may" else str(zone == "none").lower()


def detect_times(connection: duckdb.DuckDBPyConnection, cell: str, chosen: str = "") -> Times:
    """Return how a cell of the table `file` writes times: the form that reads most of them."""
    if chosen:
        return Times(chosen)
    counts = ", ".join(f"count({seconds(name, 'v')})" for name in FORMATS)
    query = f"""
        WITH looked_at AS (
            SELECT {cell} AS v FROM file
            WHERE row % greatest(1, (SELECT count(*) // {LOOKED_AT_TIMES} FROM file)) = 0 OR row <= 200
        )
        SELECT {counts} FROM looked_at
    """  # noqa: S608
    found = dict(zip(FORMATS, connection.execute(query).fetchone() or (), strict=True))
    best = max(found, key=lambda name: found[name])
    if not found[best]:
        return Times("")
    return Times(best, best == "day_month_year" and found["month_day_year"] == found[best])
