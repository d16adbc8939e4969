"""The labels CSV beside DICOM files: which column names the file, which one the label, which one the patient."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from engine.errors import BadInput

MAX_BYTES = 64 << 20
MAX_LABELS = 50
"""A column with more different values holds names or numbers, not classes."""
DELIMITERS = ",;\t|"
LABEL_NAMES = ("label", "labels", "class", "target", "diagnosis", "finding", "outcome", "category", "y")
PATIENT_NAMES = ("patient", "patientid", "subject", "subjectid", "pid", "case", "caseid", "mrn")
FILE_NAMES = ("file", "filename", "path", "filepath", "image", "imagepath", "sopinstanceuid", "uid", "name")


@dataclass(frozen=True)
class Labels:
    """The rows of a labels CSV, told apart by column."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    label: int
    """Which column holds the label."""
    patient: int | None
    """Which column names the patient; None: none does."""

    def by_file(self, known: Mapping[str, int]) -> tuple[dict[int, tuple[str, str]], int]:
        """Return place of a file → (label, patient as written), and how many rows name a file that is not there.

        `known` gives the place of a file by each name it may have. Of two rows for one file the first counts. Raises
        BadInput when no column names the files.
        """
        if not self.rows:
            return {}, 0
        column = self._file_column(known)
        if column is None:
            raise BadInput(
                "No column of the labels CSV names the DICOM files; give one of file names, paths or SOPInstanceUIDs. "
                "The columns are: {columns}.",
                columns=", ".join(self.columns[:30]),
            )
        found: dict[int, tuple[str, str]] = {}
        missing = 0
        for row in self.rows:
            place = known.get(key(row[column]))
            if place is None:
                missing += bool(row[column].strip())
            else:
                patient = row[self.patient].strip() if self.patient is not None else ""
                found.setdefault(place, (row[self.label].strip(), patient))
        return found, missing

    def _file_column(self, known: Mapping[str, int]) -> int | None:
        hits = [sum(key(row[i]) in known for row in self.rows) for i in range(len(self.columns))]
        best = max(range(len(hits)), key=lambda i: (hits[i], -i))
        if hits[best]:
            return best
        named = [i for i, c in enumerate(self.columns) if plain(c) in FILE_NAMES]
        return named[0] if named else None


NO_LABELS = Labels((), (), 0, None)
"""For files that are answered and not learnt from."""


def read_labels(data: bytes, filename: str, *, label_column: str = "") -> Labels:
    """Return the table in `data`. Raises BadInput when it is no CSV with a label column."""
    if len(data) > MAX_BYTES:
        raise BadInput("{filename} is larger than {limit} MiB; give a shorter one.", filename=filename, limit=64)
    text = _decoded(data)
    first = text.split("\n", 1)[0]
    delimiter = max(DELIMITERS, key=first.count)
    try:
        table = [row for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter) if any(row)]
    except csv.Error as error:
        raise BadInput("{filename} cannot be read as CSV; save it again.", filename=filename) from error
    if len(table) < 2 or len(table[0]) < 2:
        raise BadInput(
            "{filename} has no rows with a file and a label; give a CSV with a column for each.", filename=filename
        )
    columns = tuple(name.strip() for name in table[0])
    rows = tuple(tuple((row + [""] * len(columns))[: len(columns)]) for row in table[1:])
    label = _label(columns, rows, filename, label_column)
    patient = next((i for i, c in enumerate(columns) if plain(c) in PATIENT_NAMES and i != label), None)
    return Labels(columns, rows, label, patient)


def is_labels(name: str) -> bool:
    return name.lower().endswith((".csv", ".tsv"))


def key(name: str) -> str:
    """Return a file name or UID as names are compared: no folders of "." at its start, no case."""
    return name.strip().replace("\\", "/").removeprefix("./").lstrip("/").casefold()


def names_of(path: str, uid: str) -> Iterable[str]:
    """Return every name under which a CSV may mean a file: its path, its name, both without suffix, its UID."""
    whole = key(path)
    name = whole.rpartition("/")[2]
    for found in (whole, name):
        yield found
        if found.rpartition(".")[2] in ("dcm", "dicom", "ima"):
            yield found.rpartition(".")[0]
    if uid:
        yield key(uid)


def plain(name: str) -> str:
    return "".join(c for c in name.casefold() if c.isalnum())


def _label(columns: tuple[str, ...], rows: tuple[tuple[str, ...], ...], filename: str, chosen: str) -> int:
    counts = [len({row[i].strip() for row in rows}) for i in range(len(columns))]
    given = [i for i, c in enumerate(columns) if c == chosen] if chosen else []
    if chosen and not given:
        raise BadInput(
            "{filename} has no column {column}; choose from: {columns}.",
            filename=filename,
            column=chosen,
            columns=", ".join(columns[:30]),
        )
    named = given or [i for n in LABEL_NAMES for i, c in enumerate(columns) if plain(c) == n]
    taken = {*PATIENT_NAMES, *FILE_NAMES}
    few = [i for i, c in enumerate(columns) if plain(c) not in taken and 2 <= counts[i] <= MAX_LABELS]
    if not named and len(few) != 1:
        raise BadInput(
            'No column of {filename} is called "label"; name the column that holds the label so. The columns are: '
            "{columns}.",
            filename=filename,
            columns=", ".join(columns[:30]),
        )
    label = (named or few)[0]
    if counts[label] > MAX_LABELS:
        raise BadInput(
            "The label column {column} of {filename} holds {count} different values; at most {limit} classes can be "
            "learnt. Name another column label.",
            column=columns[label],
            filename=filename,
            count=counts[label],
            limit=MAX_LABELS,
        )
    return label


def _decoded(data: bytes) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", "replace").removeprefix("\ufeff")
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    return data.decode("cp1252", "replace")
