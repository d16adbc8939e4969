"""A first look at a file, before anything is stored."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path

from engine.datasets.decode import ENCODINGS
from engine.datasets.dialect import DELIMITERS
from engine.datasets.kinds import Kind, kind_of
from engine.datasets.opened import open_file
from engine.datasets.raw import Raw
from engine.datasets.table import Reject, database
from engine.datasets.texts.columns import USUAL, Usual, detect_columns

__all__ = ["DELIMITERS", "ENCODINGS", "PREVIEW_ROWS", "Preview", "Reject", "Usual", "preview"]

PREVIEW_ROWS = 20


@dataclass(frozen=True)
class Preview:
    """What a file seems to be, and its first rows."""

    filename: str
    kind: Kind
    size_bytes: int
    encoding: str
    """How it is read, a name of `ENCODINGS`; "" for Parquet."""
    encodings: tuple[str, ...]
    """The encodings its bytes would allow, likeliest first."""
    delimiter: str
    """"" for Parquet."""
    header: bool
    """Whether the first line names the columns."""
    columns: tuple[str, ...]
    rows: tuple[dict[str, str], ...]
    """The first rows, every value as text."""
    text_column: str
    """As detected; "" when it cannot be told."""
    label_column: str
    """As detected; "" when it cannot be told."""
    labels: dict[str, int]
    """Value of the label column → rows, among the first 200 rows; to map labels before anything is stored."""
    rejects: tuple[Reject, ...]
    """Rows in the start of the file that cannot be read, by line."""


def preview(
    path: Path,
    *,
    filename: str,
    encoding: str = "",
    delimiter: str = "",
    header: bool | None = None,
    usual: Usual | None = None,
    text_column: str = "",
    label_column: str = "",
) -> Preview:
    """Return what `path` seems to be; what is given is kept, the rest detected.

    Reads every byte once to tell the encoding, and parses only the start. Raises BadInput for a file that holds no
    table: empty, of another kind, cut off, with a NUL byte, not in `encoding`.
    """
    raw = Raw("", path, filename, path.stat().st_size, "")
    with tempfile.TemporaryDirectory(prefix="breakeven-") as folder, database(Path(folder)) as connection:
        opened = open_file(connection, raw, Path(folder), encoding=encoding, delimiter=delimiter, header=header)
    dialect = opened.dialect
    text, label = detect_columns(opened.columns, opened.head, usual or USUAL, text=text_column, label=label_column)
    return Preview(
        filename=filename,
        kind=kind_of(path, filename),
        size_bytes=raw.size_bytes,
        encoding=dialect.encoding.name if dialect else "",
        encodings=dialect.encoding.candidates if dialect else (),
        delimiter=dialect.delimiter if dialect else "",
        header=dialect.header if dialect else True,
        columns=opened.columns,
        rows=tuple(opened.head[:PREVIEW_ROWS]),
        text_column=text,
        label_column=label,
        labels=_counts(opened.head, label),
        rejects=opened.rejects,
    )


def _counts(rows: list[dict[str, str]], column: str) -> dict[str, int]:
    counts: dict[str, int] = {}
    for row in rows:
        if value := row.get(column, "").strip():
            counts[value] = counts.get(value, 0) + 1
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))
