"""The rows of a file that a finished run is to answer: read as an upload is, but neither split nor stored."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from engine.cli.train import existing
from engine.config import Settings
from engine.datasets.columns import UsualColumns
from engine.datasets.dialect import sniff
from engine.datasets.read import Preview, preview
from engine.datasets.table import database, load_csv, load_parquet
from engine.errors import BadInput
from engine.scenarios import SCENARIOS


@dataclass(frozen=True)
class Rows:
    """Rows with a text (and a label, where asked for), in the order of the file."""

    numbers: list[int]
    """Row numbers in the file, counted from 1 below the header."""
    texts: list[str]
    labels: list[str]
    """Empty when labels were not asked for."""


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
    usual = UsualColumns(known.text_columns, known.label_columns)
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
    records = [
        r for r in _records(path, seen, wanted, settings) if all(isinstance(v, str) and v.strip() for v in r[1:])
    ]
    if not records:
        raise BadInput("{file} has no row with a text; choose another file or column.", file=path.name)
    labels = [str(r[2]).strip() for r in records] if labelled else []
    return Rows([int(str(r[0])) for r in records], [str(r[1]).strip() for r in records], labels)


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


def _records(path: Path, seen: Preview, wanted: list[str], settings: Settings) -> list[tuple[object, ...]]:
    folder = settings.workspace.tmp
    with database(folder) as connection:
        if seen.kind == "parquet":
            load_parquet(connection, path, seen.filename, wanted)
        else:
            dialect = sniff(path, seen.filename, encoding=seen.encoding, delimiter=seen.delimiter, header=seen.header)
            load_csv(connection, path, dialect, folder, seen.filename, wanted)
        picked = ", ".join(f"v{i}" for i in range(len(wanted)))
        return connection.execute(f"SELECT row, {picked} FROM file ORDER BY row").fetchall()  # noqa: S608
