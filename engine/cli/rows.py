"""The rows of a file that a finished run is to answer: read as an upload is, but neither split nor stored."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engine.cli.train import existing
from engine.config import Settings
from engine.datasets.dialect import sniff
from engine.datasets.table import database, load_csv, load_parquet, rejected
from engine.datasets.texts.read import Preview, preview
from engine.errors import BadInput
from engine.scenarios import SCENARIOS

NO_DELIMITER = "\x1f"


@dataclass(frozen=True)
class Rows:
    """Rows with a text (and a label, where asked for), in the order of the file."""

    numbers: list[int]
    """Row numbers in the file, counted from 1 below the header."""
    texts: list[str]
    labels: list[str]
    """Empty when labels were not asked for."""
    skipped: int
    """Rows that were left out: without a text or label, or not readable."""

    def mapped(self, label_map: dict[str, str]) -> Rows:
        """Return the rows with their labels mapped; a label mapped to "" leaves with its rows."""
        labels = [label_map.get(label, label) for label in self.labels]
        kept = [i for i, label in enumerate(labels) if label]
        return Rows(
            [self.numbers[i] for i in kept],
            [self.texts[i] for i in kept],
            [labels[i] for i in kept],
            self.skipped + len(labels) - len(kept),
        )


def read_rows(
    path: Path,
    scenario: str,
    settings: Settings,
    text_column: str = "",
    label_column: str = "",
    encoding: str = "",
    *,
    labelled: bool,
) -> Rows:
    """Return the rows of a CSV or Parquet file that have a text, and a label when `labelled`.

    Raises BadInput for a file that holds no table, lacks a column, or has no usable row.
    """
    known = SCENARIOS[scenario]
    usual = known.columns
    seen = preview(
        existing(path),
        filename=path.name,
        encoding=encoding,
        usual=usual,
        text_column=text_column,
        label_column=label_column,
    )
    wanted = [_column(seen, seen.text_column, "text", "--text-column")]
    if labelled:
        wanted.append(_column(seen, seen.label_column, "label", "--label-column"))
    found, rejects = _records(path, seen, wanted, settings)
    records = [r for r in found if all(v is not None and v.strip() for v in r[1:])]
    if not records:
        raise BadInput("{file} has no row with a text; choose another file or column.", file=path.name)
    return Rows(
        numbers=[int(r[0]) for r in records],
        texts=[r[1].strip() for r in records],
        labels=[r[2].strip() for r in records] if labelled else [],
        skipped=len(found) - len(records) + rejects,
    )


def _column(seen: Preview, column: str, kind: str, option: str) -> str:
    if column in seen.columns:
        return column
    columns = ", ".join(seen.columns)
    if column:
        raise BadInput(
            "{file} has no column {column}; it has: {columns}.", file=seen.filename, column=column, columns=columns
        )
    raise BadInput(
        "No {kind} column was found in {file}; name one with {option}: {columns}.",
        kind=kind,
        file=seen.filename,
        option=option,
        columns=columns,
    )


def _records(path: Path, seen: Preview, wanted: list[str], settings: Settings) -> tuple[list[Any], int]:
    """Return (row, value, …) of every row, and how many could not be read."""
    folder = settings.workspace.tmp
    rejects = 0
    with database(folder) as connection:
        if seen.kind == "parquet":
            load_parquet(connection, path, seen.filename, wanted)
        else:
            # A file with one column is a list of texts: a comma in one of them separates nothing.
            delimiter = seen.delimiter if len(seen.columns) > 1 else NO_DELIMITER
            dialect = sniff(path, seen.filename, encoding=seen.encoding, delimiter=delimiter, header=seen.header)
            load_csv(connection, path, dialect, folder, seen.filename, wanted)
            rejects = len(rejected(connection, header=dialect.header))
        picked = ", ".join(f"v{i}" for i in range(len(wanted)))
        records = connection.execute(f"SELECT row, {picked} FROM file ORDER BY row").fetchall()  # noqa: S608
        return records, rejects
