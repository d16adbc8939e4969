"""A first look at a file, before anything is stored."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from engine.datasets.decode import ENCODINGS
from engine.datasets.dialect import DELIMITERS
from engine.datasets.opened import PREVIEW_ROWS, FilePreview, look_at, shown
from engine.datasets.table import Reject
from engine.datasets.texts.columns import USUAL, Usual, detect_columns

__all__ = ["DELIMITERS", "ENCODINGS", "PREVIEW_ROWS", "Preview", "Reject", "Usual", "preview"]


@dataclass(frozen=True, kw_only=True)
class Preview(FilePreview):
    """What a file of texts seems to be, and its first rows."""

    text_column: str
    """As detected; "" when it cannot be told."""
    label_column: str
    """As detected; "" when it cannot be told."""
    labels: dict[str, int]
    """Value of the label column → rows, among the first 200 rows; to map labels before anything is stored."""


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
    opened = look_at(path, filename, encoding=encoding, delimiter=delimiter, header=header)
    text, label = detect_columns(opened.columns, opened.head, usual or USUAL, text=text_column, label=label_column)
    return Preview(
        **shown(opened),
        text_column=text,
        label_column=label,
        labels=_counts(opened.head, label),
    )


def _counts(rows: list[dict[str, str]], column: str) -> dict[str, int]:
    counts: dict[str, int] = {}
    for row in rows:
        if value := row.get(column, "").strip():
            counts[value] = counts.get(value, 0) + 1
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))
