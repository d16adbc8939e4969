"""From the rules that apply to a plan: what each costs and takes, with its source, and which nobody has priced."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from engine.economics.business.obligations import Obligation
from engine.economics.business.spread import Spread, certain
from engine.economics.readiness.rules import Compliance, Met
from engine.economics.regulations import Span
from engine.errors import BadInput


@dataclass(frozen=True)
class Planned:
    """The rules that apply, as a plan can take them."""

    priced: tuple[Obligation, ...]
    asked: tuple[Met, ...]
    """Those whose cost, or time before a sale, nobody has published: somebody has to enter it."""


def planned(found: Compliance) -> Planned:
    """Return the rules that apply as rows of a plan."""
    priced, asked = [], []
    for met in found.applying:
        if lacks(met):
            asked.append(met)
        else:
            priced.append(obligation(met))
    return Planned(tuple(priced), tuple(asked))


def lacks(met: Met) -> bool:
    """Return whether a plan cannot take the rule as it is known."""
    return met.cost is None or (met.rule.before_sale and met.months is None)


def obligation(met: Met) -> Obligation:
    """Return a rule with its figures of the catalogue, or of the user's own. Raises BadInput where they are missing.

    A rule that does not hold up a sale and whose time nobody has given is paid in the first month.
    """
    if met.cost is None:
        raise BadInput("Nobody has published what {name} costs; ask for an offer and enter low, likely and high.",
                       name=met.rule.title)  # fmt: skip
    if met.months is None and met.rule.before_sale:
        raise BadInput("Nobody has published how long {name} takes; ask for it and enter low, likely and high.",
                       name=met.rule.title)  # fmt: skip
    months = spread(met.months) if met.months else certain(0.0)
    return Obligation(met.rule.id, spread(met.cost), months, sources(span for span in (met.cost, met.months) if span))


def spread(span: Span) -> Spread:
    """Return a published range as an assumption; without a likely value it is the middle."""
    return Spread(span.low, span.middle, span.high)


def sources(spans: Iterable[Span]) -> str:
    """Return where ranges come from and when they held, each once."""
    said = (f"{s.source.where} ({s.source.as_of})" if s.source.as_of else s.source.where for s in spans)
    return ", ".join(dict.fromkeys(said))
