"""The figures of a data card: classes, lengths, languages, parts, samples."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engine.datasets.opened import BLANKS
from engine.datasets.texts.language import SAMPLE, languages
from engine.datasets.texts.near import TOKENS
from engine.datasets.texts.personal import KINDS, mask

if TYPE_CHECKING:
    import duckdb

QUANTILES = {"min": 0.0, "p5": 0.05, "p25": 0.25, "p50": 0.5, "p75": 0.75, "p95": 0.95, "max": 1.0}
BINS = 30
KEPT_CLASSES = 200
SHOWN_SAMPLES = 8


def class_counts(connection: duckdb.DuckDBPyConnection, table: str) -> dict[str, int]:
    """Return label → rows of `table`, the most frequent first."""
    query = f"SELECT label, count(*) AS n FROM {table} GROUP BY label ORDER BY n DESC, label"  # noqa: S608
    return dict(connection.execute(query).fetchall())


def labels_found(connection: duckdb.DuckDBPyConnection) -> dict[str, int]:
    """Return label as in the file → rows, the most frequent first."""
    query = (
        "SELECT trim(v1, ?) AS found, count(*) AS n FROM file WHERE found <> '' GROUP BY found ORDER BY n DESC, found"
    )
    return dict(connection.execute(query, [BLANKS]).fetchmany(KEPT_CLASSES))


def group_counts(connection: duckdb.DuckDBPyConnection) -> dict[str, int]:
    """Return label → groups of equal or nearly equal texts that the split assigns to it."""
    query = "SELECT label, count(*) FROM (SELECT arg_min(label, row) AS label FROM data GROUP BY grp) GROUP BY label"
    return dict(connection.execute(query).fetchall())


def lengths(connection: duckdb.DuckDBPyConnection) -> tuple[dict[str, float], tuple[tuple[float, float, int], ...]]:
    """Return the distribution of words a text, and its histogram: bins to the 99th percentile, one for the rest."""
    import numpy as np

    query = "SELECT len(regexp_extract_all(text, ?)) AS words FROM data"
    words = np.asarray(connection.execute(query, [TOKENS]).fetchnumpy()["words"], dtype=float)
    if not len(words):
        return {}, ()
    summary = {name: float(np.quantile(words, q)) for name, q in QUANTILES.items()} | {"mean": float(words.mean())}
    top = max(np.quantile(words, 0.99), words.min() + 1)
    edges = np.unique(np.floor(np.linspace(words.min(), top + 1, BINS + 1)))
    if words.max() >= edges[-1]:
        edges = np.append(edges, words.max() + 1)
    counts, edges = np.histogram(words, edges)
    bars = zip(edges[:-1].tolist(), edges[1:].tolist(), counts.tolist(), strict=True)
    return {k: round(v, 2) for k, v in summary.items()}, tuple((a, b, int(n)) for a, b, n in bars)


def language_shares(connection: duckdb.DuckDBPyConnection) -> dict[str, float]:
    """Return ISO 639-1 code → share, of a sample by content."""
    query = f"SELECT text FROM data ORDER BY key, row LIMIT {SAMPLE}"  # noqa: S608
    return languages([row[0] for row in connection.execute(query).fetchall()])


def part_counts(connection: duckdb.DuckDBPyConnection) -> dict[str, dict[str, int]]:
    """Return part → label → rows of the table `rows`."""
    query = "SELECT part, label, count(*) FROM rows GROUP BY part, label ORDER BY part, label"
    counts: dict[str, dict[str, int]] = {"train": {}, "validation": {}, "test": {}}
    for part, label, number in connection.execute(query).fetchall():
        counts[part][label] = number
    return counts


def samples(connection: duckdb.DuckDBPyConnection) -> tuple[dict[str, Any], ...]:
    """Return a few rows, of every class in turn, personal data masked."""
    query = """
        SELECT row, left(text, 300), label
        FROM (SELECT *, row_number() OVER (PARTITION BY label ORDER BY key, row) AS place FROM data)
        ORDER BY place, label
    """
    rows = connection.execute(query).fetchmany(SHOWN_SAMPLES)
    return tuple({"row": row, "text": mask(text, KINDS), "label": label} for row, text, label in rows)
