"""The way in for pictures: DICOM leaves its identifiers before anything is stored; everything else is stored as it is.

A ZIP of DICOM files becomes another ZIP, and only that one is ever written:

    pictures/00017.dcm     the seventeenth file, built anew (see `deidentify`); file names may name patients, so they go
    labels.csv             a row a file: its label, keyed hashes of its patient, and what else may be known of it
    removed.json           attribute → in how many files it was removed; files that could not be used, and why

The archive that came is read where it lies and is not copied, unless it is a stream that cannot be read from any
place: then it is kept in a file without a name, which the system deletes whatever happens. The same upload makes the
same bytes, so it is stored once. This assists; nobody guarantees that a picture shows nobody.
"""

from __future__ import annotations

import csv
import io
import json
import shutil
import tempfile
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from engine.config import Settings
from engine.datasets.images.archive import Archive, Damaged, Member, open_archive
from engine.datasets.images.decode import UNREADABLE, Unreadable
from engine.datasets.images.deidentify import Cleaned, deidentify
from engine.datasets.images.dicom import parse
from engine.datasets.images.headers import DICOM_SUFFIXES, format_of
from engine.datasets.images.labels import NO_LABELS, Labels, is_labels, names_of, read_labels
from engine.datasets.images.secret import Keyed, workspace_key
from engine.datasets.raw import Raw, add_raw
from engine.errors import BadInput, Cancelled, NotFound
from engine.messages import Message

Progress = Callable[[float, Message], None]
COLUMNS = ("file", "label", "column", "tag", "site", "scanner", "sex", "age_band", "modality", "burned_in", "frames")
"""Of labels.csv; column and tag are keyed hashes of what the labels CSV and PatientID name as the patient."""
FOLDER, TABLE, REMOVED = "pictures/", "labels.csv", "removed.json"
NOT_DICOM = Message("it is no DICOM file, and the others in the archive are")


def intake(
    source: Path | BinaryIO,
    filename: str,
    settings: Settings,
    *,
    labels: bytes | None = None,
    label_column: str = "",
    progress: Progress | None = None,
    should_stop: Callable[[], bool] | None = None,
) -> Raw:
    """Store an upload of pictures and return it; DICOM is stored only without its identifiers, under another name.

    `labels` is a labels CSV that came beside the archive, `label_column` the name of its column with the label. Raises
    BadInput, with one sentence, for what is no ZIP or .npz, is not safe to read, or cannot be used; then nothing is
    stored. Raises Failure when the disk is full, Cancelled when asked.
    """
    with _readable(source) as file:
        if not zipfile.is_zipfile(file):
            raise _no_archive(file, filename)
        with open_archive(file, filename) as archive:
            archive.refuse_archives_inside()
            if not holds_dicom(archive):
                file.seek(0)
                return add_raw(file, filename, settings)
            say, stop = progress or (lambda _fraction, _phase: None), should_stop or (lambda: False)
            with tempfile.TemporaryFile(dir=settings.workspace.tmp) as made:
                table = _labels(archive, labels, label_column)
                _deidentify(archive, made, workspace_key(settings), table, say, stop)
                made.seek(0)
                # The name of an archive may name a patient too.
                return add_raw(made, "dicom.zip", settings)


def deidentify_archive(
    path: Path, keyed: Keyed, target: Path, *, label_column: str = "", labelled: bool = True
) -> Path:
    """Write the ZIP of DICOM at `path` without identifiers to `target` and return that.

    Unless `labelled`, it needs no labels CSV. Raises BadInput.
    """
    with open_archive(path, path.name) as archive, target.open("wb") as made:
        table = _labels(archive, None, label_column) if labelled else NO_LABELS
        _deidentify(archive, made, keyed, table, lambda _fraction, _phase: None, lambda: False)
    return target


def holds_dicom(archive: Archive) -> bool:
    """Return whether any file of the archive is DICOM, by its content or its name."""
    return any(_is_dicom(archive, m) for m in archive.members)


def is_deidentified(archive: Archive) -> bool:
    """Return whether the archive is one that `intake` made."""
    names = {m.name for m in archive.members}
    return REMOVED in names and TABLE in names and all(n.startswith(FOLDER) for n in names - {REMOVED, TABLE})


@contextmanager
def _readable(source: Path | BinaryIO) -> Iterator[BinaryIO]:
    """Yield a file that can be read from any place."""
    if isinstance(source, Path):
        if not source.is_file():
            raise NotFound("There is no file {path}; give the path of a ZIP or .npz file.", path=str(source))
        with source.open("rb") as file:
            yield file
    elif source.seekable():
        yield source
    else:
        with tempfile.TemporaryFile() as spooled:
            shutil.copyfileobj(source, spooled)
            spooled.seek(0)
            yield spooled


