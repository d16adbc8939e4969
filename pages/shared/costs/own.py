"""Facts as the catalogue has them, each with source and date, and the small form that puts one's own in their place."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from engine.analytics.catalogue import Catalogue
from engine.analytics.own_facts import FIELDS, OwnFact, enter, faults, take_back
from engine.economics.figure import Source
from engine.errors import BreakevenError
from engine.messages import Message
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


def table(facts: list[Fact], known: Catalogue) -> None:
    """Draw every fact with value, source and date, and a form where it can be replaced."""
    for fact in facts:
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.markdown(f"**{md(fact.title)}**  {md(fact.value)}", width="content")
            if fact.source:
                origin(fact.source, mine=known.entered(fact.what, fact.id) is not None)
            if fact.what:
                form(fact, known)


def origin(source: Source, *, mine: bool) -> None:
    """Draw where a fact comes from and when it held."""
    said = tr("{date}: {where}", date=source.as_of or tr("no date"), where=source.where)
    st.caption((tr("your own, ") if mine else "") + md(said), width="content")


def form(fact: Fact, known: Catalogue, *, label: str = "") -> None:
    """Draw the form for a figure of one's own, behind a small button."""
    place = f"{fact.what}-{fact.id}"
    with st.popover(label or tr("Enter your own"), icon=":material/edit_note:", type="tertiary", key=f"own-{place}"):
        with st.form(f"form-{place}", border=False):
            asked = Asked(place)
            values = asked.values(fact.what, fact.numbers)
            where, when = asked.origin()
            if st.form_submit_button(tr("Use this figure"), type="primary"):
                asked.keep([(fact.what, fact.id, values)], where, when)
        if known.entered(fact.what, fact.id) and not known.is_new(fact.what, fact.id):
            back(fact.what, fact.id, tr("Back to the catalogue"), ":material/undo:")


def back(what: str, row_id: str, label: str, icon: str) -> None:
    """Draw the button that forgets what was entered for a row, or says why it must stay."""
    if st.button(label, key=f"back-{what}-{row_id}", icon=icon, type="tertiary"):
        try:
            take_back(settings(), what, row_id)
        except BreakevenError as error:
            show_error(error)
            return
        st.rerun()


@dataclass
class Asked:
    """The fields of one form, each with room beneath it for what is wrong."""

    place: str
    """Part of the fields' keys."""
    beneath: dict[tuple[str, str], DeltaGenerator] = field(default_factory=dict)
    """By kind of row and field as `own_facts.faults` calls it; the kind is empty where all kinds share the field."""

    def name(self, label: str, example: str) -> str:
        """Draw the field for what a new row is called; return it."""
        said = st.text_input(label, placeholder=example, key=f"own-{self.place}-name")
        self.beneath["", "id"] = st.empty()
        return said.strip("/ ")

    def values(self, what: str, starts: Sequence[float] = ()) -> tuple[float, ...]:
        """Draw one field for each value of a kind of row; return what they hold, 0 for an empty one."""
        found = []
        for i, quantity in enumerate(FIELDS[what]):
            start = starts[i] if starts else None
            key = f"own-{self.place}-{what}-{i}"
            found.append(st.number_input(say(quantity.title), value=start, format="%.6g", key=key))
            self.beneath[what, str(i)] = st.empty()
        return tuple(float(value or 0) for value in found)

    def origin(self) -> tuple[str, date]:
        """Draw where the figures come from and when they held; return both."""
        where = st.text_input(
            tr("Where it comes from"), placeholder=tr("A web address, an offer, a contract"),
            key=f"own-{self.place}-where",
        )  # fmt: skip
        self.beneath["", "where"] = st.empty()
        when = st.date_input(tr("When it held"), date.today(), key=f"own-{self.place}-when")
        self.beneath["", "when"] = st.empty()
        return where, when

    def keep(
        self,
        rows: list[tuple[str, str, tuple[float, ...]]],
        where: str,
        when: date,
        *,
        then: Callable[[], None] | None = None,
    ) -> None:
        """Keep rows of (kind, id, values), do what is to be done `then` and draw the page anew.

        What is wrong is said beneath its field, and nothing is kept.
        """
        wrong = {
            (what if name.isdigit() else "", name): fault
            for what, row_id, values in rows
            for name, fault in faults(what, row_id, values, where, when).items()
        }
        if not wrong:
            enter(settings(), *(OwnFact(what, row_id, values, where, str(when)) for what, row_id, values in rows))
            if then:
                then()
            st.rerun()
        for place, fault in wrong.items():
            self.refuse(place, fault)

    def refuse(self, place: tuple[str, str], fault: Message) -> None:
        """Say beneath a field what is wrong with it."""
        self.beneath.get(place, st).caption(f":red[{say(fault)}]")
