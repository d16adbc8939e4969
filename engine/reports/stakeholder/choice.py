"""Blocks about the choice: the figures of the first option, how firm it is, every option, and those left out."""

from __future__ import annotations

from collections.abc import Iterator

from engine.analytics.criteria import CARBON, COST, LATENCY, MONTH, OF_THE_CASE, QUALITY
from engine.analytics.question import Answered
from engine.economics.decision.decide import Ranked
from engine.economics.decision.option import Criterion, Option
from engine.economics.figure import Kind
from engine.jobs.bought import RECIPE as BOUGHT
from engine.messages import Message
from engine.reports.recommendation import answer_in_words, recommend, why_excluded
from engine.reports.speech import Speech
from engine.reports.stakeholder.document import Bars, Block, Bullets, Point, Points, Series, Stat, Stats, Table
from engine.reports.wording import of_hundred
from engine.scenarios import SCENARIOS

KINDS = {
    "measured": Message("measured"),
    "projected": Message("projected"),
    "assumed": Message("assumed"),
}
SHOWN = (COST, LATENCY, MONTH, CARBON, *OF_THE_CASE)
"""What stands beside quality."""
MOST_ROWS = 20
"""A board reads no longer table; the page has them all."""
MOST_BARS = 8
DASH = "–"


def summary(found: Answered, speech: Speech) -> Iterator[Block]:
    """Yield the figures of the option that comes first; where none does, what is the nearest."""
    lead = found.decision.lead
    if lead is None:
        yield Bullets(tuple(speech.say(line) for line in recommend(found, speech).why))
        return
    row = found.rows[lead.id]
    rows = speech.write(float(row["test_rows"]), "")
    answer = answer_in_words(row, found.question.scenario, speech)
    shown = Message("{answer}; {rows} rows", answer=answer, rows=rows)
    quality = Message("{quantity}, test part", quantity=found.decision.criterion(QUALITY).title)
    stats = [_stat(speech, quality, test_quality(found, lead, speech), "measured", speech.say(shown))]
    for name in SHOWN:
        if name in lead.measures:
            criterion = found.decision.criterion(name)
            value = speech.write(lead.measures[name].value, criterion.unit)
            note = _range(criterion, lead, speech)
            stats.append(_stat(speech, criterion.title, value, kind_of(name, found), note))
    yield Stats(tuple(stats))


def kind_of(name: str, found: Answered) -> Kind:
    """Return how the first option's figure came about."""
    lead, row = found.decision.lead, found.lead
    if lead is None or row is None:
        return "assumed"
    if name == MONTH:
        return found.costs[lead.id].now.build.kind if lead.id in found.costs else "projected"
    if name == LATENCY or row["recipe"] == BOUGHT:
        return "measured"
    return "projected"


def _stat(speech: Speech, label: Message, value: str, kind: str, note: str) -> Stat:
    return Stat(speech.say(label), value, speech.say(KINDS[kind]), note)


def _range(criterion: Criterion, option: Option, speech: Speech) -> str:
    measure = option.measures[criterion.name]
    if measure.high <= measure.low:
        return ""
    low, high = (speech.write(end, criterion.unit) for end in (measure.low, measure.high))
    return speech.say(Message("{low} to {high}", low=low, high=high))


def test_quality(found: Answered, option: Option, speech: Speech) -> str:
    """Return the quality on the test part, which nothing was chosen by, as written."""
    value = found.rows[option.id].get(SCENARIOS[found.question.scenario].quality)
    known = value is not None and value == value
    return speech.write(float(str(value)), found.decision.criterion(QUALITY).unit) if known else DASH


def stability(found: Answered, speech: Speech) -> Iterator[Block]:
    """Yield how often each option wins, as bars; nothing where there is no other."""
    shown = [r for r in found.decision.ranked if r.on_front or r.by_measurements > 0][:MOST_BARS]
    if len(shown) < 2:
        return
    kinds = (
        (Message("Over all weightings"), [r.by_weightings for r in shown]),
        (Message("If measured again"), [r.by_measurements for r in shown]),
    )
    yield Bars(
        title=speech.say(Message("How often each option wins, of 100")),
        axis=speech.say(Message("Wins of 100")),
        names=tuple(speech.say(r.option.name) for r in shown),
        series=tuple(
            Series(speech.say(name), tuple(100 * v for v in values), tuple(str(of_hundred(v)) for v in values))
            for name, values in kinds
        ),
    )


def options(found: Answered, speech: Speech) -> Iterator[Block]:
    """Yield the table of options that hold, and the picture of quality against cost."""
    yield from held(found, speech)
    yield from _picture(found, speech)


def held(found: Answered, speech: Speech) -> Iterator[Block]:
    """Yield the table of options that hold every limit; nothing where none does."""
    decision = found.decision
    asked = {*decision.weights, *decision.limits.bounds, *(OF_THE_CASE if found.question.case else ())}
    counted = [c for c in decision.criteria if c.name in asked]
    quality = decision.criterion(QUALITY).title
    head = [Message("Option"), Message("{quantity}, test part", quantity=quality)]
    head += [
        Message("{quantity}, validation part", quantity=quality) if c.name == QUALITY else c.title for c in counted
    ]
    rows = [_row(r, counted, found, speech) for r in decision.ranked[:MOST_ROWS]]
    if rows:
        title = Message("Options that hold every limit, the best first")
        yield Table(speech.say(title), (*map(speech.say, head), speech.say(Message("Score"))), tuple(rows))


def _row(ranked: Ranked, counted: list[Criterion], found: Answered, speech: Speech) -> tuple[str, ...]:
    option, known = ranked.option, ranked.option.measures
    cells = [speech.write(known[c.name].value, c.unit) if c.name in known else DASH for c in counted]
    score = speech.write(ranked.score, "share") if ranked.score is not None else speech.say(Message("beaten"))
    return (speech.say(option.name), test_quality(found, option, speech), *cells, score)


def _picture(found: Answered, speech: Speech) -> Iterator[Block]:
    quality, cost = (found.decision.criterion(n) for n in (QUALITY, COST))
    points = [_point(r, quality, cost, speech, lead=i == 0) for i, r in enumerate(found.decision.ranked[:MOST_ROWS])
              if {COST, QUALITY} <= {*r.option.measures}]  # fmt: skip
    if len(points) > 1:
        title = Message("Quality on the validation part against cost; the chosen one in colour")
        across = Message("Cost per 1,000 predictions (US$)")
        yield Points(speech.say(title), speech.say(across), speech.say(quality.title), tuple(points))


def _point(ranked: Ranked, quality: Criterion, cost: Criterion, speech: Speech, *, lead: bool) -> Point:
    across, up = (ranked.option.measures[c.name] for c in (cost, quality))
    return Point(
        name=speech.say(ranked.option.name), x=across.value, y=up.value, y_low=up.low, y_high=up.high,
        x_text=speech.write(across.value, cost.unit), y_text=speech.write(up.value, quality.unit), lead=lead,
        front=ranked.on_front,
    )  # fmt: skip


def excluded(found: Answered, speech: Speech) -> Iterator[Block]:
    """Yield the options that were left out, each with its reasons."""
    rows = tuple(
        (speech.say(e.option.name), " ".join(speech.say(why_excluded(b, found, speech)) for b in e.breaches))
        for e in found.decision.excluded[:MOST_ROWS]
    )
    if rows:
        yield Table("", (speech.say(Message("Option")), speech.say(Message("Why it is out"))), rows)
