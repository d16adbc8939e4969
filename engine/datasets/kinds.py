"""Is a file what its name says? Told from its first bytes."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Literal

from engine.errors import BadInput
from engine.messages import Message

Kind = Literal["csv", "parquet"]
SUFFIXES: dict[str, Kind] = {
    ".csv": "csv",
    ".tsv": "csv",
    ".txt": "csv",
    ".parquet": "parquet",
    ".pq": "parquet",
}
SIGNATURES: tuple[tuple[bytes, Message], ...] = (
    (b"\x89PNG\r\n", Message("a PNG image")),
    (b"\xff\xd8\xff", Message("a JPEG image")),
    (b"GIF8", Message("a GIF image")),
    (b"%PDF-", Message("a PDF document")),
    (b"\x1f\x8b", Message("a gzip archive")),
    (b"7z\xbc\xaf\x27\x1c", Message("a 7-Zip archive")),
    (b"Rar!", Message("a RAR archive")),
    (b"BZh", Message("a bzip2 archive")),
    (b"(\xb5/\xfd", Message("a Zstandard archive")),
    (b"\xd0\xcf\x11\xe0", Message("an old Excel or Word file")),
    (b"SQLite format 3", Message("an SQLite database")),
    (b"ARROW1", Message("an Arrow file")),
    (b"ORC", Message("an ORC file")),
    (b"\x7fELF", Message("a program")),
    (b"MZ\x90", Message("a program")),
    (b"{\\rtf", Message("an RTF document")),
    (b"\x93NUMPY", Message("a NumPy array")),
    (b"\x80\x04\x95", Message("a Python pickle")),
)
PARQUET_MARK = b"PAR1"


def kind_of(path: Path, filename: str) -> Kind:
    """Return "csv" or "parquet". Raises BadInput when the content is neither, or not what the name says."""
    size = path.stat().st_size
    if size == 0:
        raise BadInput("{filename} is empty; give a CSV or Parquet file with rows.", filename=filename)
    with path.open("rb") as file:
        head = file.read(1024)
    named = SUFFIXES.get(Path(filename).suffix.lower())
    if head.startswith(PARQUET_MARK):
        return _parquet(path, filename, size, named)
    found = _foreign(path, head)
    if found is not None:
        raise BadInput(
            "{filename} is {found}, not a table; save the data as CSV in UTF-8 or as Parquet and give that.",
            filename=filename,
            found=found,
        )
    if named == "parquet":
        raise BadInput(
            "{filename} is not a Parquet file, whatever its name says; write it again, or give it as CSV.",
            filename=filename,
        )
    return "csv"


def _parquet(path: Path, filename: str, size: int, named: Kind | None) -> Kind:
    with path.open("rb") as file:
        file.seek(max(0, size - 4))
        whole = file.read(4) == PARQUET_MARK and size >= 12
    if not whole:
        raise BadInput(
            "{filename} is a Parquet file that was cut off: its end is missing; copy or download it again.",
            filename=filename,
        )
    if named == "csv":
        raise BadInput(
            "{filename} is a Parquet file; rename it to end in .parquet and give it again.", filename=filename
        )
    return "parquet"


def _foreign(path: Path, head: bytes) -> Message | None:
    """Return what the file is when it is a known kind that holds no table."""
    for signature, found in SIGNATURES:
        if head.startswith(signature):
            return found
    if head.startswith(b"PK\x03\x04"):
        return _archive(path)
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    if start.startswith((b"<!doctype html", b"<html", b"<head", b"<body")):
        return Message("a web page")
    if start.startswith((b"<?xml", b"<svg")):
        return Message("an XML file")
    if start.startswith((b'{"', b"[{", b"{\n", b"{\r\n", b"[\n")):
        return Message("a JSON file")
    return None


def _archive(path: Path) -> Message:
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, OSError):
        return Message("a damaged ZIP archive")
    if any(name.startswith("xl/") for name in names):
        return Message("an Excel workbook")
    if any(name.startswith("word/") for name in names):
        return Message("a Word document")
    return Message("a ZIP archive")
