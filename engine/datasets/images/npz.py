"""A .npz like MedMNIST's: arrays of pictures and of their labels, read one picture at a time and without pickle."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any, BinaryIO

import numpy as np

from engine.datasets.dataset import Problem
from engine.datasets.images.archive import MAX_MEMBER_BYTES, Archive, Member
from engine.datasets.images.decode import MAX_PIXELS
from engine.datasets.images.item import Contents, Item, first_of_each
from engine.datasets.images.picture import Array, Picture, finished, sixteen_bits
from engine.errors import BadInput
from engine.messages import Message

PARTS = {"train": "train", "val": "validation", "validation": "validation", "test": "test", "": ""}
"""Start of an array's name → the part it belongs to."""
HEADER_BYTES = 10_000
MAX_LABEL_BYTES = 256 << 20
MAX_ROWS = 5_000_000
CHANNELS = (1, 3, 4)
LOOKED_AT = 400
"""Pictures that are read to find a few of each class."""


@dataclass(frozen=True)
class Header:
    """What an array says of itself before its numbers."""

    dtype: np.dtype[Any]
    shape: tuple[int, ...]
    skip: int
    """Bytes before the numbers."""


@dataclass(frozen=True)
class Part:
    """Pictures and labels that belong together."""

    name: str
    images: Member
    header: Header
    labels: tuple[str, ...]


@dataclass(frozen=True)
class Npz:
    count: int
    items: Callable[[], Iterator[Item]]
    contents: Contents
    problems: tuple[Problem, ...] = ()


def open_npz(archive: Archive) -> Npz:
    """Return the pictures in a .npz. Raises BadInput for arrays that are not pictures with labels."""
    members = {m.name.removesuffix(".npy"): m for m in archive.members}
    headers = {name: _header(archive, m) for name, m in members.items()}
    parts = []
    for start, part in PARTS.items():
        images, labels = (f"{start}_{word}" if start else word for word in ("images", "labels"))
        if images in members:
            if labels not in members:
                raise _wrong(archive, Message("{images} has no {labels} beside it", images=images, labels=labels))
            found = _labels(archive, members[labels], headers[labels], labels)
            _check_images(archive, images, headers[images], len(found))
            parts.append(Part(part, members[images], headers[images], found))
    if not parts:
        raise _wrong(
            archive, Message("no array is called train_images; it has {names}", names=", ".join(members)[:200])
        )
    return Npz(sum(len(p.labels) for p in parts), lambda: _items(archive, parts), _contents(archive, parts))


def _contents(archive: Archive, parts: list[Part]) -> Contents:
    def few(most: int) -> Iterator[Item]:
        return first_of_each(islice(_items(archive, parts), LOOKED_AT), lambda item: item.label, most)

    labels = Counter(label for part in parts for label in part.labels)
    named = {part.name: len(part.labels) for part in parts if part.name}
    return Contents(dict(labels.most_common()), named, (), few)


def _items(archive: Archive, parts: list[Part]) -> Iterator[Item]:
    row = 0
    for part in parts:
        shape = part.header.shape[1:]
        size = int(np.prod(shape)) * part.header.dtype.itemsize
        with archive.stream(part.images) as stream:
            stream.read(part.header.skip)
            for number, label in enumerate(part.labels):
                row += 1
                name = f"{part.name or 'picture'} {number + 1}"
                picture = _picture(_read(stream, size), part.header.dtype, shape)
                reason = None if picture else Message("it is damaged or cut off")
                yield Item(row, name, label, picture, reason, part.name)


def _read(stream: BinaryIO, size: int) -> bytes:
    try:
        return stream.read(size)
    except Exception:  # noqa: BLE001 - a damaged member may raise anything while it is unpacked
        return b""


def _picture(data: bytes, dtype: np.dtype[Any], shape: tuple[int, ...]) -> Picture | None:
    """Return one picture, or None when the array ends before it or holds no number there."""
    if len(data) < int(np.prod(shape)) * dtype.itemsize:
        return None
    values = np.frombuffer(data, dtype=dtype).reshape(shape)
    if dtype.kind == "f" and not np.isfinite(values).any():
        return None
    values = values.astype(dtype.newbyteorder("="))
    if values.ndim == 3:
        values = values[..., 0] if values.shape[2] == 1 else values[..., :3]
    return finished(_as_bits(values))


