"""One stored file as a sequence of pictures, whatever its kind: a ZIP of class folders, a .npz, DICOM."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from engine.config import Settings
from engine.datasets.dataset import Problem
from engine.datasets.images import dicoms, folders, npz
from engine.datasets.images.archive import Archive, open_archive
from engine.datasets.images.intake import holds_dicom, is_deidentified
from engine.datasets.images.item import Contents, Item
from engine.datasets.images.options import PATIENT, ImageOptions
from engine.datasets.images.secret import workspace_key
from engine.errors import BadInput

Kind = Literal["folders", "npz", "dicom"]


@dataclass(frozen=True)
class Source:
    """A stored file that was told what it is."""

    kind: Kind
    filename: str
    count: int
    """How many pictures it claims to hold."""
    items: Callable[[], Iterator[Item]]
    """Gives the pictures, one at a time, in the order of the file."""
    contents: Contents
    problems: tuple[Problem, ...] = ()
    """What was learnt on the way in."""
    facts: dict[str, Any] = field(default_factory=dict)
    """What else the card shows: "removed" (attribute → files)."""


@contextmanager
def open_source(
    path: Path, filename: str, options: ImageOptions, settings: Settings, *, labelled: bool = True
) -> Iterator[Source]:
    """Yield the pictures in `path`; unless `labelled`, they need no labels.

    Raises BadInput, with one sentence, for a file that holds none or is not safe.
    """
    patient = _patient_of(options, settings)
    if not zipfile.is_zipfile(path):
        raise BadInput(
            "{filename} is not a ZIP; give a ZIP with a folder of pictures a class, a .npz like MedMNIST's, or a ZIP "
            "of DICOM files with a labels CSV.",
            filename=filename,
        )
    with open_archive(path, filename) as archive:
        kind = kind_of(archive)
        if kind == "npz":
            table = npz.open_npz(archive)
            yield Source(kind, filename, table.count, table.items, table.contents, table.problems)
        elif kind == "dicom":
            study = dicoms.open_study(archive, options)
            yield Source(kind, filename, study.count, study.items, study.contents, study.problems, study.facts)
        else:
            archive.refuse_archives_inside()
            tree = folders.open_folders(archive, patient, labelled=labelled)
            yield Source(kind, filename, tree.count, tree.items, tree.contents, tree.problems)


def kind_of(archive: Archive) -> Kind:
    """Return what an archive is. Raises BadInput for one that holds nothing, or DICOM that did not come by `intake`."""
    if not archive.members:
        raise BadInput(
            "{filename} is an empty archive; give a ZIP with a folder of pictures a class.", filename=archive.filename
        )
    if all(m.name.endswith(".npy") for m in archive.members):
        return "npz"
    if is_deidentified(archive):
        return "dicom"
    if holds_dicom(archive):
        raise BadInput(
            "{filename} holds DICOM files with their identifiers; delete it and upload it again, so that they are "
            "removed on the way in.",
            filename=archive.filename,
        )
    return "folders"


def _patient_of(options: ImageOptions, settings: Settings) -> Callable[[str], str]:
    """Return what tells the patient of a picture by its name, as a keyed hash."""
    if not options.patient.startswith(PATIENT):
        return lambda _name: ""
    told, keyed = patient_in(options.patient.removeprefix(PATIENT)), workspace_key(settings)
    return lambda name: keyed.patient(who) if (who := told(name)) else ""


def patient_in(rule: str) -> Callable[[str], str]:
    """Return what finds the patient in a file name: what stands before a separator, or what a pattern matches.

    It gives "" for a name that tells none. Raises BadInput for a pattern that is no regular expression.
    """
    if rule and not any(c.isalnum() for c in rule) and len(rule) <= 2:
        return lambda name: name.split(rule, 1)[0] if rule in name else ""
    try:
        pattern = re.compile(rule or "$^")
    except re.error as error:
        raise BadInput(
            "{rule} is not a regular expression ({error}); give a separator such as prefix:_ or correct it.",
            rule=rule,
            error=str(error),
        ) from error
    return lambda name: (m[1] if m.groups() else m[0]) or "" if (m := pattern.search(name)) else ""
