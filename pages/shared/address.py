"""View state in the URL: a link reproduces the view.

Streamlit's own binding (`bind="query-params"`) writes the label a person reads, so that a link made in one language
would mean nothing in another. Here the URL carries the option's id, and is believed before the session.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import streamlit as st


def choice(
    widget: Callable[..., Any], label: str, names: Mapping[str, str], *, key: str, fallback: str, **options: Any
) -> str:
    """Draw `widget` over the ids of `names`, shown by their names, with its value in the URL parameter `key`.

    Returns the chosen id; `fallback` when nothing was chosen and the URL names nothing that is offered.
    """
    # Written on every run: on the page before, a widget of this key was another one, whose value is not taken over.
    wanted = (st.query_params.get(key), st.session_state.get(key), fallback)
    st.session_state[key] = next((w for w in wanted if w in names), fallback)
    widget(label, list(names), format_func=lambda k: names.get(k, k), key=key, on_change=_put, args=(key,), **options)
    return str(st.session_state[key] or fallback)


def remember(key: str, value: str) -> None:
    """Write `value` to the URL parameter `key`, for state that no widget holds."""
    if st.query_params.get(key) != value:
        st.query_params[key] = value


def recall(key: str) -> str:
    """Return what the URL says under `key`, else the empty string."""
    return st.query_params.get(key, "")


def forget(*keys: str) -> None:
    """Drop parameters from the URL and the session."""
    for key in keys:
        st.query_params.pop(key, None)
        st.session_state.pop(key, None)


def _put(key: str) -> None:
    value = st.session_state[key]
    if value is not None:
        st.query_params[key] = value
