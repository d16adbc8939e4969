"""What the saved cases say: when they break even, how long the money lasts, how likely it runs out."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import Future
from typing import Any

import streamlit as st

from engine.analytics.portfolio import Outlook
from engine.errors import BreakevenError
from pages.shared import site, words
from pages.shared.frame import badge, empty, say, show_error
from pages.shared.i18n import md, tr
from pages.shared.numbers import percent
from pages.shared.overview.known import answer


def section(row: Mapping[Any, Any] | None, asked: list[Future[Outlook]]) -> None:
    """Draw the newest cases, or the one click that makes the first; `row` is the run they are computed with."""
    if row is None or not asked:
        _nothing_yet(row)
        return
    with st.container(border=True, height="stretch", key="cases"):
        st.subheader(tr("Does it pay?"), anchor=False)
        name = words.row_name(row)
        st.caption(md(tr("Saved cases, with {run} of {scenario}", run=name, scenario=words.scenario(row["scenario"]))))
        with st.grid(2, min_column_width=300):
            for one in asked:
                with st.container(gap="xsmall"):
                    _told(answer(one), row)
        badge("projected", tr("From a measured run and the assumptions of the case; 1,000 futures."))


def _told(found: Any, row: Mapping[Any, Any]) -> None:
    if isinstance(found, BreakevenError):
        show_error(found)
    elif found is None:
        st.caption(tr("The plan is being worked out."))
    else:
        _case(found, row)


def _case(found: Outlook, row: Mapping[Any, Any]) -> None:
    site.link(
        site.BUSINESS, md(found.case.name), icon=":material/trending_up:", scenario=str(row["scenario"]),
        run=str(row["run_id"]), case=found.case.id,
    )  # fmt: skip
    even, out = (found.metrics[key] for key in ("break_even", "out_of_cash"))
    with st.container(horizontal=True, gap="medium"):
        _figure(tr("Breaks even"), _month(even.value), say(even.formula))
        _figure(tr("Out of cash"), _month(out.value), say(out.formula))
        _figure(tr("Odds of running out"), percent(found.broke), tr("Share of futures in which cash falls below 0."))


def _figure(label: str, value: str, origin: str) -> None:
    st.metric(label, md(value), help=md(origin), width="content")


def _month(value: float | None) -> str:
    return tr("month {n}", n=int(value)) if value else tr("never")


def _nothing_yet(row: Mapping[Any, Any] | None) -> None:
    text = tr("Save a case, and its break-even month, its runway and the odds of running out of cash stand here.")
    with empty(tr("Does it pay?"), text, ":material/trending_up:"):
        where = {"scenario": str(row["scenario"]), "run": str(row["run_id"])} if row else {}
        site.link(site.BUSINESS, tr("Plan the business"), icon=":material/trending_up:", **where)
