"""Near duplicates: texts that share most of their word pairs, found by MinHash inside DuckDB.

Every text is a set of word pairs (characters for Chinese). BANDS × ROWS minima of seeded hashes put texts whose sets
overlap much into the same bucket at least once (Broder 1997; Leskovec, Rajaraman, Ullman, Mining of Massive Datasets,
chapter 3): with a Jaccard similarity s the chance is 1 − (1 − s^ROWS)^BANDS, so 98 % at 0.8 and 55 % at 0.5. In a
bucket each text is compared exactly with the first and with the one before it. The work grows linearly with the rows
and spills to disk.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import duckdb

SIMILARITY = 0.75
"""Jaccard similarity of word pairs from which texts count as near duplicates: one word in fifteen may differ."""
BANDS, ROWS = 6, 3
MIN_PAIRS = 3
"""Shorter texts have too few word pairs to compare."""
TOKENS = r"[^\s\p{P}\p{Han}]+|\p{Han}"
LARGE_SHARE = 0.05
"""A group with more than this share of the rows is a template, not a set of duplicates; it is not kept together."""


def group_near_duplicates(connection: duckdb.DuckDBPyConnection) -> None:
    """Set `grp` in the table `data` (row, text, first, grp): the first row of the group that a row belongs to.

    Rows with the same text share `first` already; near duplicates then share `grp`. The test file is not looked at.
    """
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE shingles AS SELECT row, list_distinct(list_transform(range(1, len(t)), "
        "lambda i: hash(t[i] || ' ' || t[i + 1]))) AS grams "
        "FROM (SELECT row, regexp_extract_all(lower(text), ?) AS t FROM data WHERE row = first) "
        "WHERE len(t) > ?",
        [TOKENS, MIN_PAIRS],
    )
    roots = _roots(_similar_pairs(connection))
    connection.execute("UPDATE data SET grp = first")
    if roots:
        connection.execute("CREATE OR REPLACE TEMP TABLE roots (row BIGINT, root BIGINT)")
        _insert(connection, "roots", list(roots.items()))
        connection.execute("UPDATE data SET grp = roots.root FROM roots WHERE data.first = roots.row")
        connection.execute(
            "UPDATE data SET grp = first WHERE grp IN (SELECT grp FROM data GROUP BY grp "
            "HAVING count(*) > greatest(50, ? * (SELECT count(*) FROM data)))",
            [LARGE_SHARE],
        )
    connection.execute("DROP TABLE shingles")


def _similar_pairs(connection: duckdb.DuckDBPyConnection) -> list[tuple[int, int]]:
    """Return (earlier row, later row) of texts that meet in a bucket and are similar indeed."""
    # Seeds are spread over 64 bits by a fixed odd constant, so that each hash orders the pairs differently.
    seeds = [(i + 1) * 0x9E3779B97F4A7C15 % 2**64 for i in range(BANDS * ROWS)]
    minima = ", ".join(f"min(hash(xor(gram, {seed}::UBIGINT))) AS m{i}" for i, seed in enumerate(seeds))
    buckets = ", ".join(
        f"hash({band}, {', '.join(f'm{i}' for i in range(band * ROWS, (band + 1) * ROWS))})" for band in range(BANDS)
    )
    query = f"""
        WITH grams AS (SELECT row, unnest(grams) AS gram FROM shingles),
        minima AS (SELECT row, {minima} FROM grams GROUP BY row),
        buckets AS MATERIALIZED (SELECT row, unnest([{buckets}]) AS bucket FROM minima),
        filled AS (SELECT bucket FROM buckets GROUP BY bucket HAVING count(*) > 1),
        neighbours AS (
            SELECT row AS later, unnest([min(row) OVER same, lag(row) OVER same]) AS earlier
            FROM buckets SEMI JOIN filled USING (bucket) WINDOW same AS (PARTITION BY bucket ORDER BY row)
        ),
        met AS (SELECT DISTINCT earlier, later FROM neighbours WHERE earlier < later),
        counted AS (
            SELECT earlier, later, len(list_intersect(a.grams, b.grams)) AS shared, len(a.grams) + len(b.grams) AS total
            FROM met JOIN shingles a ON a.row = earlier JOIN shingles b ON b.row = later
        )
        SELECT earlier, later FROM counted WHERE shared >= {SIMILARITY} * (total - shared) ORDER BY later, earlier
    """  # noqa: S608 - numbers of our own
    return connection.execute(query).fetchall()


def _roots(pairs: list[tuple[int, int]]) -> dict[int, int]:
    """Return row → first row of its group, for rows that are not the first, by union-find."""
    parent: dict[int, int] = {}

    def root(row: int) -> int:
        while (above := parent.get(row, row)) != row:
            parent[row] = parent.get(above, above)
            row = above
        return row

    for earlier, later in pairs:
        a, b = root(earlier), root(later)
        parent[max(a, b)] = min(a, b)
    return {row: root(row) for row in parent if root(row) != row}


def _insert(connection: duckdb.DuckDBPyConnection, table: str, rows: list[tuple[int, int]]) -> None:
    import pyarrow as pa

    rows_arrow = pa.table({"row": [a for a, _ in rows], "root": [b for _, b in rows]})
    connection.register("rows_arrow", rows_arrow)
    connection.execute(f"INSERT INTO {table} SELECT * FROM rows_arrow")  # noqa: S608
    connection.unregister("rows_arrow")
