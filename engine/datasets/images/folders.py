"""A ZIP of class folders: the label of a picture is the name of the folder it lies in.

`benign/1.png`, `study/benign/1.png` and `study/train/benign/deeper/1.png` all have the label benign: folders that
everything lies in go first, then one level of train, validation and test where all first folders are such.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from engine.datasets.dataset import Problem
from engine.datasets.images.archive import Archive, Damaged, Member
from engine.datasets.images.decode import UNREADABLE, Unreadable, read_picture
from engine.datasets.images.headers import SUFFIXES, format_of
from engine.datasets.images.item import Contents, Item, first_of_each
from engine.errors import BadInput
from engine.messages import Message

PART_NAMES = {
    "train": "train", "training": "train", "val": "validation", "valid": "validation", "validation": "validation",
    "dev": "validation", "test": "test", "testing": "test",
}  # fmt: skip


@dataclass(frozen=True)
class Place:
    """Where a picture lies."""

    member: Member
    part: str
    label: str
    name: str
    """Its path within the folder of its class."""


@dataclass(frozen=True)
class Folders:
    count: int
    items: Callable[[], Iterator[Item]]
    problems: tuple[Problem, ...]
    contents: Contents


def open_folders(archive: Archive, patient: Callable[[str], str], *, labelled: bool = True) -> Folders:
    """Return the pictures of an archive of class folders; unless `labelled`, they may lie anywhere in it.

    Raises BadInput when it has none.
    """
    pictures: list[Member] = []
    strangers: list[Member] = []
    for member in archive.members:
        known = member.name.lower().endswith(SUFFIXES) or format_of(archive.head(member)) is not None
        (pictures if known else strangers).append(member)
    if not pictures:
        raise BadInput(
            "{filename} holds no pictures (PNG, JPEG, TIFF, BMP, DICOM); give a ZIP with a folder of pictures a class.",
            filename=archive.filename,
        )
    places = placed(pictures)
    if labelled and not any(p.label for p in places):
        raise BadInput(
            "The pictures in {filename} lie in no folders; put those of each class into a folder of its name.",
            filename=archive.filename,
        )
    return Folders(
        len(places), lambda: _items(archive, places, patient), _strange(strangers), _contents(archive, places, patient)
    )


def _contents(archive: Archive, places: list[Place], patient: Callable[[str], str]) -> Contents:
    def few(most: int) -> Iterator[Item]:
        return _items(archive, list(first_of_each(places, lambda p: p.label, most)), patient)

    labels, parts = Counter(p.label for p in places), Counter(p.part for p in places if p.part)
    return Contents(dict(labels.most_common()), dict(parts), tuple(p.name for p in places), few)


def placed(members: list[Member]) -> list[Place]:
    """Return part, label and name of each picture, told from its folders."""
    paths = [m.name.split("/") for m in members]
    depth = _shared(paths)
    firsts = {p[depth].casefold() for p in paths if len(p) > depth + 1}
    parted = bool(firsts) and firsts <= set(PART_NAMES) and all(len(p) > depth + 2 for p in paths)
    found = []
    for member, path in zip(members, paths, strict=True):
        part = PART_NAMES[path[depth].casefold()] if parted else ""
        rest = path[depth + parted :]
        label = " ".join(rest[0].split()) if len(rest) > 1 else ""
        found.append(Place(member, part, label, "/".join(rest[1:]) if len(rest) > 1 else rest[0]))
    return found


def _shared(paths: list[list[str]]) -> int:
    """Return how many folders everything lies in; the last one stays when it holds the pictures itself."""
    depth = 0
    while len({p[depth] for p in paths if len(p) > depth + 1}) == 1 and all(len(p) > depth + 2 for p in paths):
        depth += 1
    return depth


def _items(archive: Archive, places: list[Place], patient: Callable[[str], str]) -> Iterator[Item]:
    for row, place in enumerate(places, 1):
        who = patient(place.name)
        name = f"{place.label}/{place.name}" if place.label else place.name
        try:
            picture = read_picture(archive.read(place.member))
        except Unreadable as error:
            yield Item(row, name, place.label, None, error.message, place.part, who)
        except Damaged:
            yield Item(row, name, place.label, None, UNREADABLE, place.part, who)
        else:
            yield Item(row, name, place.label, picture, part=place.part, patient=who)


def _strange(strangers: list[Member]) -> tuple[Problem, ...]:
    if not strangers:
        return ()
    message = Message("Files that are no pictures: {count}; they are left out.", count=len(strangers))
    return (
        Problem("note", "other_files", message, count=len(strangers), examples=tuple(m.name for m in strangers[:5])),
    )
