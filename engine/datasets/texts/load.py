"""From a stored file to the table `data`: the rows that can be used, with what identifies equal ones."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from engine.datasets.opened import BLANKS, Opened, count, open_file, read_whole
from engine.datasets.raw import Raw
from engine.datasets.table import Reject
from engine.datasets.texts.columns import Usual, detect_columns
from engine.datasets.texts.options import TextOptions
from engine.datasets.texts.personal import CANDIDATE, mask
from engine.errors import BadInput

if TYPE_CHECKING:
    import duckdb

MAX_TEXT_CHARS = 100_000
"""A longer text is left out: no encoder reads it, and it is mostly a file pasted into a cell."""
BATCH_ROWS = 20_000


@dataclass(frozen=True)
class Source:
    """One stored file and how it is read."""

    opened: Opened
    text: str
    """The text column; "" when it cannot be told."""
    label: str

    def resolve(self, options: TextOptions) -> TextOptions:
        """Return `options` with what was detected written down, so that they can be repeated."""
        dialect = self.opened.dialect
        return replace(
            options,
            encoding=dialect.encoding.name if dialect else "",
            delimiter=dialect.delimiter if dialect else "",
            header=dialect.header if dialect else None,
            text_column=self.text,
            label_column=self.label,
        )


@dataclass(frozen=True)
class Loaded:
    """What loading found besides the rows."""

    rows_read: int
    """Rows in the file, those that could not be read included."""
    rejects: tuple[Reject, ...] = ()
    broken_characters: int = 0
    sampled_from: int = 0
    """Rows in the file when it has more than are prepared, else 0."""
    used: int = 0
    """Rows in the table `file`."""


def open_source(
    connection: duckdb.DuckDBPyConnection, raw: Raw, options: TextOptions, usual: Usual, folder: Path
) -> Source:
    """Return how `raw` is read. Raises BadInput for a hostile file or for a named column that is not there."""
    given = {"encoding": options.encoding, "delimiter": options.delimiter, "header": options.header}
    opened = open_file(connection, raw, folder, **given)  # type: ignore[arg-type]
    for name in filter(None, (options.text_column, options.label_column)):
        _require(name, opened.columns, raw.filename)
    text, label = detect_columns(
        opened.columns, opened.head, usual, text=options.text_column, label=options.label_column
    )
    if text and text == label:
        raise BadInput(
            "{column} is named as both the text and the label column of {filename}; choose two of: {columns}.",
            column=text,
            filename=raw.filename,
            columns=", ".join(opened.columns),
        )
    return Source(opened, text, label)


def load(connection: duckdb.DuckDBPyConnection, source: Source, folder: Path, *, max_rows: int) -> Loaded:
    """Make the table `file`: row, v0 (text), v1 (label), blanks around them cut, at most `max_rows` spread evenly."""
    read = read_whole(connection, source.opened, folder, [source.text, source.label])
    total = count(connection, "file")
    if total > max_rows:
        # Every k-th row, so that a file sorted by label keeps its balance.
        query = "CREATE OR REPLACE TABLE file AS SELECT * FROM file WHERE (row * ?) // ? > ((row - 1) * ?) // ?"
        connection.execute(query, [max_rows, total, max_rows, total])
    sampled = total > max_rows
    return Loaded(read.rows, read.rejects, read.broken_characters, total if sampled else 0, min(total, max_rows))


def make_data(
    connection: duckdb.DuckDBPyConnection, table: str, label_map: dict[str, str], masks: tuple[str, ...]
) -> None:
    """Make `table` of `file`: row, text, label, key, first, grp, with the labels mapped and personal data masked.

    `key` is the same for texts that differ only in case, blanks or composed characters; `first` is the first row with
    the same key. Rows without text or label, with a text that is too long, or whose label is mapped to "" are left out.
    """
    connection.execute("CREATE OR REPLACE TEMP TABLE mapping (found VARCHAR, used VARCHAR)")
    if label_map:
        connection.executemany(
            "INSERT INTO mapping VALUES (?, ?)", [[k.strip(), v.strip()] for k, v in label_map.items()]
        )
    connection.execute(
        f"""
        CREATE OR REPLACE TABLE {table} AS
        SELECT row, text, coalesce(used, found) AS label FROM (
            SELECT row, trim(v0, $1) AS text, trim(v1, $1) AS found FROM file WHERE length(v0) <= {MAX_TEXT_CHARS}
        ) LEFT JOIN mapping USING (found)
        WHERE text <> '' AND label <> '' ORDER BY row
        """,  # noqa: S608
        [BLANKS],
    )
    if masks:
        _mask(connection, table, masks)
    connection.execute(
        rf"""
        CREATE OR REPLACE TABLE {table} AS
        SELECT *, min(row) OVER (PARTITION BY key) AS first, 0::BIGINT AS grp FROM (
            SELECT *, md5(lower(nfc_normalize(
                CASE WHEN regexp_matches(text, '\s\s|[\t\r\n]') THEN regexp_replace(text, '\s+', ' ', 'g') ELSE text END
            ))) AS key FROM {table}
        ) ORDER BY row
        """  # noqa: S608
    )


def _mask(connection: duckdb.DuckDBPyConnection, table: str, kinds: tuple[str, ...]) -> None:
    import pyarrow as pa

    connection.execute("CREATE OR REPLACE TEMP TABLE masked (row BIGINT, text VARCHAR)")
    reader = connection.cursor()
    reader.execute(f"SELECT row, text FROM {table} WHERE regexp_matches(text, ?)", [CANDIDATE])  # noqa: S608
    while batch := reader.fetchmany(BATCH_ROWS):
        changed = [(row, new) for row, text in batch if (new := mask(text, kinds)) != text]
        if changed:
            batch_arrow = pa.table({"row": [r for r, _ in changed], "text": [t for _, t in changed]})
            connection.register("batch_arrow", batch_arrow)
            connection.execute("INSERT INTO masked SELECT * FROM batch_arrow")
            connection.unregister("batch_arrow")
    connection.execute(f"UPDATE {table} SET text = masked.text FROM masked WHERE {table}.row = masked.row")  # noqa: S608


def _require(name: str, columns: tuple[str, ...], filename: str) -> None:
    if name not in columns:
        raise BadInput(
            "{filename} has no column {column}; choose one of: {columns}.",
            filename=filename,
            column=name,
            columns=", ".join(columns[:50]),
        )
