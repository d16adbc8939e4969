"""How many visitors and days a test needs to tell two rankings apart."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from engine.economics.experiment import ALPHA, POWER, Plan, plan
from engine.errors import BadInput
from pages.shared.charts import lists, style
from pages.shared.frame import badge, strong
from pages.shared.i18n import md, tr
from pages.shared.numbers import number, percent

LIFT_PERCENT = 10.0
VISITORS_A_DAY = 2000
LIFTS = (0.01, 0.02, 0.03, 0.04, 0.05, 0.075, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5)
"""Where the curve is drawn."""
LONG_DAYS = 60
"""A longer test meets seasons, holidays and changed prices."""


def draw(base_percent: float) -> None:
    """Draw the planner: three inputs, the answer, and how it changes with the lift that is worth finding."""
    heading = st.empty()
    with st.grid(3, min_column_width=200):
        base = st.number_input(
            tr("Visits that convert today (%)"), 0.01, 99.0, base_percent, 0.1, key="plan-base", format="%.2f"
        )
        lift = st.number_input(
            tr("Smallest lift worth finding (%)"), 0.5, 500.0, LIFT_PERCENT, 1.0, key="plan-lift", format="%.1f",
            help=tr("Relative: 10% of 3% is 3.3%. Half the lift takes four times the visitors."),
        )  # fmt: skip
        visitors = st.number_input(
            tr("Visitors a day in the test"), 1, 100_000_000, VISITORS_A_DAY, 100, key="plan-day"
        )
    try:
        found = plan(base / 100, lift / 100, visitors)
    except BadInput:
        heading.markdown(tr("No test can find more conversions than visits; lower the lift."))
        return
    with heading.container():
        strong(tr("It takes {n} visitors a group, {days} days", n=found.visitors_each, days=number(found.days, 0)))
    curve(found, base / 100, float(visitors), lift / 100)
    if found.days > LONG_DAYS:
        st.caption(tr("Longer than two months: look for a larger effect, or test where there are more visitors."))
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(
            md(
                tr(
                    "Two groups of the same size, {alpha} false alarms, found in {power} of tests when it is there.",
                    alpha=percent(ALPHA),
                    power=percent(POWER),
                )
            ),
            width="content",
        )
        badge("assumed", tr("Two proportions, two-sided, normal approximation: Fleiss, Levin and Paik 2003, 4.2."))


def curve(found: Plan, base: float, visitors: float, lift: float) -> None:
    """Draw the days by the lift."""
    inside = sorted({*(one for one in LIFTS if base * (1 + one) < 1), lift})
    plans = [plan(base, one, visitors) for one in inside]
    frame = pd.DataFrame({"lift": inside, "days": [p.days for p in plans]})
    alt = tr(
        "A lift of {lift} takes {days} days; twice that lift about a quarter of them.",
        lift=percent(lift, 1),
        days=number(found.days, 0),
    )
    table = pd.DataFrame(
        {
            tr("Lift"): [percent(one, 1) for one in inside],
            tr("Visitors a group"): [p.visitors_each for p in plans],
            tr("Days"): [number(p.days, 0) for p in plans],
        }
    )
    style.draw(lists.days(frame, (lift, found.days)), alt, table, key="plan-days")
