"""A first look at a stored upload of pictures, before anything is decided: what it is, its classes, a few pictures."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from engine.config import Settings
from engine.datasets.images.item import Item
from engine.datasets.images.options import PATIENT, ImageOptions
from engine.datasets.images.picture import rendered, thumbnail
from engine.datasets.images.source import Kind, open_source, patient_in

OF_A_CLASS = 3
SIDE = 160
"""Pixels on the long side of what is shown."""


@dataclass(frozen=True)
class Shown:
    """One small picture."""

    name: str
    label: str
    png: bytes


@dataclass(frozen=True)
class Look:
    """What a file of pictures says it holds, and a few of them."""

    kind: Kind
    count: int
    labels: dict[str, int]
    """Label as found → pictures, the most frequent first; "" for those without one."""
    parts: dict[str, int]
    """Part that the file names → pictures; empty when it names none."""
    names: tuple[str, ...]
    """File names, where they may tell patients apart."""
    pictures: tuple[Shown, ...]
    set_aside: int
    """Of those few pictures, how many may have names or dates written in them; they are not shown."""


def look(path: Path, filename: str, settings: Settings) -> Look:
    """Return a first look at the file at `path`, reading a few of its pictures.

    Raises BadInput, with one sentence, for a file that holds none or is not safe to read.
    """
    with open_source(path, filename, ImageOptions(filename), settings) as source:
        found = source.contents
        some = [item for item in found.few(OF_A_CLASS) if item.picture is not None]
        whole = [item for item in some if not item.burned_in]
        return Look(
            source.kind,
            source.count,
            found.labels,
            found.parts,
            found.names,
            tuple(map(_shown, whole)),
            len(some) - len(whole),
        )


def patients_told(names: tuple[str, ...], patient: str) -> dict[str, int]:
    """Return patient → pictures, as the option `patient` ("prefix:_") tells them by file name; "" where it does not."""
    told = patient_in(patient.removeprefix(PATIENT))
    counts: dict[str, int] = {}
    for name in names:
        who = told(name)
        counts[who] = counts.get(who, 0) + 1
    return counts


def _shown(item: Item) -> Shown:
    assert item.picture is not None
    return Shown(item.name, item.label, thumbnail(rendered(item.picture), SIDE))
