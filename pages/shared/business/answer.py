"""The answer of the Business page: in a sentence, in figures, and what has just moved it and why."""

from __future__ import annotations

from typing import Any

import numpy as np
import streamlit as st

from engine.economics.business.assumptions import MONTHS
from engine.economics.business.benchmarks import Benchmark, benchmarks
from engine.economics.business.case import Case
from engine.economics.business.link import ROWS, changes, read_spread
from engine.economics.business.metrics import NAMES, Metric
from engine.economics.business.model import Outcome
from engine.economics.business.uncertainty import Fan
from engine.errors import BadInput
from pages.shared.business import fields, lists
from pages.shared.business.found import Plan, serving_key
from pages.shared.business.money import Purse
from pages.shared.frame import figure, say
from pages.shared.i18n import md, tr, tr_message
from pages.shared.numbers import DASH, number, percent

BEFORE, MOVED = "business-before", "business-moved"
LINES_SAID = 3


def headline(plan: Plan, fan: Fan, purse: Purse) -> str:
    """Return when the plan breaks even, how low its cash falls, and how likely it runs out."""
    found = plan.metrics(MONTHS)
    even, lowest = found["break_even"].value, found["lowest_cash"].value
    start = tr("Breaks even in month {month}", month=int(even)) if even else tr("Does not break even in 60 months")
    broke = float(fan.broke_by[-1])
    return tr(
        "{start}; cash falls to {cash}; {share} of futures run out of it", start=start, cash=purse.write(lowest),
        share=percent(broke),
    )  # fmt: skip


def metric_words(metric: Metric, purse: Purse) -> str:
    """Return the value of a metric as its unit is written."""
    if metric.value is None:
        return DASH
    if metric.unit == "USD":
        return purse.write(metric.value)
    if metric.unit == "share":
        return percent(metric.value)
    if metric.unit == "month":
        return tr("month {n}", n=int(metric.value))
    if metric.unit == "months":
        return tr("{n} months", n=number(metric.value, 1))
    return tr("{n}×", n=number(metric.value, 1))


def names() -> dict[str, str]:
    """Return what each metric is called."""
    return {key: tr_message(name) for key, name in NAMES.items()}


def show(key: str, metric: Metric, purse: Purse, *, note: str = "") -> None:
    """Draw one metric with its kind, its formula, and why it is missing where it is."""
    given = benchmarks().get(key)
    if given and metric.value is not None and not note:
        note = tr("others: {range} ({date})", range=benchmark_words(given), date=given.source.as_of)
    origin = say(metric.formula)
    if given:
        origin += "\n\n" + tr("{name}: {where}", name=given.source.name, where=given.source.where)
    figure(names()[key], metric_words(metric, purse), "projected", origin, note=say(metric.why) if metric.why else note)


def benchmark_words(given: Benchmark) -> str:
    """Return a published figure as its unit is written."""
    write = percent if given.unit.startswith("share") else number
    ends = [write(end) for end in dict.fromkeys((given.low, given.high))]
    text = tr("{low} to {high}", low=ends[0], high=ends[1]) if len(ends) == 2 else ends[0]
    return tr("{n} months", n=text) if given.unit == "months" else text


def summary(plan: Plan, fan: Fan, purse: Purse) -> None:
    """Draw the figures of the whole plan, with their spread over the futures."""
    found = plan.metrics(MONTHS)
    spread = {
        key: tr("{low} to {high} in 8 of 10 futures", low=purse.write(ends[0]), high=purse.write(ends[2]))
        for key, ends in fan.spread.items()
    }
    shown = found["out_of_cash"].why if found["out_of_cash"].value is None else None
    notes = {
        **spread,
        "break_even": tr("by month 60 in {share} of futures", share=percent(float(fan.even_by[-1]))),
        "out_of_cash": tr("by month 60 in {share} of futures", share=percent(float(fan.broke_by[-1]))),
    }
    with st.grid(3, min_column_width=150):
        for key in ("break_even", "lowest_cash", "out_of_cash", "exit_value", "npv", "irr"):
            note = notes.get(key, "")
            if key == "out_of_cash" and shown:
                note = say(shown) + " " + notes[key]
            show(key, found[key], purse, note=note)


