"""Blocks about the business case: what it comes to with the first option, and everything it assumes."""

from __future__ import annotations

from collections.abc import Iterator

from engine.analytics.question import Answered
from engine.economics.business import metrics
from engine.economics.business.assumptions import ASSUMPTIONS, STREAMS
from engine.economics.business.case import Case
from engine.economics.business.metrics import Metric
from engine.economics.business.obligations import likely_launch, waits
from engine.economics.business.spread import Spread
from engine.messages import Message
from engine.reports.speech import Speech
from engine.reports.stakeholder.document import Block, Paragraph, Stat, Stats, Table

SHOWN = ("break_even", "lowest_cash", "out_of_cash", "npv", "irr", "exit_value")
PROJECTED = Message("projected")
DASH = "–"
Named = tuple[Message | str, str]


def earns(found: Answered, speech: Speech) -> Iterator[Block]:
    """Yield what the case comes to with the first option, in the likely future; nothing without a case."""
    if found.plan is None:
        return
    known = metrics.measure(found.plan, found.question.month)
    yield Stats(tuple(_stat(name, known[name], speech) for name in SHOWN))
    if held := waits(found.plan.case):
        yield Paragraph(speech.say(held))


def _stat(name: str, metric: Metric, speech: Speech) -> Stat:
    title = speech.say(metrics.NAMES[name])
    note = speech.say(metric.why or metric.formula)
    return Stat(title, _amount(metric, speech), speech.say(PROJECTED), note)


def _amount(metric: Metric, speech: Speech) -> str:
    if metric.value is None:
        return DASH
    return speech.write(metric.value, "percent" if metric.unit == "share" else metric.unit)


def assumed(found: Answered, speech: Speech) -> Iterator[Block]:
    """Yield everything the case assumes: numbers with their ranges, people, funding, credits, payments, rules."""
    case = found.question.case
    if case is None:
        return
    head = (Message("Assumption"), Message("Value"))
    rows = tuple((speech.say(name), value) for name, value in (*_whole(case, speech), *_numbers(case, speech)))
    title = Message("What the business case {case} assumes", case=found.question.case_name)
    yield Table(speech.say(title), tuple(map(speech.say, head)), rows)
    if lists := tuple((speech.say(name), value) for name, value in _lists(case, speech)):
        title = Message("Team, funding, credits and payments of the case")
        yield Table(speech.say(title), tuple(map(speech.say, head)), lists)
    if case.rules:
        title = Message("Rules in the plan, with what they cost and take")
        parts = (Message("Rule"), Message("Cost"), Message("Months"), Message("Source"))
        yield Table(speech.say(title), tuple(map(speech.say, parts)), tuple(_rules(case, speech)))


def as_assumed(case: Case, speech: Speech) -> dict[str, str]:
    """Return everything a case assumes, as written, by its name; several lines of one name stand together."""
    said: dict[str, list[str]] = {}
    for name, value in (*_whole(case, speech), *_numbers(case, speech), *_lists(case, speech)):
        said.setdefault(speech.say(name), []).append(value)
    for title, usd, months, _ in _rules(case, speech):
        said.setdefault(title, []).extend((usd, speech.say(Message("{n} months", n=months))))
    return {name: "; ".join(values) for name, values in said.items()}


def _whole(case: Case, speech: Speech) -> Iterator[Named]:
    yield Message("First month"), case.start
    yield Message("Currency of the prices"), case.currency
    yield Message("What customers pay for"), ", ".join(speech.say(STREAMS[name]) for name in sorted(case.streams))
    yield Message("Month of the launch"), speech.write(likely_launch(case), "month")


def _numbers(case: Case, speech: Speech) -> Iterator[Named]:
    for key, spread in case.spreads.items():
        if case.uses(key) and key != "launch":
            yield ASSUMPTIONS[key].title, between(spread, unit_of(ASSUMPTIONS[key].unit, case), speech)


def unit_of(unit: str, case: Case) -> str:
    """Return how an assumption is written; a price in another currency than dollars is followed by its code."""
    if unit.startswith("share"):
        return "percent"
    if unit == "price":
        return "USD" if case.currency == "USD" else case.currency
    return unit if unit == "USD" else ""


def between(spread: Spread, unit: str, speech: Speech) -> str:
    """Return the likely value of an assumption with its range."""
    likely, low, high = (speech.write(v, unit) for v in (spread.likely, spread.low, spread.high))
    if spread.certain:
        return likely
    return speech.say(Message("{value} ({low} to {high})", value=likely, low=low, high=high))


def _lists(case: Case, speech: Speech) -> Iterator[Named]:
    for hire in case.hires:
        yield hire.role, speech.say(Message(
            "{n} at {usd} a month each, looked for from month {month}, there {later} months later",
            n=f"{hire.people:g}", usd=speech.write(hire.usd_month, "USD"), month=hire.month, later=hire.hiring_months,
        ))  # fmt: skip
    for one in case.rounds:
        yield one.name, speech.say(Message("{usd} in month {month} for {share} of the firm",
                                           usd=speech.write(one.usd, "USD"), month=one.month,
                                           share=speech.write(one.dilution, "percent")))  # fmt: skip
    for credit in case.credits:
        yield credit.name, speech.say(Message("Cloud credits of {usd}, from month {month} to {last}",
                                              usd=speech.write(credit.usd, "USD"), month=credit.month,
                                              last=credit.last_month))  # fmt: skip
    for payment in case.once:
        yield payment.name, speech.say(Message("{usd}, once, in month {month}",
                                               usd=between(payment.usd, "USD", speech),
                                               month=payment.month))  # fmt: skip


def _rules(case: Case, speech: Speech) -> Iterator[tuple[str, ...]]:
    for one in case.rules:
        yield (speech.say(one.title), between(one.usd, "USD", speech), between(one.months, "", speech), one.source)
