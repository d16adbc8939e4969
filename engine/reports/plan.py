"""A business plan as files: months as CSV, everything as XLSX. Money is USD; texts come in the reader's language."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from engine.economics.business.assumptions import ASSUMPTIONS, MONTHS, SEGMENTS
from engine.economics.business.captable import at_exit, cap_table
from engine.economics.business.case import TEAMS
from engine.economics.business.metrics import NAMES, Metric
from engine.economics.business.model import Outcome
from engine.economics.business.obligations import likely_launch, waits
from engine.economics.business.presets import called
from engine.economics.business.uncertainty import Fan
from engine.economics.currency import rate
from engine.messages import Message
from engine.reports.plan_lists import Say, rows_of
from engine.reports.plan_units import WORDS, cell, unit_word
from engine.reports.spreadsheet import Row, Share, written

UNSAFE = ("=", "+", "-", "@", "\t", "\r")
"""Beginnings that a spreadsheet would take for a formula."""


@dataclass(frozen=True)
class Document:
    """What goes into the files."""

    outcome: Outcome
    """The likely future."""
    fan: Fan
    metrics: Mapping[str, Metric]
    month: int
    """Of the metrics that hold in a month."""
    run: str
    """The run whose serving cost it is, in words."""
    serving: Message | str
    """How that cost came about."""


def months_csv(of: Document, say: Say = str) -> bytes:
    """Return the plan by month: the likely future, then P10, P50 and P90, as CSV in UTF-8 with a byte-order mark."""
    columns = {**month_columns(of, say), **_fan_columns(of, say)}
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow([_plain(name) for name in columns])
    for row in zip(*columns.values(), strict=True):
        writer.writerow([f"{v:.12g}" if isinstance(v, float) else v for v in row])
    return b"\xef\xbb\xbf" + text.getvalue().encode()


def workbook(of: Document, say: Say = str) -> bytes:
    """Return the whole plan as XLSX: figures, assumptions, lists, months, futures, cap table."""
    return written((say(title), rows) for title, rows in _sheets(of, say))


def _sheets(of: Document, say: Say) -> Iterator[tuple[Message, list[Row]]]:
    yield Message("Figures"), list(_figures(of, say))
    yield Message("Assumptions"), list(_assumptions(of, say))
    yield Message("Team and funding"), [[say(Message("Team and funding"))], *rows_of(of.outcome.case, say)]
    yield Message("Months"), _across({**month_columns(of, say)})
    yield Message("Futures"), _across({say(Message("Month")): list(range(1, MONTHS + 1)), **_fan_columns(of, say)})
    yield Message("Cap table"), list(_owners(of, say))


def _figures(of: Document, say: Say) -> Iterator[Row]:
    case = of.outcome.case
    yield [say(called(case)), say(Message("Money is in USD."))]
    yield [say(Message("Run")), of.run]
    yield [say(Message("Serving cost")), say(of.serving)]
    yield [say(Message("First month")), case.start]
    if source := rate(case.currency).source:
        price = f"1 {case.currency} = {rate(case.currency).usd} USD"
        yield [say(Message("Exchange rate")), price, source.as_of, source.where]
    yield [say(Message("Month of the launch")), likely_launch(case), say(waits(case) or "")]
    yield [say(Message("Futures")), of.fan.futures]
    yield []
    for key, metric in of.metrics.items():
        value, unit = cell(metric.value, metric.unit), say(unit_word(metric.unit, case.currency))
        yield [say(NAMES[key]), value, unit, say(metric.formula), say(metric.why) if metric.why else ""]


def _assumptions(of: Document, say: Say) -> Iterator[Row]:
    head = (
        Message("Assumption"),
        Message("Unit"),
        Message("Low"),
        Message("Likely"),
        Message("High"),
        Message("Source"),
    )
    yield [*map(say, head)]
    for key, spread in of.outcome.case.spreads.items():
        unit = ASSUMPTIONS[key].unit
        ends = (cell(end, unit) for end in (spread.low, spread.likely, spread.high))
        yield [say(ASSUMPTIONS[key].title), say(unit_word(unit, of.outcome.case.currency)), *ends]
    for one in of.outcome.case.rules:
        parts = ((Message("{name}, cost once", name=one.title), "USD", one.usd),
                 (Message("{name}, time until it is met", name=one.title), "months", one.months))  # fmt: skip
        for title, unit, spread in parts:
            yield [say(title), say(WORDS[unit]), spread.low, spread.likely, spread.high, one.source]


def _owners(of: Document, say: Say) -> Iterator[Row]:
    table = cap_table(of.outcome.case.rounds)
    holders = list(dict.fromkeys(h for s in table for h in (*s.shares, *(r.name for r in s.waiting))))
    head = (Message("After"), Message("Month"), Message("USD a share"), Message("USD after the money"))
    yield [*map(say, head), *holders]
    for stake in table:
        parts = [Share(stake.parts.get(h, 0.0)) for h in holders]
        yield [say(stake.title), stake.month, stake.price_usd, stake.post_money_usd, *parts]
    last = at_exit(table)
    month = int(of.outcome.case.likely("exit"))
    yield [say(Message("At the exit")), month, None, None, *(Share(last.get(h, 0.0)) for h in holders)]


def month_columns(of: Document, say: Say) -> dict[str, list[Any]]:
    """Return the likely future by month: customers, profit and loss, cash, balance; USD."""
    market, income, books = of.outcome.market, of.outcome.income, of.outcome.ledger
    columns: dict[Message, np.ndarray] = {
        Message("Customers, {segment}", segment=title): market.customers[:, i]
        for i, title in enumerate(SEGMENTS.values())
    }
    columns |= {
        Message("Predictions"): market.predictions,
        Message("Subscriptions"): market.subscription.sum(axis=1),
        Message("Use"): market.usage.sum(axis=1),
        Message("Advertising"): market.advertising,
        Message("Revenue"): income.revenue,
        Message("Cloud, after credits"): income.cloud,
        Message("Paid by credits"): income.credits,
        Message("Payment fees"): income.fees,
        Message("Support"): income.support,
        **{Message("Pay, {team}", team=title): income.pay[team] for team, title in TEAMS.items()},
        Message("Gross profit"): income.gross,
        Message("Channels"): income.marketing,
        Message("Rent, tools and advice"): income.fixed,
        Message("Paid once"): income.once,
        Message("Meeting rules"): income.rules,
        Message("Operating profit"): income.operating,
        Message("Grants"): income.grants,
        Message("Tax"): income.tax,
        Message("Net profit"): income.net,
        Message("Collected"): books.collected,
        Message("Paid to suppliers"): books.paid,
        Message("Tax paid"): books.tax_paid,
        Message("Cash"): books.cash,
        Message("Receivables"): books.receivables,
        Message("Payables"): books.payables,
        Message("Tax due"): books.tax_due,
        Message("Deferred revenue"): books.deferred,
        Message("Paid in"): books.paid_in,
        Message("Retained profit"): books.retained,
    }
    start = np.datetime64(of.outcome.case.start, "M")
    dates = [str(start + m) for m in range(MONTHS)]
    whole = {say(title): [float(v) for v in values[:, 0]] for title, values in columns.items()}
    return {say(Message("Month")): list(range(1, MONTHS + 1)), say(Message("Date")): dates, **whole}


def _fan_columns(of: Document, say: Say) -> dict[str, list[float]]:
    titles = {
        "cash": Message("Cash"), "revenue": Message("Revenue"), "operating": Message("Operating profit"),
        "arr": Message("ARR"), "customers": Message("Customers"),
    }  # fmt: skip
    found = {
        f"{say(titles[name])}, {end}": [float(v) for v in of.fan.lines[name][i]]
        for name in titles
        for i, end in enumerate(("P10", "P50", "P90"))
    }
    found[say(Message("Broken even, share of futures"))] = [Share(v) for v in of.fan.even_by]
    found[say(Message("Out of cash, share of futures"))] = [Share(v) for v in of.fan.broke_by]
    return found


def _across(columns: Mapping[str, Sequence[Any]]) -> list[Row]:
    """Return columns as rows: a line of the plan by month."""
    return [[name, *values] for name, values in columns.items()]


def _plain(text: str) -> str:
    return f"'{text}" if text.startswith(UNSAFE) else text
