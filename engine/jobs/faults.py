"""Errors of libraries that mean something to a user: no room on the disk, no memory; each library has its words."""

from __future__ import annotations

from collections.abc import Iterator

FULL_DISK = ("No space left on device", "File too large", "Disk quota exceeded", "os error 28", "os error 27")
NO_MEMORY = ("can't allocate memory", "Unable to allocate", "Cannot allocate memory", "bad allocation")


def is_full_disk(error: BaseException) -> bool:
    """Return whether `error`, or what it came from, says that the disk (or a limit on files) is full."""
    return any(words in str(e) for e in chain(error) for words in FULL_DISK)


def is_no_memory(error: BaseException) -> bool:
    """Return whether `error`, or what it came from, says that memory ran out."""
    return any(isinstance(e, MemoryError) or any(words in str(e) for words in NO_MEMORY) for e in chain(error))


def chain(error: BaseException | None) -> Iterator[BaseException]:
    """Yield `error`, then what it came from."""
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__
