"""An archive of DICOM as `intake` made it: pictures without identifiers, their labels and tags in a table."""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from engine.datasets.dataset import Problem
from engine.datasets.images.archive import Archive, Damaged, Member
from engine.datasets.images.decode import UNREADABLE, Unreadable
from engine.datasets.images.dicom import read_frames
from engine.datasets.images.intake import FOLDER, REMOVED, TABLE
from engine.datasets.images.item import SLICES, Contents, Item, first_of_each
from engine.datasets.images.near import Groups
from engine.datasets.images.options import ImageOptions
from engine.errors import BadInput
from engine.messages import Message


@dataclass(frozen=True)
class Study:
    count: int
    items: Callable[[], Iterator[Item]]
    problems: tuple[Problem, ...]
    facts: dict[str, Any]
    contents: Contents


def open_study(archive: Archive, options: ImageOptions) -> Study:
    """Return the pictures of a de-identified archive. Raises BadInput when it is damaged."""
    members = {m.name: m for m in archive.members}
    try:
        summary = json.loads(archive.read(members[REMOVED]))
        rows = list(csv.DictReader(io.StringIO(archive.read(members[TABLE]).decode(), newline="")))
    except (Damaged, ValueError) as error:
        raise BadInput(
            "{filename} is damaged; delete it and upload the original again.", filename=archive.filename
        ) from error
    unreadable = {name: Message.from_json(m) for name, m in summary["unreadable"].items()}
    for row, patient in zip(rows, _patients(rows, options.patient), strict=True):
        row["patient"] = patient
    facts = {"removed": summary["removed"]}
    count = len(rows) + len(unreadable)

    def few(most: int) -> Iterator[Item]:
        chosen = list(first_of_each(rows, lambda row: row["label"], most))
        return _items(archive, members, chosen, {}, options)

    contents = Contents(dict(Counter(row["label"] for row in rows).most_common()), {}, (), few)
    return Study(
        count, lambda: _items(archive, members, rows, unreadable, options), _problems(summary), facts, contents
    )


def _items(
    archive: Archive,
    members: dict[str, Member],
    rows: list[dict[str, str]],
    unreadable: dict[str, Message],
    options: ImageOptions,
) -> Iterator[Item]:
    for row in rows:
        name, place = row["file"], int(row["file"].split(".")[0])
        known = {
            "patient": row["patient"],
            "together": name,
            "burned_in": row["burned_in"],
            "modality": row["modality"],
        }
        known["slices"] = {s: row[s] for s in SLICES}  # type: ignore[assignment]
        try:
            for number, picture in enumerate(read_frames(archive.read(members[FOLDER + name]), options.frames), 1):
                called = name if number == 1 else f"{name} #{number}"
                yield Item(place, called, row["label"], picture, **known)  # type: ignore[arg-type]
        except Unreadable as error:
            yield Item(place, name, row["label"], None, error.message)
        except Damaged:
            yield Item(place, name, row["label"], None, UNREADABLE)
    for name, reason in unreadable.items():
        yield Item(int(name.split(".")[0]), name, "", None, reason)


def _patients(rows: list[dict[str, str]], how: str) -> list[str]:
    """Return the key of the patient of each row, "" where nothing tells it.

    Unless `how` names one of the two, rows that share either are of one patient: the column of a CSV may number
    examinations, of which a patient has several. Files made anonymous may all bear one PatientID; that tells nothing.
    """
    if how in ("tag", "column"):
        return [row[how] for row in rows]
    keys = [(row["column"] or row["tag"], row["tag"] or row["column"]) for row in rows]
    groups, known = Groups(len(rows)), dict[tuple[int, str], int]()
    for place, both in enumerate(keys):
        for name in enumerate(both):
            if name[1]:
                groups.join(place, known.setdefault(name, place))
    found = [keys[groups.root(place)][0] for place in range(len(rows))]
    return found if len(set(found)) > 1 else [column for column, _ in keys]


def _problems(summary: dict[str, Any]) -> tuple[Problem, ...]:
    found = []
    if removed := summary["removed"]:
        message = Message(
            "Identifiers were removed from {files} DICOM files, {count} kinds of attributes in all. This assists and "
            "guarantees nothing; look at the pictures before you pass them on.",
            files=summary["files"],
            count=len(removed),
        )
        found.append(Problem("note", "identifiers_removed", message, count=len(removed)))
    if count := summary["rows_without_file"]:
        message = Message("Rows of the labels CSV that name a file which is not there: {count}.", count=count)
        found.append(Problem("warn", "missing_files", message, count=count))
    return tuple(found)
