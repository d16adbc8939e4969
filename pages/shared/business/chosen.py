"""Which business case another page rests on: one of the address, else the one saved last, else none."""

from __future__ import annotations

import streamlit as st

from engine.analytics import cases
from engine.economics.business.case import Case
from engine.economics.business.link import changed
from pages.shared import address
from pages.shared.business.case import PARAMETER, name_of
from pages.shared.frame import say
from pages.shared.i18n import md, tr
from pages.shared.resources import settings


def case(help_: str) -> Case | None:
    """Draw the choice of a case, with what the address changes about it; return it, or None for none."""
    there, newest = cases.with_presets(settings()), cases.latest(settings())
    names = {"": tr("No case")} | {key: name_of(one) for key, one in there.items()}
    said = address.recall(PARAMETER)
    chosen = address.choice(st.selectbox, tr("Business case"), names, key=PARAMETER,
                            fallback=newest.id if newest else "", help=help_)  # fmt: skip
    if said and said not in there:
        text = tr("There is no case {name} here, or no longer; {other} is used.", name=said[:40], other=names[chosen])
        st.caption(f":red[{md(text)}]")
    if not chosen:
        return None
    found, problems = changed(there[chosen], address.query())
    for problem in problems.values():
        st.caption(f":red[{say(problem)}]")
    return found
