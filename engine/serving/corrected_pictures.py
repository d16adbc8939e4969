"""Corrected pictures: a ZIP of class folders, and the same beside what a model learned from."""

from __future__ import annotations

import hashlib
import io
import re
import tempfile
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import IO

from engine.config import Settings
from engine.datasets.dataset import Dataset, Options, Part
from engine.datasets.images.card import ImageCard
from engine.datasets.images.open import pictures
from engine.datasets.images.options import PATIENT, ImageOptions
from engine.datasets.raw import Raw, add_raw
from engine.errors import NotFound
from engine.serving.corrections import Correction, picture_file

ALWAYS = (1980, 1, 1, 0, 0, 0)
"""A fixed time, so that the same pictures make the same archive."""
BEHIND_PATIENT = "_"
"""What stands in a file's name behind the key of its patient; without one the patient is not known."""
PLAIN = re.compile(r"[^/\\.\x00-\x1f][^/\\\x00-\x1f]*")
"""What a class may be called as a folder."""
Entry = tuple[str, str, bytes]
"""The class of a picture, its name without suffix, and its PNG."""


def write(settings: Settings, made: Sequence[Correction]) -> bytes:
    """Return the corrections as a ZIP. Raises NotFound when a picture was deleted."""
    packed = io.BytesIO()
    _pack(packed, _folders({c.label for c in made}), _corrected(settings, made))
    return packed.getvalue()


def merge(settings: Settings, dataset: Dataset, made: Sequence[Correction]) -> tuple[Raw, Options, int]:
    """Return `dataset` with the corrections in it as an upload, and how many those are.

    Pictures are the same when their kept files are; of several corrections of one, the last counts. Patients stay on
    one side, told by the names of the files. What DICOM told besides (place, scanner, sex, age) does not come along.
    """
    right = {c.input: c for c in made}
    folders = _folders({*dataset.labels, *(c.label for c in right.values())})
    name = f"{dataset.name} + {len(right)}"
    raw = _stored(settings, f"{name}.zip", folders, _learned(settings, dataset, right.values()))
    test_raw = _stored(settings, f"{dataset.name} test.zip", folders, _rows(dataset, "test"))
    options, card = dataset.options, dataset.card
    assert isinstance(options, ImageOptions)
    assert isinstance(card, ImageCard)
    chosen = replace(
        options, name=name, test_raw_id=test_raw.id, cleaning=(), file_parts="pool", frames="middle", released=(),
        modality=card.modality, patient=PATIENT + BEHIND_PATIENT if card.patients else "",
        label_map={folder: label for label, folder in folders.items() if folder != label},
        licence=card.licence, commercial_use=card.commercial_use, synthetic=card.synthetic,
    )  # fmt: skip
    return raw, chosen, len(right)


def _learned(settings: Settings, dataset: Dataset, right: Iterable[Correction]) -> Iterator[Entry]:
    """Yield what was learned from, then the corrections; what is corrected is not among the former."""
    corrected = {c.input for c in right}
    for part in ("train", "validation"):
        for entry in _rows(dataset, part):
            if hashlib.sha256(entry[2]).hexdigest() not in corrected:
                yield entry
    yield from _corrected(settings, right)


def _rows(dataset: Dataset, part: Part) -> Iterator[Entry]:
    rows = dataset.rows(part)[["label", "patient", "source", "row"]].itertuples(index=False)
    for (label, patient, source, row), picture in zip(rows, pictures(dataset, part), strict=True):
        yield label, f"{patient}{BEHIND_PATIENT if patient else ''}{source}-{row}", picture


def _corrected(settings: Settings, made: Iterable[Correction]) -> Iterator[Entry]:
    for correction in made:
        file = picture_file(settings, correction.model, correction.input)
        if not file.is_file():
            raise NotFound(
                "The picture of correction {id} is gone from {folder}; put it back or send the correction again.",
                id=correction.id, folder=file.parent.name,
            )  # fmt: skip
        yield correction.label, correction.id, file.read_bytes()


def _folders(labels: Iterable[str]) -> dict[str, str]:
    """Return the folder of each class: its name where that can be one, else a hash of it."""
    return {
        label: label
        if PLAIN.fullmatch(label) and label == " ".join(label.split())
        else hashlib.sha256(label.encode()).hexdigest()[:12]
        for label in labels
    }


def _stored(settings: Settings, filename: str, folders: dict[str, str], entries: Iterable[Entry]) -> Raw:
    with tempfile.TemporaryFile(dir=settings.workspace.tmp) as packed:
        _pack(packed, folders, entries)
        packed.seek(0)
        return add_raw(packed, filename, settings)


def _pack(file: IO[bytes], folders: dict[str, str], entries: Iterable[Entry]) -> None:
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:  # PNG does not get smaller
        for label, name, picture in entries:
            archive.writestr(zipfile.ZipInfo(f"{folders[label]}/{name}.png", ALWAYS), picture)
