"""The verdict on a scenario, short enough for a card: may its best option be sold, is it ahead of the simple ones?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from engine.analytics.criteria import MONTH
from engine.analytics.portfolio import Standing
from engine.messages import Message
from engine.reports.recommendation import cost_of_training_again, why_excluded
from engine.reports.speech import Speech

State = Literal["sell", "train_again", "generated", "misses", "open"]


@dataclass(frozen=True)
class Verdict:
    """One state and the sentences that say why; amounts in them are written in the reader's language."""

    state: State
    """"sell" as it is; "train_again" on licensed data; "generated": shown on generated data only; "misses" a limit;
    "open": nothing is measured."""
    sentences: tuple[Message, ...]


OPEN = Verdict("open", ())


def verdict(standing: Standing, speech: Speech) -> Verdict:
    """Return the verdict on a scenario that was decided."""
    found, beside = standing.answered, _beside_simple(standing, speech)
    lead, near = found.decision.lead, found.decision.nearest
    if lead is None:
        reasons = [why_excluded(b, found, speech) for b in near.breaches] if near else []
        first = beside if beside is not None else Message("Measured, but no option holds the limits.")
        return Verdict("misses", (first, *reasons))
    ahead = (beside,) if beside is not None else ()
    if found.decision.verdict == "use":
        month = lead.measures.get(MONTH)
        if month is None:
            return Verdict("sell", (Message("It holds every limit."), *ahead))
        cost = speech.write(month.value, "USD")
        return Verdict("sell", (Message("It holds every limit, for {cost} a month all in.", cost=cost), *ahead))
    cost_again = cost_of_training_again(found, speech)
    if lead.synthetic:
        text = Message(
            "Shown on generated data only. Train it on real, licensed data before selling, at {cost}.", cost=cost_again
        )
        return Verdict("generated", (text, *ahead))
    text = Message("Good enough to sell after training on licensed data, at {cost}.", cost=cost_again)
    return Verdict("train_again", (text, *ahead))


def _beside_simple(standing: Standing, speech: Speech) -> Message | None:
    """Return whether the option is better than the simplest recipes beyond its interval; None: nothing to compare."""
    facts = standing.facts
    if facts is None or facts.baseline is None:
        return None
    values = {
        "mine": speech.write(facts.quality.value, "share"), "theirs": speech.write(facts.baseline.value, "share"),
    }  # fmt: skip
    if facts.quality.low > facts.baseline.value:
        return Message("Ahead of the simple recipes: {mine} against {theirs}.", **values)
    if facts.quality.high < facts.baseline.value:
        return Message("Behind the simple recipes: {mine} against {theirs}.", **values)
    return Message("Not clearly better than the simple recipes: {mine} against {theirs}.", **values)
