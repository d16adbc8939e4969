"""Which rules a start-up meets, by its answers, and what meeting them costs and how long it takes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Literal

from engine.economics.figure import Figure, Kind, Source, weakest
from engine.economics.regulations import Rule, Span, regulations
from engine.messages import Message

Status = Literal["applies", "open", "not"]


@dataclass(frozen=True)
class Own:
    """What somebody entered about a rule, in place of the catalogue's; None: the catalogue's stays."""

    cost: Span | None = None
    """USD."""
    months: Span | None = None


@dataclass(frozen=True)
class Met:
    """One rule of the catalogue against the answers."""

    rule: Rule
    status: Status
    unanswered: tuple[str, ...]
    """The questions that decide an open one."""
    cost: Span | None
    months: Span | None
    own: bool = False
    """Whether a figure is the user's own."""

    def due_in_months(self, today: date) -> float:
        """Return how many months are left until it applies, 0 when it does."""
        return max(0.0, (self.rule.applies_from - today).days / 30.4375)


@dataclass(frozen=True)
class Compliance:
    """All rules against the answers."""

    met: tuple[Met, ...]

    def having(self, status: Status) -> tuple[Met, ...]:
        """Return the rules of one status."""
        return tuple(m for m in self.met if m.status == status)

    @cached_property
    def applying(self) -> tuple[Met, ...]:
        return self.having("applies")

    @property
    def without_cost(self) -> tuple[Met, ...]:
        """The rules that apply and whose cost nobody has given."""
        return tuple(m for m in self.applying if m.cost is None)

    @property
    def without_months(self) -> tuple[Met, ...]:
        """The rules that have to be met before selling and whose time nobody has given."""
        return tuple(m for m in self.applying if m.rule.before_sale and m.months is None)

    def cost(self) -> Figure | None:
        """Return the USD, once, of every rule that applies and has a cost; None when none has.

        Low, likely and high are summed each for itself: the range holds if all are cheap or all are dear at once.
        """
        spans = [(m, m.cost) for m in self.applying if m.cost]
        if not spans:
            return None
        costs = [span for _, span in spans]
        return Figure(
            value=sum(c.middle for c in costs),
            unit="USD",
            kind=_kind(spans),
            low=sum(c.low for c in costs),
            high=sum(c.high for c in costs),
            formula=Message("The sum over {n} rules; without a likely value the middle is taken.", n=len(costs)),
            sources=tuple(c.source for c in costs),
        )

    def delay(self, today: date) -> Figure | None:
        """Return the months until it may be sold: the longest of the rules that have to be met before; None: no rule.

        Rules are worked on side by side. One that does not apply yet does not hold up a sale today.
        """
        spans = [(m, m.months) for m in self.applying if m.months and m.rule.before_sale and not m.due_in_months(today)]
        if not spans:
            return None
        months = [span for _, span in spans]
        return Figure(
            value=max(m.middle for m in months),
            unit="months",
            kind=_kind(spans),
            low=max(m.low for m in months),
            high=max(m.high for m in months),
            formula=Message("The longest of {n} rules, worked on side by side.", n=len(months)),
            sources=tuple(m.source for m in months),
        )

    def sources(self) -> tuple[Source, ...]:
        """Return where every rule that applies is written down."""
        return tuple(m.rule.source for m in self.applying)


def comply(scenario: str, answers: Mapping[str, str], own: Mapping[str, Own]) -> Compliance:
    """Return every rule of the catalogue against `answers` (question → answer); `own` is by rule."""
    return Compliance(tuple(_met(rule, scenario, answers, own.get(rule.id)) for rule in regulations().values()))


def _met(rule: Rule, scenario: str, answers: Mapping[str, str], own: Own | None) -> Met:
    status, open_ = _status(rule, scenario, answers)
    mine = own or Own()
    return Met(rule, status, open_, mine.cost or rule.cost, mine.months or rule.months, bool(mine.cost or mine.months))


def _status(rule: Rule, scenario: str, answers: Mapping[str, str]) -> tuple[Status, tuple[str, ...]]:
    wrong = any(answers.get(question, wanted) != wanted for question, wanted in rule.answers.items())
    if wrong or (rule.scenarios and scenario not in rule.scenarios):
        return "not", ()
    unanswered = tuple(question for question in rule.answers if question not in answers)
    return ("open", unanswered) if unanswered else ("applies", ())


def _kind(spans: list[tuple[Met, Span]]) -> Kind:
    return weakest("assumed" if met.own else "projected" for met, _ in spans)
