"""A first look at a stored upload of pictures, before anything is prepared."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from engine.config import Settings
from engine.datasets.images.item import Item
from engine.datasets.images.options import ImageOptions
from engine.datasets.images.picture import rendered, thumbnail
from engine.datasets.images.source import Kind, open_source

LOOKED_AT = 2000
"""Pictures that are decoded at most for the counts."""
SHOWN = 12
SIDE = 128


@dataclass(frozen=True)
class Shown:
    """A picture to show."""

    name: str
    label: str
    png: bytes


@dataclass(frozen=True)
class ImagePreview:
    """What an upload of pictures seems to be."""

    filename: str
    kind: Kind
    """"folders", "npz" or "dicom"."""
    size_bytes: int
    count: int
    """Pictures it claims to hold."""
    looked_at: int
    """Pictures that were read for this preview, from the start of the file."""
    labels: dict[str, int]
    """Label as found → pictures among those looked at."""
    parts: dict[str, int]
    """Part that the file names → pictures among those looked at."""
    unreadable: int
    names: tuple[str, ...]
    """The first names, to tell how they begin."""
    patients: int
    """Different patients among those looked at; 0 if they cannot be told apart."""
    modality: str
    """DICOM's Modality of the first picture that has one."""
    pictures: tuple[Shown, ...]
    """A few of each class in turn."""


def preview(
    path: Path, *, filename: str, settings: Settings, patient: str = "", limit: int = LOOKED_AT
) -> ImagePreview:
    """Return what the stored file at `path` seems to be; at most `limit` pictures are read.

    Raises BadInput, with one sentence, for a file that holds no pictures or is not safe to read.
    """
    with open_source(path, filename, ImageOptions("preview", patient=patient), settings) as source:
        items = _first(source.items(), limit)
        shown: dict[str, list[Shown]] = {}
        labels, parts, patients, names = Counter[str](), Counter[str](), set[str](), list[str]()
        unreadable, looked, modality = 0, 0, ""
        for item in items:
            looked += 1
            labels.update([item.label] if item.label else [])
            parts.update([item.part] if item.part else [])
            patients |= {item.patient} - {""}
            names += [item.name] if len(names) < SHOWN else []
            modality = modality or item.modality
            unreadable += item.picture is None
            _show(shown, item)
        return ImagePreview(
            filename=filename,
            kind=source.kind,
            size_bytes=path.stat().st_size,
            count=source.count,
            looked_at=looked,
            labels=dict(labels.most_common()),
            parts=dict(parts),
            unreadable=unreadable,
            names=tuple(names),
            patients=len(patients),
            modality=modality,
            pictures=_in_turn(shown),
        )


def _first(items: Iterator[Item], limit: int) -> Iterator[Item]:
    for _, item in zip(range(limit), items, strict=False):
        yield item


def _show(shown: dict[str, list[Shown]], item: Item) -> None:
    kept = shown.setdefault(item.label, [])
    if item.picture is not None and not item.burned_in and len(kept) < SHOWN and len(shown) <= SHOWN:
        kept.append(Shown(item.name, item.label, thumbnail(rendered(item.picture), SIDE)))


def _in_turn(shown: dict[str, list[Shown]]) -> tuple[Shown, ...]:
    turns = [kept[i] for i in range(SHOWN) for kept in shown.values() if i < len(kept)]
    return tuple(turns[:SHOWN])
