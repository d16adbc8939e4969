"""API keys: make one, which is shown once; see who has one; revoke."""

from __future__ import annotations

from functools import partial

import pandas as pd
import streamlit as st

from engine.analytics.served import last_used
from engine.serving import keys
from engine.serving.promotion import whoami
from pages.shared import data, resources
from pages.shared.frame import strong
from pages.shared.i18n import md, tr
from pages.shared.numbers import ago, moment, number
from pages.shared.serving.doing import attempt

FRESH = "fresh-key"
"""Where the session keeps the secret that was just made, so that snippets have it until the page is left."""


def fresh_secret() -> str:
    """Return the key that this session made last, or "" when it made none."""
    return str(st.session_state.get(FRESH, ("", ""))[1])


def section() -> None:
    """Draw every key and what can be done with it."""
    here = resources.settings()
    known = keys.keys(here)
    st.caption(
        tr("Every request needs a key.")
        if keys.required(here)
        else tr("No request needs a key yet. From the first one you make, every request does.")
    )
    _fresh()
    if known:
        _table(known)
    left, right = st.columns(2, gap="large")
    with left:
        strong(tr("Make a key"))
        _make()
    with right:
        if good := [key.name for key in known if key.is_good]:
            strong(tr("Revoke a key"))
            _revoke(good)


def _fresh() -> None:
    name, secret = st.session_state.get(FRESH, ("", ""))
    if not secret:
        return
    with st.container(border=True):
        st.markdown(tr("**{name}**: copy it now. It is shown this once; only its hash is kept.", name=md(name)))
        st.code(secret, language=None)


def _table(known: list[keys.Key]) -> None:
    used = last_used(data.index())
    rows = [
        {
            tr("Name"): key.name,
            tr("State"): tr("good") if key.is_good else tr("revoked"),
            tr("Requests a minute"): number(key.per_minute) if key.per_minute else tr("any number"),
            tr("Made"): moment(key.created_at),
            tr("By"): key.by,
            tr("Last used"): ago(used.get(key.name)),
        }
        for key in known
    ]
    st.dataframe(pd.DataFrame(rows), hide_index=True, key="keys-table", alt=tr("API keys, oldest first"))


def _make() -> None:
    with st.form("make-key", border=False, clear_on_submit=True):
        wide, narrow = st.columns([2, 1])
        name = wide.text_input(tr("For whom"), max_chars=64, key="key-name")
        most = narrow.number_input(
            tr("Requests a minute"),
            0,
            keys.MOST_PER_MINUTE,
            0,
            help=tr("The most requests; 0 means any number."),
            key="key-most",
        )
        pressed = st.form_submit_button(tr("Make a key"), icon=":material/key:")
    if pressed:
        made = attempt(keys.add_key, resources.settings(), str(name or ""), per_minute=int(most), by=whoami())
        if made is not None:
            st.session_state[FRESH] = (made[0].name, made[1])
        st.rerun()


def _revoke(good: list[str]) -> None:
    chosen = st.selectbox(tr("Key"), good, key="key-chosen")
    st.button(
        tr("Revoke"), key="revoke", icon=":material/key_off:", on_click=partial(_revoked, str(chosen)),
        help=tr("From now on it opens nothing. It cannot be made good again."),
    )  # fmt: skip


def _revoked(name: str) -> None:
    attempt(keys.revoke_key, resources.settings(), name)
    if st.session_state.get(FRESH, ("", ""))[0] == name:
        st.session_state.pop(FRESH)