def _no_archive(file: BinaryIO, filename: str) -> BadInput:
    file.seek(0)
    head = file.read(264)
    if format_of(head) == "DICOM":
        return BadInput(
            "{filename} is one DICOM file; give a ZIP of many with a CSV of their labels.", filename=filename
        )
    if format_of(head):
        return BadInput("{filename} is one picture; give a ZIP with a folder of pictures a class.", filename=filename)
    return BadInput(
        "{filename} is not a ZIP; give a ZIP with a folder of pictures a class, a .npz like MedMNIST's, or a ZIP of "
        "DICOM files with a labels CSV.",
        filename=filename,
    )


def _is_dicom(archive: Archive, member: Member) -> bool:
    name = member.name.rpartition("/")[2]
    return name.lower().endswith(DICOM_SUFFIXES) or name == "DICOMDIR" or format_of(archive.head(member)) == "DICOM"


@dataclass
class _Learnt:
    """What is known of the files while they are read."""

    cleaned: dict[int, Cleaned] = field(default_factory=dict)
    """Place of the file → what it became, its bytes already written and dropped."""
    known: dict[str, int] = field(default_factory=dict)
    """Each name a file may have in the CSV → its place; in memory only."""
    removed: Counter[str] = field(default_factory=Counter)
    unreadable: dict[str, Message] = field(default_factory=dict)


def _deidentify(
    archive: Archive, made: Any, keyed: Keyed, table: Labels, say: Progress, stop: Callable[[], bool]
) -> None:
    """Write the new archive to the file `made`."""
    learnt = _Learnt()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as target:
        pictures = [m for m in archive.members if not is_labels(m.name)]
        for place, member in enumerate(pictures, 1):
            if stop():
                raise Cancelled("Taking in the pictures was cancelled.")
            say(place / len(pictures), Message("Removing identifiers"))
            _take(archive, member, place, keyed, learnt, target)
        found, missing = table.by_file(learnt.known)
        _write(target, TABLE, _csv(learnt, found, keyed).encode())
        _write(target, REMOVED, _summary(learnt, found, missing).encode())


def _labels(archive: Archive, labels: bytes | None, label_column: str) -> Labels:
    if labels is not None:
        return read_labels(labels, "labels.csv", label_column=label_column)
    tables = [m for m in archive.members if is_labels(m.name)]
    if len(tables) != 1:
        raise BadInput(
            "{filename} holds DICOM files and {count} CSV files; put one CSV with the columns file and label there.",
            filename=archive.filename,
            count=len(tables),
        )
    try:
        data = archive.read(tables[0])
    except Damaged:
        raise BadInput("The CSV in {filename} is damaged; pack it again.", filename=archive.filename) from None
    return read_labels(data, tables[0].name.rpartition("/")[2], label_column=label_column)


def _take(archive: Archive, member: Member, place: int, keyed: Keyed, learnt: _Learnt, target: zipfile.ZipFile) -> None:
    """Put one file without its identifiers into the new archive, or note why that cannot be."""
    name = f"{place:05d}.dcm"
    for alias in names_of(member.name, ""):
        learnt.known.setdefault(alias, place)
    try:
        if not _is_dicom(archive, member):
            raise Unreadable(NOT_DICOM)
        found = parse(archive.read(member))
        for alias in names_of("", str(found.get("SOPInstanceUID") or "")):
            if alias:
                learnt.known.setdefault(alias, place)
        cleaned = deidentify(found, keyed)
    except Unreadable as error:
        learnt.unreadable[name] = error.message
        return
    except Damaged:
        learnt.unreadable[name] = UNREADABLE
        return
    _write(target, FOLDER + name, cleaned.data)
    learnt.removed.update(cleaned.removed)
    learnt.cleaned[place] = Cleaned(
        b"", cleaned.patient, cleaned.burned_in, cleaned.tags, Counter(), min(cleaned.frames, 10**6)
    )


def _csv(learnt: _Learnt, found: dict[int, tuple[str, str]], keyed: Keyed) -> str:
    file = io.StringIO(newline="")
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(COLUMNS)
    for place, cleaned in learnt.cleaned.items():
        label, patient = found.get(place, ("", ""))
        row = {**cleaned.tags, "file": f"{place:05d}.dcm", "label": label, "burned_in": cleaned.burned_in}
        row |= {"column": keyed.patient(patient) if patient else "", "tag": cleaned.patient}
        row["frames"] = str(cleaned.frames)
        writer.writerow([row[c] for c in COLUMNS])
    return file.getvalue()


def _summary(learnt: _Learnt, found: dict[int, tuple[str, str]], missing: int) -> str:
    summary = {
        "schema_version": 1,
        "files": len(learnt.cleaned) + len(learnt.unreadable),
        "removed": dict(learnt.removed.most_common()),
        "unreadable": {name: reason.to_json() for name, reason in learnt.unreadable.items()},
        "rows_without_file": missing,
        "files_without_row": len(set(learnt.cleaned) - set(found)),
    }
    return json.dumps(summary, indent=1)


def _write(target: zipfile.ZipFile, name: str, data: bytes) -> None:
    # A fixed time, so that the same upload makes the same archive.
    info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
    info.compress_type = zipfile.ZIP_DEFLATED
    info.external_attr = 0o600 << 16
    target.writestr(info, data, compresslevel=1)
