"""What takes longer than a page may: worked out in a thread beside the pages, kept until what it depends on changes."""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import Any

import streamlit as st

PATIENCE_SECONDS = 0.08
"""How long a page waits for what is nearly there before it draws without it."""
_pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="later")
_asked: dict[Hashable, tuple[Hashable, Future[Any]]] = {}
_asking = threading.Lock()


def later(name: Hashable, key: Hashable, make: Callable[[], Any]) -> Future[Any]:
    """Return what `make` gives under `name`, asked once for each `key`; an older key's answer is forgotten.

    `make` runs in another thread: it may ask the engine, and nothing of Streamlit.
    """
    with _asking:
        known = _asked.get(name)
        if known is None or known[0] != key:
            if known is not None:
                known[1].cancel()
            known = _asked[name] = key, _pool.submit(make)
        return known[1]


def pending() -> list[Future[Any]]:
    """Return what was asked and is not there yet."""
    with _asking:
        return [asked for _, asked in _asked.values() if not asked.done()]


def soon(asked: Iterable[Future[Any]]) -> bool:
    """Wait a moment for the answers; return whether all are there."""
    return not wait(list(asked), PATIENCE_SECONDS).not_done


@st.fragment(run_every="0.5s")
def draw_again_with(asked: list[Future[Any]]) -> None:
    """Run the whole page again once the answers are there."""
    if all(one.done() for one in asked):
        st.rerun()
