"""What other software firms report, with source and date: something to hold one's own figures against, no more."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from engine.economics.catalog import rows
from engine.economics.figure import Source


@dataclass(frozen=True)
class Benchmark:
    """One published figure, or a range of them."""

    key: str
    """A metric of `metrics.NAMES` or a key of `ASSUMPTIONS`; `gross_margin_ai` beside `gross_margin`."""
    low: float
    high: float
    unit: str
    segment: str
    """Of whom."""
    source: Source


@cache
def benchmarks() -> dict[str, Benchmark]:
    """Return every published figure by its key."""
    return {
        r["metric"]: Benchmark(
            r["metric"], float(r["low"]), float(r["high"]), r["unit"], r["segment"],
            Source(f"{r['metric']}: {r['segment']}", r["source"], r["as_of"]),
        )
        for r in rows("saas_benchmarks.csv")
    }  # fmt: skip
