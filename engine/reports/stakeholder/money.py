"""Blocks about money: building beside buying as the load grows, and where a month's money goes."""

from __future__ import annotations

from collections.abc import Iterator

from engine.analytics.costed import Costs, Step
from engine.analytics.question import Answered
from engine.economics.figure import Figure
from engine.messages import Message
from engine.reports.speech import Speech
from engine.reports.stakeholder.document import Bars, Block, Series, Table

PARTS = {
    "serving": Message("Serving"),
    "training": Message("Training runs"),
    "people": Message("People"),
    "labels": Message("Labels"),
}
HEAD = (
    Message("Predictions a month"),
    Message("Build, a month"),
    Message("Buy, a month"),
    Message("Build, per 1,000"),
)


def money(found: Answered, speech: Speech) -> Iterator[Block]:
    """Yield what the first option costs at each size of the load; nothing where it was bought or nothing holds."""
    lead = found.decision.lead
    costs = found.costs.get(lead.id) if lead else None
    if costs is None:
        return
    title = Message("Building, beside buying the same answers of {model}", model=found.question.choices.hosted.model)
    yield Table(speech.say(title), tuple(map(speech.say, HEAD)), tuple(_size(s, speech) for s in costs.steps))
    yield _parts(costs, speech)


def _size(step: Step, speech: Speech) -> tuple[str, ...]:
    volume = speech.write(round(step.load.predictions_month), "")
    return (volume, *(figure(f, speech) for f in (step.build, step.buy, step.per_1000)))


def figure(found: Figure, speech: Speech) -> str:
    """Return a figure with its range on one line."""
    value, low, high = (speech.write(v, found.unit) for v in (found.value, found.low, found.high))
    return value if low == high else speech.say(Message("{value} ({low} to {high})", value=value, low=low, high=high))


def _parts(costs: Costs, speech: Speech) -> Bars:
    parts = costs.now.parts
    return Bars(
        title=speech.say(Message("Where the money of a month goes")),
        axis=speech.say(Message("US$ a month")),
        names=tuple(speech.say(PARTS.get(name, name)) for name in parts),
        series=(
            Series(
                speech.say(Message("Now")),
                tuple(f.value for f in parts.values()),
                tuple(speech.write(f.value, f.unit) for f in parts.values()),
            ),
        ),
    )
