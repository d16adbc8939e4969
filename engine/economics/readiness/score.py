"""Scores from 0 to 100, each with what it rests on, what is not known, and what would raise it.

A score is a range: what is not known counts nothing at its low end and fully at its high end, and half in between.
So evidence narrows it, and where there is no evidence there is no score.
"""

from __future__ import annotations

from dataclasses import dataclass

from engine.economics.readiness.challenges import CHALLENGES, Challenge
from engine.economics.readiness.evidence import Criterion, Facts, Found, Kind
from engine.messages import Message


@dataclass(frozen=True)
class Evidence:
    """One criterion and what is known about it."""

    criterion: Criterion
    found: Found | None

    @property
    def points(self) -> float | None:
        """What it brought, of `criterion.points`; None: not known."""
        return None if self.found is None else self.found.share * self.criterion.points

    @property
    def kind(self) -> Kind | None:
        return self.found.kind if self.found else None


@dataclass(frozen=True)
class Step:
    """One thing to do, and how many points it brings at most."""

    challenge: str
    criterion: str
    words: Message
    points: float
    known: bool
    """False: the points may be there already, only nobody knows."""


@dataclass(frozen=True)
class Score:
    """How ready the start-up is for one challenge. 0 ≤ low ≤ value ≤ high ≤ 100."""

    challenge: Challenge
    evidence: tuple[Evidence, ...]

    @property
    def known(self) -> tuple[Evidence, ...]:
        return tuple(e for e in self.evidence if e.found is not None)

    @property
    def unknown(self) -> tuple[Evidence, ...]:
        return tuple(e for e in self.evidence if e.found is None)

    @property
    def low(self) -> float:
        """The score if everything that is not known were missing."""
        return sum(e.points for e in self.evidence if e.points is not None)

    @property
    def high(self) -> float:
        """The score if everything that is not known were there."""
        return min(100.0, self.low + sum(e.criterion.points for e in self.unknown))

    @property
    def value(self) -> float | None:
        """Halfway between the ends; None while nothing at all is known."""
        return (self.low + self.high) / 2 if self.known else None

    @property
    def steps(self) -> tuple[Step, ...]:
        """Return what would raise it, the most points first."""
        found = [
            Step(self.challenge.name, e.criterion.id, e.criterion.step, left, e.found is not None)
            for e in self.evidence
            if (left := e.criterion.points - (e.points or 0.0)) > 1e-9
        ]
        return tuple(sorted(found, key=lambda s: -s.points))


def scores(facts: Facts) -> dict[str, Score]:
    """Return the score of every challenge by its name, in the order of `CHALLENGES`."""
    return {
        name: Score(challenge, tuple(Evidence(c, c.judge(facts)) for c in challenge.criteria))
        for name, challenge in CHALLENGES.items()
    }


def next_steps(found: dict[str, Score], most: int = 3) -> tuple[Step, ...]:
    """Return the steps that bring the most points over all challenges."""
    everything = [step for score in found.values() for step in score.steps]
    return tuple(sorted(everything, key=lambda s: -s.points)[:most])
