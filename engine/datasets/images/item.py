"""One picture on its way from a file into a data set."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import TypeVar

from engine.datasets.images.picture import Picture
from engine.messages import Message

Entry = TypeVar("Entry")
SLICES = ("site", "scanner", "sex", "age_band")
"""What DICOM may tell of a picture to look at results by."""
SHOWN_CLASSES = 6
"""Classes of which a few pictures are shown before a file is read."""


@dataclass(frozen=True)
class Item:
    """A picture as a file gives it, decoded or with the reason why not."""

    row: int
    """Its place in the file, counted from 1."""
    name: str
    label: str
    """As found; "" if it has none."""
    picture: Picture | None
    reason: Message | None = None
    """Why there is no picture."""
    part: str = ""
    """The part that the file puts it in: "train", "validation", "test"; "" if it says nothing."""
    patient: str = ""
    """A keyed hash; "" if unknown."""
    together: str = ""
    """What else stays on one side with it: the film a frame is of."""
    burned_in: str = ""
    """Why text may stand in it; "" if nothing says so."""
    modality: str = ""
    """DICOM's Modality; "" if unknown."""
    slices: dict[str, str] = field(default_factory=dict)
    """SLICES → value; "" if unknown."""


@dataclass(frozen=True)
class Contents:
    """What a file says it holds, before any picture is decoded."""

    labels: dict[str, int]
    """Label as found → pictures; "" for those without one."""
    parts: dict[str, int]
    """Part that the file names → pictures; empty when it names none."""
    names: tuple[str, ...]
    """What the pictures are called within their classes; empty where names tell nothing."""
    few: Callable[[int], Iterator[Item]]
    """Gives that many pictures of each of the first classes, read when they are asked for."""


def first_of_each(entries: Iterable[Entry], label: Callable[[Entry], str], most: int) -> Iterator[Entry]:
    """Yield the first `most` entries of each of the first SHOWN_CLASSES labels, in their order."""
    seen: dict[str, int] = {}
    for entry in entries:
        found = label(entry)
        if found in seen or len(seen) < SHOWN_CLASSES:
            seen[found] = seen.get(found, 0) + 1
            if seen[found] <= most:
                yield entry
