"""View state in the URL: a link reproduces the view.

Streamlit's own binding (`bind="query-params"`) writes the label a person reads, so that a link made in one language
would mean nothing in another. Here the URL carries the option's id, and is believed before the session.

A browser sends its address with every message, and what it sends before it heard of a change (a second click soon
after the first, the clock of a fragment) still carries the old one. What this session wrote is therefore put back
until the reader goes elsewhere. Everything reads and writes the address through this module.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

WRITTEN = "address:written"
"""Where the session keeps what it wrote to the address of the page that is open."""


@dataclass
class _Written:
    """What was written to the address of `page`: for each parameter, the values before, and the one that holds."""

    page: str = ""
    values: dict[str, tuple[frozenset[str | None], str | None]] = field(default_factory=dict)


def choice(
    widget: Callable[..., Any], label: str, names: Mapping[str, str], *, key: str, fallback: str, **options: Any
) -> str:
    """Draw `widget` over the ids of `names`, shown by their names, with its value in the URL parameter `key`.

    Returns the chosen id; `fallback` when nothing was chosen and the URL names nothing that is offered.
    """
    # Written on every run: on the page before, a widget of this key was another one, whose value is not taken over.
    wanted = (query().get(key), st.session_state.get(key), fallback)
    st.session_state[key] = next((w for w in wanted if w in names), fallback)
    widget(label, list(names), format_func=lambda k: names.get(k, k), key=key, on_change=_put, args=(key,), **options)
    return str(st.session_state[key] or fallback)


def query() -> dict[str, str]:
    """Return the parameters of the address as the reader last changed them."""
    written = _written()
    for key, (before, value) in list(written.items()):
        said = st.query_params.get(key)
        if said in before:
            _write(key, value)
        elif said != value:
            del written[key]
    return st.query_params.to_dict()


def remember(key: str, value: str | None) -> None:
    """Write `value` to the URL parameter `key`, or take it out where it is None."""
    said = query().get(key)
    if said == value:
        return
    written = _written()
    before, _ = written.get(key, (frozenset(), None))
    written[key] = ((before | {said}) - {value}, value)
    _write(key, value)


def recall(key: str) -> str:
    """Return what the URL says under `key`, else the empty string."""
    return query().get(key, "")


def recall_some(*keys: str) -> dict[str, str]:
    """Return what the URL says under those of `keys` that it holds, for a link that hands them on."""
    said = query()
    return {key: said[key] for key in keys if key in said}


def forget(*keys: str) -> None:
    """Drop parameters from the URL and the session."""
    for key in keys:
        remember(key, None)
        st.session_state.pop(key, None)


def _written() -> dict[str, tuple[frozenset[str | None], str | None]]:
    """Return what was written on this page; a page newly opened, or a step back, has the address of the browser."""
    kept: _Written = st.session_state.setdefault(WRITTEN, _Written())
    run = get_script_run_ctx(suppress_warning=True)
    page = run.page_script_hash if run else ""
    if page != kept.page or (run and run.is_history_navigation):
        kept.page = page
        kept.values.clear()
    return kept.values


def _write(key: str, value: str | None) -> None:
    if value is None:
        st.query_params.pop(key, None)
    else:
        st.query_params[key] = value


def _put(key: str) -> None:
    # A browser that is late may tell of a widget that the page has meanwhile taken away with `forget`.
    value = st.session_state.get(key)
    if value is not None:
        remember(key, value)
