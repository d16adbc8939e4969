"""ZIP archives from strangers: nothing is unpacked to disk, every member is checked, every read has its limit."""

from __future__ import annotations

import stat
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from engine.datasets.images.headers import HEAD_BYTES, is_archive
from engine.errors import BadInput

MAX_MEMBERS = 200_000
MAX_MEMBER_BYTES = 256 << 20
"""The largest file in an archive, unpacked: a long film of ultrasound has 100 MiB. Arrays are read row by row."""
MAX_TOTAL_BYTES = 20 << 30
MAX_RATIO = 200
"""Pictures hardly shrink; black ones may by a few hundred, so a ratio counts from RATIO_BYTES on only."""
RATIO_BYTES = 10 << 20
LITTER = ("__macosx/", ".ds_store", "thumbs.db", "desktop.ini")
ENCRYPTED = 0x1
UTF8 = 0x800


@dataclass(frozen=True)
class Member:
    """One file in an archive."""

    name: str
    """Its path inside, with "/" between folders."""
    size_bytes: int
    info: zipfile.ZipInfo


class Archive:
    """A ZIP whose members were checked; `read` never gives more than a member declares."""

    def __init__(self, file: zipfile.ZipFile, filename: str) -> None:
        self._file, self.filename = file, filename
        self.members = tuple(_members(file, filename))

    def read(self, member: Member) -> bytes:
        """Return a member's bytes. Raises Damaged when they cannot be unpacked or are not as many as declared."""
        try:
            with self._file.open(member.info) as stream:
                data = stream.read(member.size_bytes + 1)
        except (
            zipfile.BadZipFile,
            zlib.error,
            EOFError,
            OSError,
            NotImplementedError,
            RuntimeError,
            ValueError,
        ) as error:
            raise Damaged from error
        if len(data) != member.size_bytes:
            raise Damaged
        return data

    def head(self, member: Member, size: int = HEAD_BYTES) -> bytes:
        """Return the first bytes of a member; none when it is damaged."""
        try:
            with self._file.open(member.info) as stream:
                return stream.read(size)
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError, ValueError):
            return b""

    @contextmanager
    def stream(self, member: Member) -> Iterator[BinaryIO]:
        """Yield a member to read piece by piece."""
        with self._file.open(member.info) as stream:
            yield stream  # type: ignore[misc]

    def refuse_archives_inside(self) -> None:
        """Raise BadInput when a member is an archive itself."""
        inside = [m.name for m in self.members if is_archive(m.name, self.head(m))]
        if inside:
            raise BadInput(
                "{filename} holds other archives ({names}); unpack them and give one ZIP of the files.",
                filename=self.filename,
                names=", ".join(inside[:3]),
            )


class Damaged(Exception):
    """A member cannot be unpacked."""


@contextmanager
def open_archive(source: Path | BinaryIO, filename: str) -> Iterator[Archive]:
    """Yield the checked archive in `source`. Raises BadInput, with one sentence, for one that is not safe to read."""
    try:
        file = zipfile.ZipFile(source)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, RuntimeError, EOFError) as error:
        raise BadInput("{filename} is a damaged ZIP archive; pack or download it again.", filename=filename) from error
    with file:
        yield Archive(file, filename)


def _members(file: zipfile.ZipFile, filename: str) -> Iterator[Member]:
    infos = file.infolist()
    if len(infos) > MAX_MEMBERS:
        raise BadInput(
            "{filename} holds {count} files; at most {limit} are read. Give fewer pictures.",
            filename=filename,
            count=len(infos),
            limit=MAX_MEMBERS,
        )
    total, packed = sum(i.file_size for i in infos), sum(i.compress_size for i in infos)
    if total > MAX_TOTAL_BYTES or (total > 1 << 30 and total > MAX_RATIO * packed):
        raise _bomb(filename, "", total)
    for info in infos:
        name = _name(info)
        if not (info.is_dir() or name.endswith("/")):
            _refuse_member(info, name, filename)
            if not _is_litter(name) and not stat.S_ISLNK(info.external_attr >> 16):
                yield Member(name, info.file_size, info)


def _refuse_member(info: zipfile.ZipInfo, name: str, filename: str) -> None:
    parts = name.split("/")
    if name.startswith("/") or ".." in parts or "\0" in name or (len(parts[0]) == 2 and parts[0][1] == ":"):
        raise BadInput(
            "{filename} holds a file whose path leads out of the archive ({name}); pack it again without such paths.",
            filename=filename,
            name=name[-80:],
        )
    if info.flag_bits & ENCRYPTED:
        raise BadInput("{filename} is locked with a password; give it without one.", filename=filename)
    limit = MAX_TOTAL_BYTES if name.endswith(".npy") else MAX_MEMBER_BYTES
    if info.file_size > limit or (
        info.file_size > RATIO_BYTES and info.file_size > MAX_RATIO * max(1, info.compress_size)
    ):
        raise _bomb(filename, name, info.file_size)


def _bomb(filename: str, name: str, size: int) -> BadInput:
    return BadInput(
        "{filename} unpacks to far more than it should ({name} {size} MiB); give pictures as they are.",
        filename=filename,
        name=name[-80:] or "·",
        size=size >> 20,
    )


def _name(info: zipfile.ZipInfo) -> str:
    """Return a member's path with "/"; names written by old programs in the code page of China are read as such."""
    name = info.filename
    if not info.flag_bits & UTF8 and not name.isascii():
        try:
            raw = name.encode("cp437")
        except UnicodeEncodeError:
            return name.replace("\\", "/")
        for encoding in ("utf-8", "gb18030"):
            try:
                name = raw.decode(encoding)
                break
            except UnicodeDecodeError:
                continue
    return name.replace("\\", "/")


def _is_litter(name: str) -> bool:
    low = name.lower()
    return low.startswith(LITTER[0]) or low.rpartition("/")[2].startswith("._") or low.endswith(LITTER[1:])
