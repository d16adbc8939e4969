"""Blocks about the cases: what each of them recommends, side by side, and what they assume differently."""

from __future__ import annotations

from collections.abc import Iterator

from engine.analytics.criteria import CASH, EVEN, MARGIN, MONTH, QUALITY
from engine.analytics.question import Answered
from engine.economics.decision.option import Option
from engine.messages import Message
from engine.reports.in_each_case import UNMOVED, lines, unmoved, verdict
from engine.reports.speech import Speech
from engine.reports.stakeholder.choice import DASH, excluded, held, test_quality
from engine.reports.stakeholder.document import Bars, Block, Bullets, Paragraph, Series, Table
from engine.reports.stakeholder.plan import as_assumed
from engine.reports.wording import of_hundred

FIGURES = (EVEN, CASH, MARGIN, MONTH)
"""What differs between cases."""
PROJECTED = Message("Projected: the likely future of each case with the option; quality is measured.")
MOST_OPTIONS = 6
"""In the picture: each has a bar a case."""


def in_each_case(found: Answered, speech: Speech) -> Iterator[Block]:
    """Yield whether the answer changes with the case, and each case beside the others; nothing for one case."""
    if not found.across:
        return
    yield Paragraph(speech.say(verdict(found)), lead=True)
    yield Bullets(tuple(speech.say(line) for line in lines(found, speech)))
    yield side_by_side(found, speech)
    yield Paragraph(speech.say(PROJECTED))
    if made := wins(found, speech):
        yield made
    if unmoved(found):
        yield Paragraph(speech.say(UNMOVED))


def side_by_side(found: Answered, speech: Speech) -> Table:
    """Return the option chosen in each case, or the nearest, and the one recommended, with what the case makes of it.

    An option is a run on a machine in a case.
    """
    quality = Message("{quantity}, test part", quantity=found.decision.criterion(QUALITY).title)
    titles = [found.decision.criterion(name).title for name in FIGURES]
    first, last = (Message("Case"), Message("Option"), Message("Place")), (Message("Predictions a month"), quality)
    rows = [_row(o, one, speech) for one in found.in_each for o in _looked_at(found, one)]
    title = Message("What each case chooses, and what it makes of the option recommended here")
    return Table(speech.say(title), tuple(map(speech.say, (*first, *titles, *last))), tuple(rows))


def _looked_at(found: Answered, there: Answered) -> list[Option]:
    """Return what a case chooses, or what is nearest to holding, and what is recommended, as it stands there."""
    mine, near = found.decision.lead, there.decision.nearest
    first = there.decision.lead or (near.option if near else None)
    known = {o.id: o for o in there.gathered.options}
    both = (first, known.get(mine.id) if mine else None)
    return list({o.id: o for o in both if o}.values())


def _row(option: Option, there: Answered, speech: Speech) -> tuple[str, ...]:
    decision, known = there.decision, option.measures
    load = speech.write(round(there.question.choices.load.predictions_month), "")
    figures = (speech.write(known[n].value, decision.criterion(n).unit) if n in known else DASH for n in FIGURES)
    return (
        speech.say(there.question.case_name), speech.say(option.name), speech.say(_place(option, there)), *figures,
        load, test_quality(there, option, speech),
    )  # fmt: skip


def _place(option: Option, there: Answered) -> Message:
    """Return which place an option has in a case."""
    ranked = there.decision.ranked
    for place, one in enumerate(ranked, 1):
        if one.option.id == option.id:
            return Message("{place} of {n}", place=place, n=len(ranked)) if one.on_front else Message("beaten")
    return Message("out")


def wins(found: Answered, speech: Speech) -> Bars | None:
    """Return how often each option would be chosen in each case if everything were measured again; None for one."""
    shares = [{r.option.id: r.by_measurements for r in one.decision.ranked} for one in found.in_each]
    names = {r.option.id: r.option.name for one in found.in_each for r in one.decision.ranked}
    often = {key: max(share.get(key, 0.0) for share in shares) for key in names}
    shown = sorted((key for key in names if often[key]), key=lambda key: -often[key])[:MOST_OPTIONS]
    if len(shown) < 2:
        return None
    return Bars(
        title=speech.say(Message("Which option is chosen in each case, of 100 repetitions of the measurements")),
        axis=speech.say(Message("Chosen, of 100")),
        names=tuple(speech.say(names[key]) for key in shown),
        series=tuple(
            Series(
                speech.say(one.question.case_name),
                tuple(100 * share.get(key, 0.0) for key in shown),
                tuple(str(of_hundred(share.get(key, 0.0))) for key in shown),
            )
            for one, share in zip(found.in_each, shares, strict=True)
        ),
    )


def options_there(there: Answered, speech: Speech) -> tuple[Block, ...]:
    """Return the options of a further case: those that hold its limits and those that do not, with the reasons."""
    return (*held(there, speech), *excluded(there, speech))


def assumed_otherwise(found: Answered, speech: Speech) -> Iterator[Block]:
    """Yield what the further cases assume otherwise than the first, side by side; nothing where they do not."""
    each = [one.question for one in found.in_each if one.question.case]
    said = [as_assumed(one.case, speech) for one in each if one.case]
    names = dict.fromkeys(name for one in said for name in one)
    rows = [(name, *(one.get(name, DASH) for one in said)) for name in names]
    rows = [row for row in rows if len(set(row[1:])) > 1]
    if rows:
        title = Message("What the cases assume differently")
        head = (speech.say(Message("Assumption")), *(speech.say(one.case_name) for one in each))
        yield Table(speech.say(title), head, tuple(rows))
