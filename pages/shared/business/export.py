"""Cases side by side, and a case as files: CSV and XLSX."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import streamlit as st

from engine.analytics import cases
from engine.economics.business.uncertainty import FUTURES
from engine.errors import BreakevenError
from engine.reports.plan import Document, months_csv, workbook
from engine.reports.plan_lists import Say
from pages.shared.business import sections
from pages.shared.business.case import Open, name_of
from pages.shared.business.found import Plan
from pages.shared.business.found import plan as plan_of
from pages.shared.business.money import Purse
from pages.shared.frame import show_error
from pages.shared.i18n import language, speaking, tr, tr_message
from pages.shared.resources import settings

MOST = 6
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def section(opened: Open, plan: Plan, purse: Purse, run: str) -> None:
    """Draw cases beside the one that is open, where asked for, and its downloads."""
    st.subheader(tr("Cases side by side"), anchor=False)
    known = cases.with_presets(settings())
    others = {key: name_of(case) for key, case in known.items() if key != opened.kept.id}
    picked = st.multiselect(tr("Beside {name}", name=name_of(opened.case)), list(others), max_selections=MOST,
                            format_func=lambda k: others.get(k, k), key="beside",
                            placeholder=tr("Nothing"))  # fmt: skip
    if picked:
        try:
            sections.compare([plan, *(plan_of(known[k], plan.serving) for k in picked)], purse, sections.month_choice())
        except BreakevenError as error:
            show_error(error)
    _files(opened, plan, run)


def _files(opened: Open, plan: Plan, run: str) -> None:
    """Draw the downloads; a file is made when it is asked for."""
    name = "".join(c if c.isalnum() else "-" for c in name_of(opened.case)).strip("-")[:40] or "case"
    given = (plan, run, sections.month_now(), language())
    with st.container(horizontal=True):
        st.download_button(
            tr("Months as CSV"), partial(_made, months_csv, *given), f"breakeven-{name}.csv", "text/csv",
            icon=":material/csv:", on_click="ignore", key="file-csv",
        )  # fmt: skip
        st.download_button(
            tr("Everything as XLSX"), partial(_made, workbook, *given), f"breakeven-{name}.xlsx", XLSX,
            icon=":material/table:", on_click="ignore", key="file-xlsx",
        )  # fmt: skip
    st.caption(tr("Files carry {n} futures and are in USD.", n=FUTURES))


def _made(make: Callable[[Document, Say], bytes], plan: Plan, run: str, month: int, code: str) -> bytes:
    """Return a file of the plan in the language `code`: it is made outside of the page's script."""
    with speaking(code):
        document = Document(
            outcome=plan.outcome, fan=plan.thorough, metrics=plan.metrics(month), month=month, run=run,
            serving=plan.serving.formula or tr("Set by hand."),
        )  # fmt: skip
        return make(document, tr_message)
