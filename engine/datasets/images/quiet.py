"""Decoders of pictures held quiet: what they warn of may quote a file's contents, names of patients included."""

from __future__ import annotations

import logging
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

_lock = threading.Lock()
_depth = 0
_before: warnings.catch_warnings[None] | None = None


@contextmanager
def quiet() -> Iterator[None]:
    """Silence warnings and the log of pydicom while the block runs, in any number of threads at once."""
    _enter()
    try:
        yield
    finally:
        _leave()


def _enter() -> None:
    global _depth, _before
    with _lock:
        _depth += 1
        if _depth == 1:
            logging.getLogger("pydicom").setLevel(logging.CRITICAL + 1)
            _before = warnings.catch_warnings()
            _before.__enter__()
            warnings.simplefilter("ignore")


def _leave() -> None:
    global _depth, _before
    with _lock:
        _depth -= 1
        if _depth == 0 and _before is not None:
            _before.__exit__(None, None, None)
            _before = None
