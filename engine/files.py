"""Files that are either whole or absent: JSON with a schema version, hashes, append-only lines."""

from __future__ import annotations

import csv
import errno
import hashlib
import io
import json
import os
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ulid import ULID

from engine.errors import BadInput, Failure

CHUNK_BYTES = 1 << 20


Stamp = tuple[int, int, int]


def file_in(folder: Path, name: str, suffix: str = ".json") -> Path | None:
    """Return the file of `folder` for a name that came from outside; None for what is more than one plain name.

    So no name of a store reaches beyond its folder.
    """
    return folder / f"{name}{suffix}" if re.fullmatch(r"[0-9A-Za-z_]{1,40}", name) else None


def stamp_of(path: Path) -> Stamp:
    """Return what changes when the file is written anew. Raises FileNotFoundError."""
    found = path.stat()
    return found.st_mtime_ns, found.st_size, found.st_ino


def new_id() -> str:
    """Return a ULID: 26 characters that sort by the time they were made."""
    return str(ULID())


def utc_now() -> str:
    """Return the present as ISO 8601 in UTC, to the millisecond."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def sha256_file(path: Path) -> str:
    """Return the SHA-256 of a file as 64 hex digits, reading it in pieces."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def sha256_json(value: Any) -> str:
    """Return the SHA-256 of `value` as canonical JSON: sorted keys, no spaces, UTF-8."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


@contextmanager
def written_aside(path: Path) -> Iterator[Path]:
    """Yield a temporary path beside `path`; when the block ends well it is synced and renamed over `path`.

    Raises Failure when the disk is full; whatever happens, nothing half-written stays.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_name(f".{path.name}.{os.getpid()}.{new_id()[-6:]}.tmp")
    try:
        yield aside
        with aside.open("rb") as file:
            os.fsync(file.fileno())
        aside.replace(path)
        sync_folder(path.parent)
    except OSError as error:
        raise disk_failure(error, path) from error
    finally:
        aside.unlink(missing_ok=True)


def disk_failure(error: OSError, path: Path) -> Failure:
    """Return the failure that says why `path` could not be written and what to do."""
    return Failure(
        "{path} could not be written ({reason}); free some space or choose another folder with BREAKEVEN_HOME.",
        path=str(path),
        reason=os.strerror(error.errno) if error.errno else str(error),
    )


def sync_folder(folder: Path) -> None:
    """Make renames in `folder` survive a power cut, where the system can."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def write_text(path: Path, text: str) -> None:
    """Write `text` as UTF-8, whole or not at all."""
    with written_aside(path) as aside:
        aside.write_text(text, encoding="utf-8")


def write_bytes(path: Path, content: bytes) -> None:
    """Write `content`, whole or not at all."""
    with written_aside(path) as aside:
        aside.write_bytes(content)


def csv_bytes(names: Sequence[str], rows: Iterable[Iterable[object]]) -> bytes:
    """Return `rows` under a line of column names as CSV: UTF-8, commas, a newline behind each line."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(names)
    writer.writerows(rows)
    return text.getvalue().encode()


def write_json(path: Path, value: dict[str, Any]) -> None:
    """Write `value` as JSON, whole or not at all. `value` must name its `schema_version`."""
    if "schema_version" not in value:
        raise ValueError(f"{path.name} needs a schema_version")
    write_text(path, json.dumps(value, ensure_ascii=False, indent=1, allow_nan=False) + "\n")


def read_json(path: Path, *, known_version: int = 1) -> dict[str, Any]:
    """Return the object in `path`.

    Raises BadInput when it is no JSON object or when its `schema_version` is newer than `known_version`.
    """
    try:
        value = json.loads(path.read_text("utf-8"))
    except (UnicodeDecodeError, json.JSONDecodeError) as error:
        raise BadInput("{path} is damaged: it is not JSON. Restore it or delete it.", path=str(path)) from error
    if not isinstance(value, dict):
        raise BadInput("{path} is damaged: it is not a JSON object. Restore it or delete it.", path=str(path))
    if (version := value.get("schema_version", 1)) > known_version:
        raise BadInput(
            "{path} has schema version {version}; this program knows versions up to {known}. Update Breakeven.",
            path=str(path),
            version=version,
            known=known_version,
        )
    return value


def append_line(path: Path, value: dict[str, Any]) -> None:
    """Append `value` as one line of JSON, in one write, so that a reader never sees half of it for long."""
    append_lines(path, [value])


def append_lines(path: Path, values: Sequence[dict[str, Any]]) -> None:
    """Append each value as a line of JSON, in one write. Raises Failure when the disk is full; then none is there."""
    lines = "".join(json.dumps(value, ensure_ascii=False, allow_nan=False) + "\n" for value in values).encode()
    try:
        with path.open("ab", buffering=0) as file:
            written = file.write(lines)
            if written < len(lines):  # the disk filled up within a line: take what was written back
                os.ftruncate(file.fileno(), file.tell() - written)
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    except OSError as error:
        raise disk_failure(error, path) from error


def read_lines(path: Path) -> list[dict[str, Any]]:
    """Return every whole JSON line of `path`; a last line still being written is left out."""
    if not path.exists():
        return []
    *whole, _partial = path.read_bytes().split(b"\n")
    return [json.loads(line) for line in whole if line.strip()]
