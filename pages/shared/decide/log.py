"""The log of decisions: record this one, see the earlier ones, add what was measured later."""

from __future__ import annotations

from urllib.parse import urlencode

import pandas as pd
import streamlit as st

from engine.analytics.decision_log import Expected, Logged, decisions, forget, measure_later, record
from engine.analytics.question import Answered
from engine.errors import BreakevenError
from engine.messages import Message
from engine.reports.in_each_case import recorded
from engine.reports.speech import Speech
from pages.shared import address
from pages.shared.frame import say, show_error
from pages.shared.i18n import md, tr
from pages.shared.numbers import DASH, moment
from pages.shared.resources import settings

DONE = "decide-recorded"


def recording(found: Answered, headline: Message, speech: Speech) -> None:
    """Draw the form that keeps this decision."""
    with st.form("record", border=False):
        note = st.text_area(tr("Why, in your own words"), max_chars=500, height=80, key="record-note")
        if st.form_submit_button(tr("Record this decision"), type="primary", icon=":material/bookmark_add:"):
            _record(found, headline, note, recorded(found, speech))
    if st.session_state.pop(DONE, False):
        st.success(tr("Recorded. Add what was measured when you know it."), icon=":material/check:")


def _record(found: Answered, headline: Message, note: str, cases: tuple[Message, ...]) -> None:
    try:
        record(settings(), found, headline, cases=cases, address=urlencode(address.query()), note=note or "")
    except BreakevenError as error:
        show_error(error)
        return
    st.session_state[DONE] = True
    st.rerun()


def listed(speech: Speech) -> None:
    """Draw every recorded decision, newest first, with what was expected beside what was measured."""
    st.subheader(tr("Decisions so far"), anchor=False)
    try:
        known = decisions(settings())
    except BreakevenError as error:
        show_error(error)
        return
    if not known:
        st.caption(tr("Nothing is recorded yet. Record the one above, and compare it later with what was measured."))
    for one in known:
        with st.expander(f"{moment(one.at)} · {say(one.headline)}", icon=":material/gavel:"):
            _decision(one, speech)


def _decision(one: Logged, speech: Speech) -> None:
    if one.note:
        st.markdown(f"> {md(one.note)}")
    if one.cases:
        st.markdown("\n".join(f"- {say(line)}" for line in one.cases))
    rows = [
        {
            tr("Quantity"): speech.say(e.title), tr("Expected"): _range(e, speech),
            tr("Measured later"): speech.write(e.measured, e.unit) if e.measured is not None else DASH,
            tr("Outcome"): outcome(e), tr("When"): moment(e.measured_at) if e.measured_at else DASH,
        }
        for e in one.expected
    ]  # fmt: skip
    if rows:
        st.table(pd.DataFrame(rows).map(md), border="horizontal", hide_index=True)
        with st.form(f"measured-{one.id}", border=False):
            left, right, last = st.columns([2, 2, 1], vertical_alignment="bottom")
            titles = {
                e.name: f"{speech.say(e.title)} ({e.unit})" if e.unit else speech.say(e.title) for e in one.expected
            }
            name = left.selectbox(tr("Quantity"), list(titles), format_func=titles.__getitem__, key=f"what-{one.id}")
            value = right.number_input(tr("What was measured"), value=None, format="%.6g", key=f"value-{one.id}")
            if last.form_submit_button(tr("Add")) and value is not None:
                _measure(one, str(name), float(value))
    with st.container(horizontal=True):
        if one.address:
            st.link_button(tr("Open it as it was"), f"?{one.address}", icon=":material/history:", type="tertiary")
        st.button(tr("Delete"), key=f"forget-{one.id}", icon=":material/delete:", type="tertiary", on_click=forget,
                  args=(settings(), one.id))  # fmt: skip


def _measure(one: Logged, name: str, value: float) -> None:
    try:
        measure_later(settings(), one.id, name, value)
    except BreakevenError as error:
        show_error(error)
        return
    st.rerun()


def _range(e: Expected, speech: Speech) -> str:
    value, low, high = (speech.write(v, e.unit) for v in (e.value, e.low, e.high))
    return value if low == high else tr("{value} ({low} to {high})", value=value, low=low, high=high)


def outcome(e: Expected) -> str:
    """Return how a measured figure compares with the expected one, in words."""
    return {
        "open": tr("not measured yet"), "as expected": tr("as expected"), "better": tr("better than expected"),
        "worse": tr("worse than expected"),
    }[e.outcome]  # fmt: skip