def _as_bits(values: Array) -> Picture:
    """Return numbers as a picture: 0 to 255 as they are, 0 to 1 as shares of white, all else in sixteen bits."""
    kind = values.dtype.kind
    if values.dtype == np.uint8:
        return Picture(values)
    if kind == "b":
        return Picture(values.astype(np.uint8) * 255)
    if kind in "iu" and values.dtype.itemsize > 2 and values.min() >= 0 and values.max() <= 255:
        return Picture(values.astype(np.uint8))
    if kind == "f" and np.nanmin(values) >= 0 and np.nanmax(values) <= 1:
        return Picture((np.nan_to_num(values) * 255 + 0.5).astype(np.uint8))
    if values.dtype == np.uint16:
        return Picture(values, bits=16)
    return sixteen_bits(values)


def _header(archive: Archive, member: Member) -> Header:
    """Return an array's header, read by hand so that nothing is allocated or unpickled."""
    head = archive.head(member, HEADER_BYTES)
    try:
        if head[:6] != b"\x93NUMPY" or head[6] not in (1, 2, 3):
            raise ValueError
        start, width = (10, 2) if head[6] == 1 else (12, 4)
        length = int.from_bytes(head[8 : 8 + width], "little")
        if start + length > len(head):
            raise ValueError
        told = ast.literal_eval(head[start : start + length].decode("latin-1").strip())
        dtype, shape = np.dtype(told["descr"]), tuple(int(n) for n in told["shape"])
        fortran = bool(told["fortran_order"])
    except (ValueError, KeyError, TypeError, SyntaxError, MemoryError, RecursionError, IndexError) as error:
        raise _wrong(archive, Message("{name} is no array of NumPy", name=member.name)) from error
    if dtype.hasobject:
        raise BadInput(
            "{filename} holds pickled objects ({name}), which could run programs; save plain arrays of numbers.",
            filename=archive.filename,
            name=member.name,
        )
    if fortran and len(shape) > 1:
        raise _wrong(archive, Message("{name} is stored by column; save it in C order", name=member.name))
    return Header(dtype, shape, start + length)


def _labels(archive: Archive, member: Member, header: Header, name: str) -> tuple[str, ...]:
    count = header.shape[0] if header.shape else 0
    if header.shape not in ((count,), (count, 1)) or header.dtype.kind not in "iufbUS":
        raise _wrong(
            archive,
            Message("{name} has the shape {shape}; one label a picture is learnt", name=name, shape=str(header.shape)),
        )
    size = count * header.dtype.itemsize
    if count > MAX_ROWS or size > MAX_LABEL_BYTES:
        raise _wrong(archive, Message("{name} declares {count} labels", name=name, count=count))
    with archive.stream(member) as stream:
        stream.read(header.skip)
        data = _read(stream, size)
    if len(data) < size:
        raise _wrong(archive, Message("{name} is cut off", name=name))
    values = np.frombuffer(data, dtype=header.dtype)
    if header.dtype.kind in "US":
        words = (v.decode("utf-8", "replace") if isinstance(v, bytes) else str(v) for v in values)
        return tuple(" ".join(word.split()) for word in words)
    if header.dtype.kind == "f" and not (np.isfinite(values).all() and (values == np.rint(values)).all()):
        raise _wrong(archive, Message("{name} holds fractions, not classes", name=name))
    return tuple(str(int(v)) for v in values)


def _check_images(archive: Archive, name: str, header: Header, labels: int) -> None:
    shape, kind = header.shape, header.dtype.kind
    flat = len(shape) == 3 or (len(shape) == 4 and shape[3] in CHANNELS)
    if not flat or kind not in "iufb" or min(shape) < 1 or header.dtype.itemsize > 8:
        raise _wrong(
            archive,
            Message(
                "{name} has the shape {shape}; pictures are (rows, height, width) or (rows, height, width, 3)",
                name=name,
                shape=str(shape)[:80],
            ),
        )
    if shape[1] * shape[2] > MAX_PIXELS or int(np.prod(shape[1:])) * header.dtype.itemsize > MAX_MEMBER_BYTES:
        raise _wrong(archive, Message("{name} declares pictures of {w} × {h}", name=name, w=shape[2], h=shape[1]))
    if shape[0] != labels:
        raise _wrong(
            archive, Message("{name} has {rows} pictures and {labels} labels", name=name, rows=shape[0], labels=labels)
        )


def _wrong(archive: Archive, reason: Message) -> BadInput:
    return BadInput(
        "{filename} is not a file of pictures like MedMNIST's: {reason}.", filename=archive.filename, reason=reason
    )
