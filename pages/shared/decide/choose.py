"""What one chooses on the Decide page: what must hold, and what counts for how much."""

from __future__ import annotations

import streamlit as st

from engine.analytics.catalogue import Catalogue
from engine.analytics.criteria import (
    CARBON,
    CASH,
    COST,
    EVEN,
    LATENCY,
    MONTH,
    QUALITY,
    TRAIN,
    USUAL_WEIGHTS,
    criteria,
)
from engine.analytics.plans import Sale, sale_of
from engine.economics.business.assumptions import MONTHS
from engine.economics.business.case import Case
from engine.economics.catalog import Instance
from engine.economics.decision.option import Limits
from engine.errors import BreakevenError
from pages.shared import address, fields
from pages.shared.business.found import key_of
from pages.shared.business.sections import month_choice
from pages.shared.costs import inputs
from pages.shared.frame import say
from pages.shared.i18n import md, tr
from pages.shared.numbers import money, number
from pages.shared.pricing import instance_names

LIMIT_KEYS = {QUALITY: "lq", MONTH: "budget", COST: "lcost", CARBON: "lcarbon", EVEN: "leven", CASH: "lcash"}
"""Criterion → URL parameter of its limit; latency has that of the promise, `p95`."""
WEIGHT_KEYS = {QUALITY: "wq", COST: "wc", LATENCY: "wl", CARBON: "wg", TRAIN: "wt"}
SCALE = [float(n) for n in range(11)]


MOST_BESIDE = 4
"""Machines beside the one that was chosen: each makes every run an option more."""


def sale(case: Case) -> Sale | None:
    """Draw the month of the case that is looked at; return what is sold in it, or say why not and return None."""
    month = month_choice()
    try:
        return sold(key_of(case), month, case)
    except BreakevenError as error:
        st.warning(say(error.message), title=tr("The business case does not count"), icon=":material/trending_down:")
        return None


@st.cache_resource(show_spinner=False, max_entries=16)
def sold(case_key: object, month: int, _case: Case) -> Sale:  # noqa: ARG001 - the cache's key
    """Return what a case sells in a month, computed once."""
    return sale_of(_case, month)


def load(planned: Sale | None) -> tuple[float, bool]:
    """Draw how many predictions a month are asked for; return it, and whether it is what the case sells."""
    if planned is None:
        return inputs.predictions(), False
    follows = fields.toggle(
        tr("Load of the business case"), key="caseload", fallback="n" not in address.query(),
        help=tr("Off: choose the load yourself."),
    )  # fmt: skip
    if follows and planned.predictions >= 1:
        count = number(round(planned.predictions))
        st.markdown(md(tr("{n} predictions in month {month}", n=count, month=planned.month)))
        return planned.predictions, True
    if follows:
        st.caption(tr("In month {month} the case is asked for nothing yet; choose a later month, or the load here.",
                      month=planned.month))  # fmt: skip
    return inputs.predictions(), False


def beside(chosen: Instance, known: Catalogue) -> tuple[Instance, ...]:
    """Draw the choice of further machines, on each of which every run is an option; return them."""
    names = {name: title for name, title in instance_names().items() if name != chosen.id}
    picked = fields.several(
        tr("Machines beside it"), names, key="machines", most=MOST_BESIDE,
        gone=tr("{name} is not, or no longer, in the catalogue, or chosen already.", name="{name}"),
        help=tr("Every run becomes an option on each of them."),
    )  # fmt: skip
    return tuple(map(known.instance, picked))


def limits(p95_ms: float, planned: Sale | None) -> Limits:
    """Draw what must hold; return it. 0 is no limit; the promised latency always is one."""
    with st.grid(4, min_column_width=180):
        quality = fields.slider(
            tr("Quality at least"), [n / 20 for n in range(20)], key="lq", fallback=0.0, write=_share_or_none, low=0,
            high=1, help=tr("On the validation part; the address takes any share: lq=0.83."),
        )  # fmt: skip
        budget = fields.number(
            tr("Budget a month (US$, 0: none)"), key="budget", fallback=0, low=0, high=1e9, step=500,
            help=tr("Machines, training and people together."),
        )  # fmt: skip
        cost = fields.number(
            tr("Cost per 1,000 at most (US$, 0: any)"), key="lcost", fallback=0, low=0, high=1e6, step=0.001,
            format="%.6g",
        )  # fmt: skip
        carbon = fields.number(
            tr("Carbon per 1,000 at most (gCO₂e, 0: any)"), key="lcarbon", fallback=0, low=0, high=1e9, step=0.01,
            format="%.6g",
        )  # fmt: skip
    of_case = _of_the_case(planned) if planned else {}
    sells = fields.toggle(
        tr("It will be sold: licences must allow commercial use"), key="sold", fallback=True,
        help=tr("Of the data it learned from and of the network it started from."),
    )  # fmt: skip
    set_ = {QUALITY: quality, MONTH: budget, COST: cost, CARBON: carbon, **of_case}
    return Limits({k: v for k, v in set_.items() if v} | {LATENCY: p95_ms}, sellable=sells)


def _of_the_case(planned: Sale) -> dict[str, float]:
    """Draw the limits that rest on the case, and the one click that makes its revenue the budget."""
    with st.grid(3, min_column_width=220):
        even = fields.number(
            tr("Breaks even by month (0: any)"), key="leven", fallback=0, low=0, high=MONTHS, whole=True
        )
        cash = fields.number(
            tr("Months of cash at least (0: any)"), key="lcash", fallback=0, low=0, high=MONTHS, whole=True
        )
        with st.container(gap="xxsmall"):
            paid = tr("Customers pay {usd} in month {month}.", usd=money(planned.revenue_usd), month=planned.month)
            st.caption(md(paid))
            st.button(
                tr("Take it as the budget"), key="budget-of-the-case", type="tertiary", icon=":material/savings:",
                on_click=address.remember, args=("budget", f"{planned.revenue_usd:.0f}"),
                disabled=planned.revenue_usd < 1,
            )  # fmt: skip
    return {EVEN: even, CASH: cash}


def _share_or_none(value: float) -> str:
    return number(value, 2) if value else tr("any")


def weights(scenario: str) -> dict[str, float]:
    """Draw how much each quantity counts, 0 to 10; return it."""
    titles = {c.name: say(c.title) for c in criteria(scenario)}
    with st.grid(5, min_column_width=160):
        return {
            name: fields.slider(
                titles[name], SCALE, key=key, fallback=USUAL_WEIGHTS[name], write=number, low=0, high=10
            )
            for name, key in WEIGHT_KEYS.items()
        }
