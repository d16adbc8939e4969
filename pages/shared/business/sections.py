"""Pictures of the Business page: cash, profit, odds, what matters, what it would take, who owns the firm, cases."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
import streamlit as st

from engine.economics.business.actuals import Actuals
from engine.economics.business.assumptions import MONTHS
from engine.economics.business.captable import FOUNDERS, POOL, at_exit, cap_table, proceeds
from engine.economics.business.metrics import exit_value
from engine.economics.business.solve import Needed
from engine.economics.business.uncertainty import Fan
from engine.errors import BreakevenError
from pages.shared import address
from pages.shared.business import answer, fields, found
from pages.shared.business.case import name_of
from pages.shared.business.found import Plan
from pages.shared.business.money import Purse
from pages.shared.charts import business as charts
from pages.shared.charts import style
from pages.shared.frame import badge, say, show_error, strong
from pages.shared.i18n import md, tr, tr_message
from pages.shared.numbers import DASH, number, percent

YEARS = (12, 24, 36, 48, 60)
BARS = 10


def cash(plan: Plan, fan: Fan, purse: Purse, counted: Actuals | None = None, again: Fan | None = None) -> None:
    """Draw the fan of the cash, with what was counted and the forecast from there."""
    last, likely = fan.lines["cash"][:, -1], plan.outcome.ledger.cash[:, 0]
    title = tr("In 8 of 10 futures there are {low} to {high} in the bank after 60 months", low=purse.write(last[0]),
               high=purse.write(last[2]))  # fmt: skip
    strong(title)
    bands, rate = fan.lines["cash"] / purse.rate.usd, purse.rate.usd
    made = charts.fan(
        bands, likely / rate, purse.sign, tr("Cash"), counted=counted.series("cash") / rate if counted else None,
        again=again.lines["cash"] / rate if again else None, again_from=counted.last if counted else 0,
    )  # fmt: skip
    style.draw(made, title, _fan_table(fan, "cash", likely, purse), key="cash")
    badge("projected", tr("{n} futures, each assumption between its low and high end (Sobol' points).", n=fan.futures))


def _fan_table(fan: Fan, line: str, likely: np.ndarray, purse: Purse) -> pd.DataFrame:
    rows = [int(m) - 1 for m in YEARS]
    bands = fan.lines[line]
    return pd.DataFrame({
        tr("Month"): [m + 1 for m in rows],
        "P10": [purse.write(float(bands[0, m])) for m in rows],
        "P50": [purse.write(float(bands[1, m])) for m in rows],
        "P90": [purse.write(float(bands[2, m])) for m in rows],
        tr("Most likely"): [purse.write(float(likely[m])) for m in rows],
    })  # fmt: skip


def income(plan: Plan, purse: Purse) -> None:
    """Draw revenue and costs by month."""
    even = plan.metrics(MONTHS)["break_even"]
    revenue = plan.outcome.income.revenue[:, 0]
    costs = revenue - plan.outcome.income.operating[:, 0]
    title = (
        tr("Revenue stays above costs from month {month} on", month=int(even.value))
        if even.value else tr("Costs stay above revenue within the 60 months")
    )  # fmt: skip
    strong(title)
    made = charts.income(revenue / purse.rate.usd, costs / purse.rate.usd, purse.sign,
                         int(even.value) if even.value else None)  # fmt: skip
    table = pd.DataFrame({
        tr("Month"): YEARS,
        tr("Revenue"): [purse.write(float(revenue[m - 1])) for m in YEARS],
        tr("Costs"): [purse.write(float(costs[m - 1])) for m in YEARS],
    })  # fmt: skip
    style.draw(made, title, table, key="income")


def odds(fan: Fan) -> None:
    """Draw the probabilities of breaking even and of running out of cash by month."""
    broke, half = percent(float(fan.broke_by[-1])), np.flatnonzero(fan.even_by >= 0.5)
    if len(half):
        title = tr(
            "Half of the futures have broken even by month {month}; {broke} run out of cash within 60 months",
            month=int(half[0]) + 1, broke=broke,
        )  # fmt: skip
    else:
        title = tr("{even} of futures break even within 60 months; {broke} run out of cash",
                   even=percent(float(fan.even_by[-1])), broke=broke)  # fmt: skip
    strong(title)
    table = pd.DataFrame({
        tr("By month"): YEARS,
        tr("Broken even"): [percent(float(fan.even_by[m - 1])) for m in YEARS],
        tr("Run out of cash"): [percent(float(fan.broke_by[m - 1])) for m in YEARS],
    })  # fmt: skip
    style.draw(charts.odds(fan.even_by, fan.broke_by), title, table, key="odds")


def targets() -> dict[str, str]:
    """Return what an assumption may matter for."""
    return {
        "last_cash": tr("Cash after 60 months"), "lowest_cash": tr("Lowest cash"), "npv": tr("NPV"),
        "last_operating": tr("Operating profit of month 60"),
    }  # fmt: skip


def matters(plan: Plan, purse: Purse) -> None:
    """Draw which assumptions matter: one at a time, and, asked for, all at once."""
    names = targets()
    head = st.empty()
    target = address.choice(st.segmented_control, tr("For"), names, key="for", fallback="last_cash", required=True)
    likely, bars = plan.bars[0][target], [b for b in plan.bars[1][target] if b.width > 0][:BARS]
    if not bars:
        head.subheader(tr("Nothing here is uncertain"), anchor=False)
        return
    case, spreads = plan.case, plan.case.open
    head.subheader(tr("What matters most: {name}", name=fields.title(bars[0].key, case)), anchor=False)
    rows = [
        (fields.title(b.key, case), purse.amount(b.at_low), purse.amount(b.at_high),
         fields.value_words(b.key, spreads[b.key].low), fields.value_words(b.key, spreads[b.key].high))
        for b in bars
    ]  # fmt: skip
    table = pd.DataFrame({
        tr("Assumption"): [r[0] for r in rows],
        tr("Low end"): [r[3] for r in rows],
        tr("High end"): [r[4] for r in rows],
        tr("Result at the low end"): [purse.write(b.at_low) for b in bars],
        tr("Result at the high end"): [purse.write(b.at_high) for b in bars],
    })  # fmt: skip
    axis = f"{names[target]} ({purse.sign})"
    made = charts.tornado(rows, purse.amount(likely), axis)
    style.draw(made, tr("One assumption at a time, the others as most likely"), table, key="tornado")
    if st.toggle(tr("All of them at once (Sobol' indices)"), key="sobol"):
        _together(plan, target)


def _together(plan: Plan, target: str) -> None:
    key = found.key_of(plan.case), found.serving_key(plan.serving)
    given = found.indices(*key, target, plan)
    order = sorted(given.total, key=lambda k: -given.total[k])
    names = [fields.title(k, plan.case) for k in order]
    alone = sum(given.first.values())
    title = tr("{name} explains most of what is uncertain", name=names[0]) if names else tr("Nothing here is uncertain")
    made = charts.shares(names, [given.first[k] for k in order], [given.total[k] for k in order])
    table = pd.DataFrame({
        tr("Assumption"): names,
        tr("Alone"): [percent(given.first[k], 1) for k in order],
        tr("With others"): [percent(given.total[k], 1) for k in order],
    })  # fmt: skip
    style.draw(made, title, table, key="sobol-chart")
    st.caption(
        tr("Those shown explain {share} alone; the rest comes from how they act together.", share=percent(alone))
    )


def month_choice() -> int:
    """Draw the choice of a month to look at; return it."""
    names = {str(m): str(m) for m in YEARS}
    return int(address.choice(st.segmented_control, tr("In month"), names, key="at", fallback="36", required=True))


def month_now() -> int:
    """Return the month one looks at, without drawing its choice."""
    said = address.recall("at")
    return int(said) if said in {str(m) for m in YEARS} else 36


def needed(plan: Plan) -> None:
    """Draw the price and the number of customers at which a month breaks even."""
    month = month_choice()
    key = found.key_of(plan.case), found.serving_key(plan.serving)
    price, volume = found.needed(*key, month, plan)
    st.subheader(tr("What it would take to break even in month {month}", month=month), anchor=False)
    with st.grid(2, min_column_width=220):
        with st.container(border=True):
            strong(tr("The price"))
            _price(plan, price)
        with st.container(border=True):
            strong(tr("The volume"))
            if volume.customers is not None and volume.factor is not None:
                st.markdown(md(tr(
                    "{n} customers, with {factor}× as many leads that buy at the same spending.",
                    n=number(round(volume.customers)), factor=number(volume.factor, 2),
                )))  # fmt: skip
            _why(volume)
    badge("projected", tr("Found by bisection in the likely future; everything else stays as it is."))


def _price(plan: Plan, price: Needed) -> None:
    if price.factor is not None and price.why is None:
        prices = [
            f"{fields.title(k, plan.case)} {number(plan.case.likely(k) * price.factor, 2)}"
            for k in ("price.starter", "price.team", "price.company")
        ]
        st.markdown(
            md(tr("Every price × {factor}: {prices}.", factor=number(price.factor, 2), prices="; ".join(prices)))
        )
    _why(price)


def _why(needed: Needed) -> None:
    if needed.why:
        st.caption(say(needed.why))


def metrics(plan: Plan, purse: Purse) -> None:
    """Draw the figures of one month."""
    month = month_choice()
    given = plan.metrics(month)
    keys = (
        "arr",
        "gross_margin",
        "cac",
        "ltv",
        "ltv_cac",
        "payback",
        "nrr",
        "grr",
        "runway",
        "burn_multiple",
        "rule_of_40",
    )
    with st.grid(4, min_column_width=170):
        for key in keys:
            answer.show(key, given[key], purse)


def owners(plan: Plan, purse: Purse) -> None:
    """Draw who owns the firm after each round, and what each has of its sale."""
    case = plan.case
    try:
        table = cap_table(case.rounds)
    except BreakevenError as error:
        show_error(error)
        return
    last = at_exit(table)
    st.subheader(tr("Founders own {share} at the exit", share=percent(last.get(FOUNDERS, 0.0))), anchor=False)
    rows = [(f"{_holder(s.title)} ({s.month})" if s.month else _holder(s.title), s.parts) for s in table]
    rows.append((tr("At the exit"), last))
    holders = dict.fromkeys(h for _, parts in rows for h in parts)
    words = {h: {FOUNDERS: tr("Founders"), POOL: tr("Option pool")}.get(h, h) for h in holders}
    frame = pd.DataFrame([
        {tr("After"): name, **{words[h]: percent(parts.get(h, 0.0), 1) for h in words}} for name, parts in rows
    ])  # fmt: skip
    style.draw(charts.owners(rows, words), tr("Who owns the firm after each round"), frame, key="owners")
    _sale(plan, purse, words)
    for stake in table:
        if stake.post_money_usd and stake.price_usd and stake.month:
            st.caption(md(tr(
                "{round}: {post} after the money, {price} a share.", round=_holder(stake.title),
                post=purse.write(stake.post_money_usd), price=purse.write(stake.price_usd),
            )))  # fmt: skip


def _sale(plan: Plan, purse: Purse, words: dict[str, str]) -> None:
    """Draw what each holder has when the firm is sold."""
    month, value = int(plan.case.likely("exit")), float(exit_value(plan.outcome)[0])
    strong(tr("Sold for {value} in month {month}", value=purse.write(value), month=month))
    rows = [
        {
            tr("Holder"): words.get(holder, holder), tr("Share"): percent(got.part, 1),
            tr("Money"): purse.write(got.usd),
            tr("Times the money put in"): tr("{n}×", n=number(got.multiple, 1)) if got.multiple is not None else DASH,
            tr("A year"): percent(got.rate_year),
        }
        for holder, got in proceeds(plan.case.rounds, value, month).items()
    ]  # fmt: skip
    st.table(pd.DataFrame(rows).map(md), border="horizontal", hide_index=True)
    badge("projected", tr("By shares alone: preferences in liquidation are not counted."))


def _holder(title: object) -> str:
    return tr_message(title) if not isinstance(title, str) else title  # type: ignore[arg-type]


def compare(plans: Sequence[Plan], purse: Purse, month: int) -> None:
    """Draw cases side by side: cash, figures, and what each assumes otherwise than the first."""
    names = [name_of(p.case) for p in plans]
    lines = [p.outcome.ledger.cash[:, 0] / purse.rate.usd for p in plans]
    titles = answer.names()
    rows = {k: [answer.metric_words(p.metrics(month)[k], purse) for p in plans] for k in titles}
    table = pd.DataFrame([{tr("Figure"): titles[k], **dict(zip(names, v, strict=True))} for k, v in rows.items()])
    style.draw(
        charts.cases(names, lines, purse.sign), tr("Cash of each case, everything as most likely"), table, key="cases"
    )
    st.table(table.map(md), border="horizontal", hide_index=True)
