"""Facts as the catalogue has them, each with source and date, and the small form that puts one's own in their place."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import streamlit as st

from engine.analytics.own_facts import FIELDS, Own, OwnFact, enter, own_facts, take_back
from engine.economics.figure import Source
from engine.errors import BreakevenError
from pages.shared.frame import say, show_error
from pages.shared.i18n import md, tr
from pages.shared.resources import settings


@dataclass(frozen=True)
class Fact:
    """One row of the catalogue that the page computes with."""

    what: str
    """A key of `own_facts.FIELDS`; empty: cannot be replaced."""
    id: str
    title: str
    value: str
    """Written for the reader."""
    source: Source | None
    numbers: tuple[float, ...] = ()
    """What the form starts from."""


def entered() -> Own:
    """Return what people entered in this workspace."""
    return own_facts(settings())


def table(facts: list[Fact], own: Own) -> None:
    """Draw every fact with value, source and date, and a form where it can be replaced."""
    for fact in facts:
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.markdown(f"**{md(fact.title)}**  {md(fact.value)}", width="content")
            if fact.source:
                mine = tr("your own, ") if (fact.what, fact.id) in own else ""
                date_ = fact.source.as_of or tr("no date")
                st.caption(mine + md(tr("{date}: {where}", date=date_, where=fact.source.where)), width="content")
            if fact.what:
                form(fact, own)


def form(fact: Fact, own: Own, *, label: str = "") -> None:
    """Draw the form for a figure of one's own, behind a small button."""
    place = f"{fact.what}-{fact.id}"
    with st.popover(label or tr("Enter your own"), icon=":material/edit_note:", type="tertiary", key=f"own-{place}"):
        with st.form(f"form-{place}", border=False):
            values = [
                st.number_input(say(field), value=start, format="%.6g", key=f"own-{place}-{i}")
                for i, (field, start) in enumerate(zip(FIELDS[fact.what], _starts(fact), strict=True))
            ]
            where = st.text_input(tr("Where it comes from"), placeholder=tr("A web address, an offer, a contract"))
            when = st.date_input(tr("When it held"), date.today())
            if st.form_submit_button(tr("Use this figure"), type="primary"):
                _enter(fact, tuple(float(v or 0) for v in values), where, str(when))
        if (fact.what, fact.id) in own:
            st.button(
                tr("Back to the catalogue"), key=f"back-{place}", icon=":material/undo:",
                on_click=take_back, args=(settings(), fact.what, fact.id),
            )  # fmt: skip


def _starts(fact: Fact) -> tuple[float, ...]:
    return fact.numbers or (0.0,) * len(FIELDS[fact.what])


def _enter(fact: Fact, values: tuple[float, ...], where: str, when: str) -> None:
    try:
        enter(settings(), OwnFact(fact.what, fact.id, values, where, when))
    except BreakevenError as error:
        show_error(error)
        return
    st.rerun()
