"""Files as they came, each once, under the SHA-256 of its bytes.

<raw>/<sha256>/data           the bytes
<raw>/<sha256>/raw.json       the name they came under last, their size, when

A folder is made aside and renamed into place, so that it is whole or absent.
"""

from __future__ import annotations

import hashlib
import shutil
from dataclasses import asdict, dataclass
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

from engine.config import Settings
from engine.errors import BadInput, NotFound
from engine.files import CHUNK_BYTES, disk_failure, new_id, read_json, sha256_file, sync_folder, utc_now, write_json


@dataclass(frozen=True)
class Raw:
    """A file as it came, stored under its SHA-256."""

    id: str
    """SHA-256 of the bytes, 64 hex digits."""
    path: Path
    filename: str
    size_bytes: int
    added_at: str
    """UTC, ISO 8601."""


class RawWriter:
    """Takes the pieces of an upload one by one; nothing stays unless `finish` was called.

    with RawWriter(settings, "news.csv") as writer:
        async for chunk in request.stream(): writer.write(chunk)
        raw = writer.finish()
    """

    def __init__(self, settings: Settings, filename: str) -> None:
        self._settings, self._filename, self._size, self._hash = settings, filename, 0, hashlib.sha256()
        self._folder = settings.workspace.tmp / f"raw-{new_id()}"
        self._folder.mkdir(parents=True)
        self._file = (self._folder / "data").open("wb")

    def write(self, chunk: bytes) -> None:
        """Append `chunk`. Raises BadInput over the largest upload, Failure when the disk is full."""
        self._size += len(chunk)
        _refuse_large(self._size, self._filename, self._settings)
        self._hash.update(chunk)
        try:
            self._file.write(chunk)
        except OSError as error:
            raise disk_failure(error, self._folder / "data") from error

    def finish(self) -> Raw:
        """Store what was written and return it; the same bytes are stored only once."""
        try:
            self._file.close()
        except OSError as error:
            raise disk_failure(error, self._folder / "data") from error
        return _place_raw(self._settings, self._folder, self._hash.hexdigest(), self._filename, self._size)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()
        shutil.rmtree(self._folder, ignore_errors=True)


def add_raw(source: BinaryIO | Path, filename: str, settings: Settings) -> Raw:
    """Store a file, or the rest of a stream, and return it; a path whose bytes are there already is only hashed.

    Raises BadInput when it is larger than `max_upload_mib` or not there, Failure when the disk is full.
    """
    if isinstance(source, Path):
        if not source.is_file():
            raise NotFound("There is no file {path}; give the path of a CSV or Parquet file.", path=str(source))
        _refuse_large(source.stat().st_size, filename, settings)
        digest = sha256_file(source)
        if (settings.workspace.raw / digest / "data").exists():
            return _renamed(open_raw(settings, digest), filename)
        with source.open("rb") as file:
            return add_raw(file, filename, settings)
    with RawWriter(settings, filename) as writer:
        while chunk := source.read(CHUNK_BYTES):
            writer.write(chunk)
        return writer.finish()


def open_raw(settings: Settings, raw_id: str) -> Raw:
    """Return a stored file by its id or the start of it. Raises NotFound when none or more than one fits."""
    folder = one_folder(settings.workspace.raw, raw_id, "raw.json")
    if folder is None:
        raise NotFound("There is no stored file {raw_id}; upload it again.", raw_id=raw_id)
    data = read_json(folder / "raw.json")
    return Raw(folder.name, folder / "data", data["filename"], data["size_bytes"], data["added_at"])


def _place_raw(settings: Settings, folder: Path, digest: str, filename: str, size: int) -> Raw:
    target = settings.workspace.raw / digest
    raw = Raw(digest, target / "data", filename, size, utc_now())
    if (target / "data").exists():
        return _renamed(open_raw(settings, digest), filename)
    try:
        _write_raw_json(folder, raw)
        move_into_place(folder, target)
    except OSError as error:
        raise disk_failure(error, target) from error
    return raw


def _renamed(raw: Raw, filename: str) -> Raw:
    """Return `raw` under the name it came under last; the name tells what kind of file it claims to be."""
    if raw.filename == filename:
        return raw
    raw = Raw(raw.id, raw.path, filename, raw.size_bytes, raw.added_at)
    _write_raw_json(raw.path.parent, raw)
    return raw


def _write_raw_json(folder: Path, raw: Raw) -> None:
    plain = {k: v for k, v in asdict(raw).items() if k != "path"}
    write_json(folder / "raw.json", {"schema_version": 1, **plain})


def move_into_place(folder: Path, target: Path) -> None:
    """Rename a whole folder into place; where the same content came first, that one stays."""
    try:
        folder.rename(target)
    except OSError:
        if not target.exists():
            raise
    sync_folder(target.parent)


def one_folder(parent: Path, prefix: str, marker: str) -> Path | None:
    """Return the one folder whose name starts with `prefix`, of at least four hex digits."""
    if len(prefix) < 4 or not set(prefix) <= set("0123456789abcdef"):
        return None
    found = [f for f in parent.iterdir() if f.name.startswith(prefix) and (f / marker).exists()]
    return found[0] if len(found) == 1 else None


def _refuse_large(size: int, filename: str, settings: Settings) -> None:
    if size > settings.max_upload_mib << 20:
        raise BadInput(
            "{filename} is larger than {limit} MiB; give a smaller file or raise max_upload_mib in the settings.",
            filename=filename,
            limit=settings.max_upload_mib,
        )
