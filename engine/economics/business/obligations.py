"""Rules that a plan meets: what each costs over the months it takes, and the launch that waits for those before a sale.

What a rule costs is spread evenly over its months, from the first month of the plan on. Rules are worked on side by
side, so that the longest of those that have to be met before a sale, and are in force by then, sets the launch.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from engine.economics.business.assumptions import MONTHS, MOST_USD
from engine.economics.business.spread import Array, Spread, within
from engine.economics.regulations import Rule, regulation
from engine.errors import BadInput
from engine.messages import Message

if TYPE_CHECKING:
    from engine.economics.business.case import Case
    from engine.economics.business.draws import Draws

LONGEST_SOURCE = 300


@dataclass(frozen=True)
class Obligation:
    """One rule as the plan has it. Raises BadInput naming the rule and the field at fault."""

    rule: str
    """A rule of the catalogue."""
    usd: Spread
    """Once."""
    months: Spread
    """Until it is met; 0: it is paid in the first month."""
    source: str
    """Where cost and months come from: web addresses, an offer, a contract."""

    def __post_init__(self) -> None:
        name = regulation(self.rule).title
        within(Message("The cost of {name}", name=name), self.usd, 0, MOST_USD)
        within(Message("The months of {name}", name=name), self.months, 0, MONTHS)
        if not self.source.strip():
            raise BadInput("The figures of {name} have no source; say where they come from, a web address or an offer.",
                           name=name)  # fmt: skip
        if len(self.source) > LONGEST_SOURCE:
            raise BadInput("The source of {name} has {n} letters; say it in at most {most}.",
                           name=name, n=len(self.source), most=LONGEST_SOURCE)  # fmt: skip

    @property
    def of(self) -> Rule:
        return regulation(self.rule)

    @property
    def title(self) -> Message:
        return self.of.title


def held_up(case: Case) -> dict[int, Obligation]:
    """Return by their place the rules without which nothing may be sold in the month the launch is planned for."""
    planned = str(np.datetime64(case.start, "M") + (int(case.likely("launch")) - 1))
    return {i: o for i, o in enumerate(case.rules) if o.of.before_sale and o.of.applies_from.isoformat()[:7] <= planned}


def launch(case: Case, draws: Draws) -> Array:
    """Return the month of the launch, from 1: as planned, or the one after the rules before it are met; (futures,)."""
    waits = [np.ceil(draws[months_key(i)]) + 1 for i in held_up(case)]
    found = np.array([case.likely("launch")])
    for wait in waits:
        found = np.maximum(found, wait)
    return found


def likely_launch(case: Case) -> int:
    """Return the month of the launch, from 1, if everything takes as long as it most likely does."""
    waits = [int(np.ceil(o.months.likely)) + 1 for o in held_up(case).values()]
    return max([int(case.likely("launch")), *waits])


def waits(case: Case) -> Message | None:
    """Return what holds the launch up, and until when; None where it comes as planned."""
    planned, month = int(case.likely("launch")), likely_launch(case)
    longest = max(held_up(case).values(), key=lambda o: o.months.likely, default=None)
    if longest is None or month <= planned:
        return None
    return Message("Launch in month {month} instead of {planned}: {name} has to be met before.",
                   month=month, planned=planned, name=longest.title)  # fmt: skip


def outlays(case: Case, draws: Draws) -> Array:
    """Return USD that rules cost, (months, futures) or (months, 1) where every future agrees."""
    found = np.zeros((MONTHS, 1))
    for i in range(len(case.rules)):
        lasts = np.maximum(draws[months_key(i)], 1.0)
        share = np.clip(lasts[None, :] - np.arange(MONTHS)[:, None], 0, 1) / lasts
        found = found + share * draws[usd_key(i)]
    return found


def spreads(case: Case) -> dict[str, Spread]:
    """Return what rules cost and take, by the keys under which a future draws them."""
    found: dict[str, Spread] = {}
    for i, one in enumerate(case.rules):
        found |= {usd_key(i): one.usd, months_key(i): one.months}
    return found


def usd_key(place: int) -> str:
    return f"rules.{place}.usd"


def months_key(place: int) -> str:
    return f"rules.{place}.months"
