"""For whom to recommend: somebody of the data set, or whoever likes what is ticked. The choice stands in the URL."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from pages.shared import address
from pages.shared.i18n import md, tr, trn
from pages.shared.lists.catalogue import Catalogue, person
from pages.shared.numbers import number

TICKED = 3
"""So many things are ticked at first."""


@dataclass(frozen=True)
class Visitor:
    """Whom a list is for."""

    history: tuple[int, ...]
    """Codes of items, the newest last."""
    later: frozenset[int] = frozenset()
    """What this person really took later; empty when nobody knows."""


def choose(found: Catalogue) -> Visitor:
    """Draw the choice between a person and things liked, and return whom it makes."""
    names = {"person": tr("Somebody of the data"), "likes": tr("Things I like")}
    left, right = st.columns([2, 3])
    with left:
        who = address.choice(
            st.segmented_control, tr("For whom?"), names, key="who", fallback="person", required=True, width="stretch"
        )
    with right:
        return somebody(found) if who == "person" else likes(found)


def somebody(found: Catalogue) -> Visitor:
    """Draw the choice of a user."""
    offered = found.offered_users
    names = {str(code): label(found, code) for code in offered}
    if not names:
        st.caption(tr("Nobody in this data has a history."))
        return Visitor(())
    typical = str(found.typical_user)
    chosen = address.choice(
        st.selectbox, tr("User"), names, key="person", fallback=typical if typical in names else next(iter(names)),
        help=tr("Type to search. With very many users a few thousand of every activity are offered."),
    )  # fmt: skip
    one = person(found, int(chosen))
    return Visitor(one.before, one.later)


def label(found: Catalogue, code: int) -> str:
    """Return what a user is called in the list."""
    count = trn("{n} interaction", "{n} interactions", found.activity[code])
    return f"{found.users[code]} · {count}"


def likes(found: Catalogue) -> Visitor:
    """Draw the place to tick things liked."""
    offered = found.offered
    known = set(offered)
    if "likes" in address.query():
        ticked = [int(c) for c in address.recall("likes").split(",") if c.isdigit() and int(c) in known]
    else:
        ticked = [c for c in person(found, found.typical_user).before if c in known][-TICKED:]
    st.session_state["likes-ticked"] = ticked
    st.multiselect(
        tr("Things I like"),
        offered,
        format_func=lambda code: found.names[code],
        key="likes-ticked",
        on_change=remember_likes,
        placeholder=tr("Type to search among {n} titles", n=number(len(offered))),
    )
    return Visitor(tuple(st.session_state["likes-ticked"]))


def remember_likes() -> None:
    address.remember("likes", ",".join(str(code) for code in st.session_state["likes-ticked"]))


def history(found: Catalogue, visitor: Visitor, *, most: int = 8) -> None:
    """Draw what the person did last."""
    if not visitor.history:
        st.caption(tr("No history: everybody without one gets what is popular."))
        return
    newest = [md(found.names[code]) for code in visitor.history[::-1][:most]]
    rest = len(visitor.history) - len(newest)
    lines = [f"- {name}" for name in newest]
    st.markdown("\n".join(lines))
    if rest:
        st.caption(trn("and {n} more before", "and {n} more before", rest))
