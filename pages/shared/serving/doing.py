"""Changes of endpoints and keys from the page: done, or the reason why not; and the click that takes the last back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import streamlit as st

from engine.errors import BreakevenError
from engine.serving.promotion import roll_back
from pages.shared.frame import show_error
from pages.shared.i18n import tr
from pages.shared.resources import settings

PROBLEM, DONE = "serving-problem", "serving-done"


def attempt(action: Callable[..., Any], *arguments: Any, **named: Any) -> Any:
    """Return what `action` returns, or None after keeping its sentence for `said` to show."""
    st.session_state.pop(PROBLEM, None)
    try:
        return action(*arguments, **named)
    except BreakevenError as error:
        st.session_state[PROBLEM] = error
        return None


def change(action: Callable[..., Any], *arguments: Any, **named: Any) -> bool:
    """Change an endpoint by an action of `engine.serving.promotion`; return whether it could be done."""
    changed = attempt(action, settings(), *arguments, **named)
    if changed is not None:
        st.session_state[DONE] = changed.name
    return changed is not None


def clicked(action: Callable[..., Any], *arguments: Any) -> None:
    """Do `change` from a click."""
    change(action, *arguments)


def said(name: str) -> None:
    """Draw what became of the last change, and the click that undoes it."""
    if (error := st.session_state.get(PROBLEM)) is not None:
        show_error(error)
    if st.session_state.get(DONE) != name:
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(tr("Changed. The service takes it up within a second or two."), width="content")
        st.button(tr("Undo"), key="undo-serving", icon=":material/undo:", type="tertiary", on_click=_undo, args=(name,))


def _undo(name: str) -> None:
    if change(roll_back, name):
        st.session_state.pop(DONE, None)
