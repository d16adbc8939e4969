"""Plan against actual: a CSV of what was counted each month, beside the plan, and the plan again from there."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from engine.analytics import cases
from engine.economics.business.actuals import MEASURES, Actuals, correction, planned
from engine.economics.business.case import Case
from engine.economics.business.demand import Correction
from engine.economics.business.uncertainty import Fan
from engine.errors import BreakevenError
from pages.shared.business.found import Plan
from pages.shared.business.money import Purse
from pages.shared.frame import badge, say, show_error
from pages.shared.i18n import tr
from pages.shared.numbers import DASH, number, percent
from pages.shared.resources import settings
from pages.shared.uploads import take_file

ROWS_SHOWN = 12


def known(kept: Case, plan: Plan) -> tuple[Actuals | None, Fan | None]:
    """Return what was counted beside a case, and the fan from there on; None where nothing was or it cannot be read."""
    try:
        found = cases.actuals(settings(), kept)
        return (found, plan.again(correction(plan.outcome, found))) if found else (None, None)
    except BreakevenError as error:
        show_error(error)
        return None, None


def section(kept: Case, plan: Plan, purse: Purse) -> None:
    """Draw the upload, and plan against actual where there is something to compare."""
    st.subheader(tr("Plan against actual"), anchor=False)
    given = take_file(
        tr("Monthly figures (CSV: month, revenue, costs, cash, customers; US$)"), ["csv", "txt"],
        key=f"counted-{kept.id}", max_mib=1,
    )  # fmt: skip
    if given is not None and given.file_id != st.session_state.get("counted-taken"):
        try:
            cases.keep_actuals(settings(), kept, given.getvalue())
        except BreakevenError as error:
            st.error(say(error.message), icon=":material/error:")
        else:
            st.session_state["counted-taken"] = given.file_id
            st.rerun()
    try:
        found = cases.actuals(settings(), kept)
    except BreakevenError:
        found = None
    if found is None:
        st.caption(tr("Give what was counted, and the plan goes on from the last month of it."))
        return
    _compare(found, plan, purse)
    st.button(tr("Forget these figures"), icon=":material/delete:", type="tertiary", on_click=cases.forget_actuals,
              args=(settings(), kept.id), key="counted-forget")  # fmt: skip


def _compare(found: Actuals, plan: Plan, purse: Purse) -> None:
    expected = planned(plan.outcome)
    titles = {"revenue": tr("Revenue"), "costs": tr("Costs"), "cash": tr("Cash"), "customers": tr("Customers")}
    rows = []
    for month, values in list(found.months.items())[-ROWS_SHOWN:]:
        row: dict[str, object] = {tr("Month"): month}
        for name in MEASURES:
            write = purse.write if name != "customers" else lambda n: number(round(n))
            row[titles[name]] = _cell(values.get(name), float(expected[name][month - 1]), write)
        rows.append(row)
    st.dataframe(pd.DataFrame(rows), hide_index=True, alt=tr("Counted, planned, and the difference"))
    _again(correction(plan.outcome, found))


def _cell(counted: float | None, expected: float, write: object) -> str:
    if counted is None or not callable(write):
        return DASH
    off = f"{(counted / expected - 1) * 100:+.0f}%" if expected > 0 else DASH
    return tr("{counted} (planned {expected}, {off})", counted=write(counted), expected=write(expected), off=off)


def _again(found: Correction) -> None:
    """Say how the plan goes on."""
    st.markdown(tr(
        "After month {month} the plan goes on from what was counted: a customer pays {price} of what was planned, and "
        "costs are {costs} of it.", month=found.month, price=percent(found.revenue_factor),
        costs=percent(found.cost_factor),
    ))  # fmt: skip
    badge("projected", tr("The ratio of counted to planned over the last three months in which both are known."))
