"""One pass over the pictures of a file: each is decoded once, measured, hashed, and written aside for the data set."""

from __future__ import annotations

import hashlib
import heapq
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from engine.datasets.images.item import Item
from engine.datasets.images.near import difference_hash, grid_of
from engine.datasets.images.options import ImageOptions
from engine.datasets.images.picture import Picture, png, rendered, thumbnail
from engine.datasets.images.source import Source
from engine.errors import BadInput, Cancelled
from engine.messages import Message

MAX_PICTURES = 200_000
THUMBNAIL = 96
SAMPLES = 4
"""Samples shown of a class."""
SHOWN_CLASSES = 50
SHOWN_ASIDE = 60
Progress = Callable[[float, Message], None]


@dataclass(slots=True)
class Row:
    """A picture that can be used."""

    row: int
    source: str
    name: str
    label: str
    """As used."""
    part: str
    patient: str
    together: str
    modality: str
    slices: dict[str, str]
    width: int
    height: int
    bits: int
    colour: bool
    pages: int
    digest: str
    """Hash of the pixels as read, 32 hex digits."""
    offset: int = 0
    size: int = 0
    """Where its PNG stands in the file written aside."""


@dataclass(frozen=True)
class Sample:
    """A small picture to show."""

    row: int
    name: str
    label: str
    reason: str
    """Why it was set aside; "" for one that is used."""
    png: bytes


@dataclass
class Scan:
    """What one pass over one or two files found."""

    rows: list[Row] = field(default_factory=list)
    hashes: list[int] = field(default_factory=list)
    grids: list[NDArray[np.uint8]] = field(default_factory=list)
    samples: dict[str, list[tuple[str, Sample]]] = field(default_factory=dict)
    """Label → the samples with the lowest hashes, so that they do not depend on the order."""
    aside: list[Sample] = field(default_factory=list)
    aside_names: list[str] = field(default_factory=list)
    unreadable: list[tuple[int, str, Message]] = field(default_factory=list)
    unlabelled: list[tuple[int, str]] = field(default_factory=list)
    labels_found: Counter[str] = field(default_factory=Counter)
    read: dict[str, int] = field(default_factory=dict)
    """Source → pictures read."""
    written: int = 0
    """Bytes written aside."""


def scan(
    found: Scan,
    source: Source,
    options: ImageOptions,
    *,
    name: str,
    spool: BinaryIO | None,
    progress: Progress,
    should_stop: Callable[[], bool],
) -> None:
    """Add the pictures of `source`, called `name` ("data" or "test"), to `found`; their PNG go to `spool` if given.

    Raises Cancelled when asked, BadInput for more pictures than can be held.
    """
    if source.count > MAX_PICTURES:
        raise BadInput(
            "{filename} holds {count} pictures; at most {limit} are read. Give fewer.",
            filename=source.filename,
            count=source.count,
            limit=MAX_PICTURES,
        )
    reading, read = Message("Reading the pictures"), 0
    for read, item in enumerate(source.items(), 1):
        if should_stop():
            raise Cancelled("Preparing the data was cancelled.")
        if read % 20 == 0:
            progress(read / source.count, reading)
        _take(found, item, options, name, spool)
    found.read[name] = read


def _take(found: Scan, item: Item, options: ImageOptions, source: str, spool: BinaryIO | None) -> None:
    if source == "data" and item.label:
        found.labels_found[item.label] += 1
    if item.picture is None:
        found.unreadable.append((item.row, item.name, item.reason or Message("it is damaged or cut off")))
        return
    label = options.label_map.get(item.label, item.label)
    if not label:
        if not item.label:
            found.unlabelled.append((item.row, item.name))
        return
    shown = rendered(item.picture)
    if item.burned_in and not {item.name, item.together} & set(options.released):
        _set_aside(found, item, label, shown)
        return
    row = _row(item, item.picture, label, source)
    if spool is not None:
        data = png(item.picture)
        row.offset, row.size = found.written, len(data)
        found.written += spool.write(data)
    found.rows.append(row)
    found.hashes.append(difference_hash(shown))
    found.grids.append(grid_of(shown))
    if source == "data":
        _sample(found, row, shown)


def _row(item: Item, picture: Picture, label: str, source: str) -> Row:
    digest = hashlib.blake2b(str((picture.pixels.shape, picture.pixels.dtype.kind)).encode(), digest_size=16)
    digest.update(np.ascontiguousarray(picture.pixels).data)
    return Row(
        row=item.row,
        source=source,
        name=item.name,
        label=label,
        part=item.part,
        patient=item.patient,
        together=f"{source}/{item.together}" if item.together else "",
        modality=item.modality,
        slices=item.slices,
        width=picture.width,
        height=picture.height,
        bits=picture.bits,
        colour=not picture.is_grey,
        pages=picture.pages,
        digest=digest.hexdigest(),
    )


def _set_aside(found: Scan, item: Item, label: str, shown: NDArray[np.uint8]) -> None:
    found.aside_names.append(item.name)
    if len(found.aside) < SHOWN_ASIDE:
        # Text has to be legible for a person to decide.
        found.aside.append(Sample(item.row, item.name, label, item.burned_in, thumbnail(shown, 4 * THUMBNAIL)))


def _sample(found: Scan, row: Row, shown: NDArray[np.uint8]) -> None:
    """Keep the picture as a sample of its class if its hash is among the lowest."""
    if row.label not in found.samples and len(found.samples) >= SHOWN_CLASSES:
        return
    kept = found.samples.setdefault(row.label, [])
    if len(kept) < SAMPLES or row.digest < max(digest for digest, _ in kept):
        kept.append((row.digest, Sample(row.row, row.name, row.label, "", thumbnail(shown, THUMBNAIL))))
        kept[:] = heapq.nsmallest(SAMPLES, kept, key=lambda pair: (pair[0], pair[1].row))
