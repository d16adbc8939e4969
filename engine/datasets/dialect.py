"""How a CSV is written: encoding, delimiter, whether its first line names the columns, and which columns there are."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from engine.datasets.decode import Encoding, decode_head, detect_encoding
from engine.errors import BadInput

DELIMITERS = (",", "\t", ";", "|")
HEAD_BYTES = 2 << 20
"""How much of a file is looked at; enough for a cell of a megabyte."""
SNIFFED_ROWS = 200
MAX_COLUMNS = 2000
LINE_BYTES = 8 << 20
"""The longest row that is read."""


@dataclass(frozen=True)
class Dialect:
    """Everything DuckDB is told about a CSV, so that it guesses nothing."""

    encoding: Encoding
    delimiter: str
    header: bool
    """Whether the first line names the columns."""
    columns: tuple[str, ...]
    head: str
    """The decoded start of the file, whole lines."""
    more: bool
    """Whether the file goes on after `head`."""


def sniff(path: Path, filename: str, *, encoding: str = "", delimiter: str = "", header: bool | None = None) -> Dialect:
    """Return the dialect of the CSV at `path`; what was given is kept.

    Raises BadInput for a file that is no text in the encoding, has no line, or does not have the given delimiter.
    """
    found = detect_encoding(path, filename, encoding)
    head, more = decode_head(path, found, HEAD_BYTES)
    if not head.strip():
        raise BadInput(
            "{filename} has no rows; give a file with a line of column names and rows below it.", filename=filename
        )
    if delimiter and (len(delimiter) != 1 or delimiter in '"\r\n'):
        raise BadInput(
            "The delimiter is {delimiter}; give one character, such as , ; | or a tab.", delimiter=repr(delimiter)
        )
    separator = delimiter or _delimiter(head)
    records = _records(head, separator)
    if not records:
        raise BadInput(
            "{filename} has no rows; give a file with a line of column names and rows below it.", filename=filename
        )
    if len(records[0]) > MAX_COLUMNS:
        raise BadInput(
            "{filename} has {count} columns with the delimiter {delimiter}, and at most {limit} are read; "
            "choose another delimiter.",
            filename=filename,
            count=len(records[0]),
            delimiter=repr(separator),
            limit=MAX_COLUMNS,
        )
    named = _has_header(records) if header is None else header
    return Dialect(found, separator, named, _column_names(records[0], named=named), head, more)


def _records(head: str, delimiter: str) -> list[list[str]]:
    """Return the first rows, split; a broken row ends them."""
    csv.field_size_limit(LINE_BYTES)
    reader = csv.reader(io.StringIO(head, newline=""), delimiter=delimiter, skipinitialspace=True)
    records: list[list[str]] = []
    try:
        records.extend(islice((r for r in reader if r), SNIFFED_ROWS))
    except csv.Error:
        return records
    return records


def _delimiter(head: str) -> str:
    """Return the delimiter that gives the most rows the same number of columns as the first line, two or more."""

    def fit(delimiter: str) -> float:
        records = _records(head, delimiter)
        width = len(records[0]) if records else 0
        return sum(len(r) == width for r in records) / len(records) if width > 1 else 0.0

    return max(DELIMITERS, key=fit)  # the first of equals, so the comma when nothing fits


def _has_header(records: Sequence[Sequence[str]]) -> bool:
    """Tell that the first line is a row: one of its values is a value of the same column again and again."""
    first, rest = records[0], records[1:]
    if len(rest) < 5:
        return True
    for column, value in enumerate(first):
        again = sum(1 for r in rest if column < len(r) and r[column].strip() == value.strip())
        if value.strip() and again >= max(2, len(rest) // 50):
            return False
    return True


def _column_names(first: Sequence[str], *, named: bool) -> tuple[str, ...]:
    """Return a name for every column; empty ones are numbered, and one that repeats gets a number too."""
    names: list[str] = []
    for number, value in enumerate(first, 1):
        base = (value.strip() if named else "") or f"column {number}"
        name, again = base, 2
        while name in names:
            name, again = f"{base} ({again})", again + 1
        names.append(name)
    return tuple(names)
