"""Does the answer change with the business case? In plain words: what each case recommends, and how the choice fares.

A case is not chosen, it comes about. So options of different cases are never scored against one another: the same
limits and weights decide in each case alone, and what is said here is in which of them the choice is the same.
"""

from __future__ import annotations

from collections.abc import Iterator

from engine.analytics.criteria import CASH, EVEN, MONTH, OF_THE_CASE
from engine.analytics.question import Answered
from engine.economics.business.assumptions import MONTHS
from engine.economics.decision.option import Option
from engine.messages import Message
from engine.reports.recommendation import why_excluded
from engine.reports.speech import Speech

UNMOVED = Message(
    "No limit set here rests on the case, and what counts is the same in all of them. Set a budget, a month to break "
    "even by or months of cash, and the answer may change."
)


def verdict(found: Answered) -> Message:
    """Return in one sentence whether the answer is the same in every case."""
    each, n = found.in_each, len(found.in_each)
    chosen = [one for one in each if one.decision.lead]
    if not chosen:
        return Message("No option holds the limits in any of the {n} cases.", n=n)
    if found.decision.lead is None:
        return Message("The answer changes with the case: in {m} of {n} cases an option holds the limits.",
                       m=len(chosen), n=n)  # fmt: skip
    if all(same_answer(found, one) for one in each):
        return Message("The answer is the same in all {n} cases.", n=n)
    if all(same_run(found, one) for one in each):
        return Message("The same run is chosen in all {n} cases, not always on the same machine.", n=n)
    same = sum(same_run(found, one) for one in each)
    return Message("The answer changes with the case: {same} of {n} cases choose this run.", same=same, n=n)


def same_answer(found: Answered, other: Answered) -> bool:
    """Return whether two cases choose the same run on the same machine, to the same end; nothing is no answer."""
    mine, theirs = found.decision.lead, other.decision.lead
    return same_run(found, other) and mine is not None and theirs is not None and mine.id == theirs.id


def same_run(found: Answered, other: Answered) -> bool:
    """Return whether two cases choose the same run, to use or to train again in both; nothing is no run."""
    return bool(found.run_id) and (found.run_id, found.decision.verdict) == (other.run_id, other.decision.verdict)


def changes(found: Answered) -> bool:
    """Return whether another run, or none, is chosen in some case."""
    return any(one.decision.lead for one in found.in_each) and not all(same_run(found, one) for one in found.in_each)


def unmoved(found: Answered) -> bool:
    """Return whether no limit that rests on the case is set and the answer is the same, as it then has to be."""
    asked = found.question.limits.bounds.keys()
    return not asked & {MONTH, *OF_THE_CASE} and all(same_answer(found, one) for one in found.across)


def lines(found: Answered, speech: Speech) -> tuple[Message, ...]:
    """Return what the recommendation rests on, then a sentence or two for each further case; none without one."""
    if not found.across:
        return ()
    rests = Message("The recommendation rests on the case {case}, in month {month}; the same limits and weights hold "
                    "in every case.", case=found.question.case_name, month=found.question.month)  # fmt: skip
    return (rests, *(line for one in found.across for line in _lines(found, one, speech)))


def recorded(found: Answered, speech: Speech) -> tuple[Message, ...]:
    """Return everything that is said of the cases, the verdict first; nothing where there is only one."""
    return (verdict(found), *lines(found, speech)) if found.across else ()


def _lines(found: Answered, there: Answered, speech: Speech) -> Iterator[Message]:
    """Yield what is chosen in another case, and how the recommended option does there."""
    case, lead, near = there.question.case_name, there.decision.lead, there.decision.nearest
    if lead is not None and same_answer(found, there):
        yield _the_same(lead, there, speech)
        return
    if lead is not None and same_run(found, there):
        machine = there.pricing.instance.id
        yield Message("In the case {case} the same run is chosen, on {machine}.", case=case, machine=machine)
    elif lead is not None and there.decision.verdict == "train_again":
        yield Message("In the case {case} {option} is chosen, to be trained again on licensed data before selling.",
                      case=case, option=lead.name)  # fmt: skip
    elif lead is not None:
        yield Message("In the case {case} {option} is chosen.", case=case, option=lead.name)
    elif near is not None:
        yield Message("In the case {case} no option holds the limits; the nearest is {option}.", case=case,
                      option=near.option.name)  # fmt: skip
    if found.decision.lead is not None:
        yield fares(found.decision.lead, there, speech)


def _the_same(option: Option, there: Answered, speech: Speech) -> Message:
    """Return that a case chooses the same option, and what it comes to there."""
    case, known = there.question.case_name, option.measures
    if not {EVEN, CASH} <= known.keys():
        return Message("In the case {case} the choice is the same.", case=case)
    even, cash = (speech.write(known[n].value, there.decision.criterion(n).unit) for n in (EVEN, CASH))
    if known[EVEN].value > MONTHS:
        return Message("In the case {case} the choice is the same; it does not break even in {n} months, and cash "
                       "lasts {cash}.", case=case, n=MONTHS, cash=cash)  # fmt: skip
    return Message("In the case {case} the choice is the same; it breaks even in {month}, and cash lasts {cash}.",
                   case=case, month=even, cash=cash)  # fmt: skip


def fares(option: Option, there: Answered, speech: Speech) -> Message:
    """Return how an option does in another case: out and why, beaten, or its place."""
    case = there.question.case_name
    out = next((e for e in there.decision.excluded if e.option.id == option.id), None)
    if out is not None:
        reason = why_excluded(out.breaches[0], there, speech)
        return Message("In the case {case} the option recommended here is out: {reason}", case=case, reason=reason)
    ranked = there.decision.ranked
    place, there_too = next((i, r) for i, r in enumerate(ranked, 1) if r.option.id == option.id)
    if not there_too.on_front:
        return Message("In the case {case} the option recommended here holds the limits; another beats it in "
                       "everything.", case=case)  # fmt: skip
    return Message("In the case {case} the option recommended here holds the limits and comes {place} of {n}.",
                   case=case, place=place, n=len(ranked))  # fmt: skip
