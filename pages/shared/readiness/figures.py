"""The form for figures of a rule: cost and months, each low, likely and high, with where they come from."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import streamlit as st

from engine.economics.figure import Source
from engine.economics.readiness.rules import Own
from engine.economics.regulations import Span
from engine.errors import BreakevenError
from pages.shared.frame import show_error
from pages.shared.i18n import tr

Ends = tuple[float | None, ...]


def form(place: str, cost: Span | None, months: Span | None, use: Callable[[Own], None]) -> None:
    """Draw the form, at first with `cost` and `months`, empty where nobody has given any.

    What was entered goes to `use`; a BreakevenError, its own or of figures that cannot be, is said in the form.
    """
    with st.form(f"{place}-form", border=False):
        costs, times = _ends(place, "cost", tr("Cost (US$)"), cost), _ends(place, "months", tr("Months"), months)
        where = st.text_input(
            tr("Where it comes from"), placeholder=tr("A web address, an offer, a contract"), key=f"{place}-where"
        )
        when = st.date_input(tr("When it held"), date.today(), key=f"{place}-when")
        if st.form_submit_button(tr("Use these figures"), type="primary", key=f"{place}-use"):
            _take(costs, times, Source("", where, str(when)), use)


def _take(costs: Ends, times: Ends, source: Source, use: Callable[[Own], None]) -> None:
    try:
        use(Own(_entered(costs, source), _entered(times, source)))
    except BreakevenError as error:
        show_error(error)
        return
    st.rerun()


def _ends(place: str, what: str, title: str, span: Span | None) -> Ends:
    """Draw low, likely and high side by side; empty ones stay as they are."""
    starts = (span.low, span.likely, span.high) if span else (None, None, None)
    names = (tr("{what}, low", what=title), tr("most likely"), tr("high"))
    with st.grid(3, min_column_width=100):
        return tuple(
            st.number_input(label, value=start, key=f"{place}-{what}-{i}", format="%.6g")
            for i, (label, start) in enumerate(zip(names, starts, strict=True))
        )


def _entered(given: Ends, source: Source) -> Span | None:
    """Return what was entered, None for nothing; one value alone is low and high at once. Raises BadInput."""
    there = [v for v in given if v is not None]
    if not there:
        return None
    low, likely, high = given
    return Span(there[0] if low is None else low, likely, there[-1] if high is None else high, "", source)
