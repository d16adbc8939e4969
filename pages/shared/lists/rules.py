"""What a shop wants of a list beyond what its visitor likes, as widgets."""

from __future__ import annotations

import re
from dataclasses import dataclass

import streamlit as st

from engine.tasks.rules import Rules
from pages.shared.i18n import tr
from pages.shared.lists.catalogue import Catalogue
from pages.shared.numbers import number

K = 10
MOST_SHOWN = 20


@dataclass(frozen=True)
class Page:
    """How a list is to look."""

    k: int
    rules: Rules


def draw(found: Catalogue) -> Page:
    """Draw the rules behind one line, and return what they make."""
    personal = st.toggle(
        tr("Personal"),
        value=True,
        key="personal",
        help=tr("Off, everybody gets what is popular: for visitors who do not want to be followed, and to compare."),
    )
    with st.expander(tr("Rules of the list"), icon=":material/rule:"):
        left, right = st.columns(2)
        with left:
            k = st.slider(tr("How many"), 1, MOST_SHOWN, K, key="k")
            excluded = st.multiselect(
                tr("Never show"), found.offered, format_func=lambda code: found.names[code], key="never",
                placeholder=tr("Nothing"),
            )  # fmt: skip
        with right:
            diversity = varied(found)
            boost = boosted(found)
        stock = in_stock(found)
    rules = Rules(frozenset(found.ids[c] for c in excluded), stock, boost, diversity, bool(personal))
    return Page(int(k), rules)


def varied(found: Catalogue) -> float:
    """Draw how different the items of the list are to be; without categories nothing tells them apart."""
    if not found.usual:
        st.caption(tr("Without categories in an items file, no list can be made more varied."))
        return 0.0
    return float(
        st.slider(
            tr("How different from each other"), 0.0, 1.0, 0.0, 0.1, key="diversity",
            help=tr("0: by score alone. 1: categories as different as can be."),
        )
    )  # fmt: skip


def boosted(found: Catalogue) -> dict[str, float]:
    """Draw which categories and items are preferred, and how much."""
    offered: list[str | int] = [*sorted(found.usual), *found.offered]  # a category by its name, an item by its code
    picked = st.multiselect(
        tr("Show more of"), offered, key="boost", placeholder=tr("Nothing"),
        format_func=lambda one: found.names[one] if isinstance(one, int) else tr("Category: {name}", name=one),
        help=tr("Moves what is among the hundred items with the best scores; what is not among them stays away."),
    )  # fmt: skip
    if not picked:
        return {}
    strength = st.slider(
        tr("How much more"), -1.0, 1.0, 0.3, 0.1, key="strength",
        help=tr("1 lifts from the bottom of the list to its top; below 0 pushes down."),
    )  # fmt: skip
    return {found.ids[one] if isinstance(one, int) else one: float(strength) for one in picked}


def in_stock(found: Catalogue) -> frozenset[str] | None:
    """Draw the list of what is in stock; None while there is none, which is everything."""
    if not st.toggle(tr("Only what is in stock"), key="stock"):
        return None
    written = st.text_area(
        tr("Ids in stock, one a line"), key="stock-ids", height=100, placeholder="\n".join(found.ids[:3])
    )
    named = {i.strip() for i in re.split(r"[\n,;\t]", written) if i.strip()}
    if not named:
        st.caption(tr("Until ids are given, everything counts as in stock."))
        return None
    known = frozenset(named & found.codes.keys())
    st.caption(tr("{n} of {all} items are in stock.", n=number(len(known)), all=number(len(found.ids))))
    return known
