"""The rules that apply: their duties, dates, costs and sources, and the form for figures of one's own."""

from __future__ import annotations

from datetime import date
from functools import partial

import pandas as pd
import streamlit as st

from engine.analytics.readiness_store import keep_rule
from engine.economics.currency import rate
from engine.economics.figure import Figure, Source
from engine.economics.readiness.questions import QUESTIONS
from engine.economics.readiness.rules import Compliance, Met
from engine.economics.regulations import NOT_ADVICE, Span
from pages.shared.frame import figure, say, strong
from pages.shared.i18n import md, tr, tr_message, trn
from pages.shared.numbers import DASH, money, number
from pages.shared.readiness import figures
from pages.shared.resources import settings


def section(scenario: str, found: Compliance) -> None:
    """Draw the rules that apply, what they cost, and those that may apply."""
    st.subheader(md(_title(found)), anchor=False)
    st.warning(say(NOT_ADVICE), icon=":material/gavel:")
    if found.applying:
        _totals(found)
        _table(found)
        strong(tr("Figures of your own"))
        with st.container(horizontal=True):
            for met in found.applying:
                _form(scenario, met)
    for met in found.having("open"):
        asks = "; ".join(tr_message(QUESTIONS[q].text) for q in met.unanswered)
        st.caption(
            md(
                tr(
                    "May apply: {rule} ({where}). Answer: {asks}",
                    rule=name(met),
                    where=met.rule.jurisdiction,
                    asks=asks,
                )
            )
        )


def _title(found: Compliance) -> str:
    applying, open_ = len(found.applying), len(found.having("open"))
    if not applying and not open_:
        return tr("No rule of the list applies")
    return tr("{rules}, {open} more may", rules=trn("{n} rule applies", "{n} rules apply", applying), open=open_)


def name(met: Met) -> str:
    return tr_message(met.rule.title)


def _totals(found: Compliance) -> None:
    today = date.today()
    with st.grid(2, min_column_width=260):
        _total(tr("To meet them, once"), found.cost(), money, found.without_cost)
        _total(tr("Until it may be sold"), found.delay(today), _months, found.without_months)


def _total(label: str, value: Figure | None, write: object, missing: tuple[Met, ...]) -> None:
    assert callable(write)
    note = ""
    if missing:
        note = tr("Not counted, for nobody has given a figure: {rules}", rules=", ".join(name(m) for m in missing))
    with st.container(gap="xxsmall"):
        if value is None:
            st.metric(label, DASH)
            st.caption(md(note or tr("No rule holds it up")))
            return
        sources = "\n\n".join(f"{s.name}: {s.where} ({s.as_of})" for s in (*value.sources, *_exchange(value)))
        shown = tr("{low} to {high}", low=write(value.low), high=write(value.high))
        figure(label, shown, value.kind, f"{tr_message(value.formula)}\n\n{sources}", note=note)


def _exchange(value: Figure) -> tuple[Source, ...]:
    """Return where the euro's rate comes from, for a sum of money."""
    source = rate("EUR").source
    return (source,) if source and value.unit == "USD" else ()


def _months(value: float) -> str:
    return tr("{n} months", n=number(round(value, 1)))


def _table(found: Compliance) -> None:
    today = date.today()
    frame = pd.DataFrame({
        tr("Rule"): [name(m) for m in found.applying],
        tr("Where"): [m.rule.jurisdiction for m in found.applying],
        tr("Duty"): [tr_message(m.rule.duty) for m in found.applying],
        tr("Applies from"): [m.rule.applies_from for m in found.applying],
        tr("In force"): [m.due_in_months(today) == 0 for m in found.applying],
        tr("Before selling"): [m.rule.before_sale for m in found.applying],
        tr("Cost"): [cost_words(m) for m in found.applying],
        tr("Months"): [months_words(m) for m in found.applying],
        tr("Official name"): [m.rule.name for m in found.applying],
        tr("Source"): [m.rule.source.where for m in found.applying],
        tr("As of"): [m.rule.source.as_of for m in found.applying],
        tr("Source of the cost"): [_where(m.cost) for m in found.applying],
        tr("Source of the months"): [_where(m.months) for m in found.applying],
    })  # fmt: skip
    st.dataframe(frame, hide_index=True, alt=tr("The rules that apply, with their sources"), key="rules")


def cost_words(met: Met) -> str:
    """Return what a rule costs, as a range, or that nobody knows."""
    return _span(met.cost, money)


def months_words(met: Met) -> str:
    """Return how many months a rule takes, as a range, or that nobody knows."""
    return _span(met.months, lambda v: number(round(v, 1)))


def _span(found: Span | None, write: object) -> str:
    assert callable(write)
    if found is None:
        return tr("not known")
    ends = write(found.low), write(found.high)
    return str(ends[0]) if ends[0] == ends[1] else tr("{low} to {high}", low=ends[0], high=ends[1])


def _where(found: Span | None) -> str:
    if found is None:
        return DASH
    basis = f" ({found.basis})" if found.basis else ""
    return f"{found.source.where}, {found.source.as_of}{basis}"


def _form(scenario: str, met: Met) -> None:
    place = f"rule-{scenario}-{met.rule.id}"
    missing = met.cost is None or (met.rule.before_sale and met.months is None)
    icon = ":material/edit_note:" if not missing else ":material/help:"
    with st.popover(md(name(met)), icon=icon, type="tertiary", key=place):
        st.caption(say(met.rule.duty))
        figures.form(place, met.cost, met.months, partial(keep_rule, settings(), scenario, met.rule.id))
        if met.own:
            st.button(
                tr("Back to the catalogue"), key=f"{place}-back", icon=":material/undo:", on_click=keep_rule,
                args=(settings(), scenario, met.rule.id, None),
            )  # fmt: skip