def described(case: Case, base: Case) -> dict[str, str]:
    """Return by key what a case assumes otherwise than `base`, as the reader would say it."""
    found = {}
    for key, text in changes(case, base).items():
        if key in ROWS:
            found[key] = lists.names()[key]
            continue
        try:
            found[key] = f"{fields.title(key, case)}: {fields.spread_words(key, read_spread(text))}"
        except BadInput:
            found[key] = f"{_plain_names()[key]}: {text}"
    return found


def _plain_names() -> dict[str, str]:
    return {
        "streams": tr("What customers pay for"), "currency": tr("Currency of the prices"), "start": tr("First month"),
    }  # fmt: skip


def moved(plan: Plan, purse: Purse) -> None:
    """Say in one sentence what the last change did to the figures, and through which lines."""
    lines = _lines(plan.outcome)
    before: Any = st.session_state.get(BEFORE)
    found = {k: m.value for k, m in plan.metrics(MONTHS).items()}
    now = (plan.case, serving_key(plan.serving))
    if before and before[0] != now:
        if before[0][0].id == plan.case.id:
            st.session_state[MOVED] = _sentence(before, plan, lines, found, purse)
        else:
            st.session_state.pop(MOVED, None)
    st.session_state[BEFORE] = (now, lines, found)
    if text := st.session_state.get(MOVED):
        st.info(md(text), title=tr("What moved, and why"), icon=":material/swap_vert:")


def _sentence(before: Any, plan: Plan, lines: dict[str, float], found: dict[str, Any], purse: Purse) -> str:
    """Return what changed, what it moved, and the lines through which it did."""
    changed = "; ".join(described(plan.case, before[0][0]).values()) or tr("What serving costs")
    was, now = before[2], found
    even = _shift(tr("break-even"), _month(was["break_even"]), _month(now["break_even"]))
    cash = _shift(tr("lowest cash"), purse.write(was["lowest_cash"]), purse.write(now["lowest_cash"]))
    differences = {k: lines[k] - before[1][k] for k in lines}
    largest = sorted((k for k in differences if abs(differences[k]) >= 1), key=lambda k: -abs(differences[k]))
    titles = line_names()
    why = ", ".join(
        f"{titles[k]} {'+' if differences[k] > 0 else '−'}{purse.write(abs(differences[k]))}"
        for k in largest[:LINES_SAID]
    )
    given = {"changes": changed, "even": even, "cash": cash}
    if not why:
        return tr("{changes}: {even}, {cash}; no line of the likely future moved.", **given)
    return tr("{changes}: {even}, {cash}, because over 60 months {why}.", why=why, **given)


def _shift(name: str, before: str, after: str) -> str:
    if before == after:
        return tr("{name} stays at {value}", name=name, value=after)
    return tr("{name} {before} → {after}", name=name, before=before, after=after)


def _month(value: float | None) -> str:
    return tr("month {n}", n=int(value)) if value else tr("never")


def line_names() -> dict[str, str]:
    """Return the lines of the profit and loss by name."""
    return {
        "subscription": tr("Subscriptions"), "usage": tr("Use"), "advertising": tr("Advertising"), "cloud": tr("Cloud"),
        "fees": tr("Payment fees"), "support": tr("Support"), "marketing": tr("Channels"), "pay": tr("Pay"),
        "fixed": tr("Rent, tools and advice"), "once": tr("Paid once"), "rules": tr("Meeting rules"),
        "grants": tr("Grants"), "tax": tr("Tax"), "funding": tr("Funding"),
    }  # fmt: skip


def _lines(outcome: Outcome) -> dict[str, float]:
    """Return USD of each line over the whole plan, in the likely future."""
    income, market = outcome.income, outcome.market
    parts: dict[str, np.ndarray] = {
        "subscription": market.subscription, "usage": market.usage, "advertising": market.advertising,
        "cloud": income.cloud, "fees": income.fees, "support": income.support, "marketing": income.marketing,
        "pay": income.payroll, "fixed": income.fixed, "once": income.once, "rules": income.rules,
        "grants": income.grants, "tax": income.tax, "funding": outcome.ledger.paid_in[-1:],
    }  # fmt: skip
    return {name: float(values[..., 0].sum()) for name, values in parts.items()}
