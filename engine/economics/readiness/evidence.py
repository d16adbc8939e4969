"""What scores rest on: facts about a run, its data, the case and the answers; what one of them is worth."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

from engine.economics.readiness.questions import IMPLIED, QUESTIONS, Answers, checked
from engine.economics.readiness.rules import Compliance, Own, comply
from engine.messages import Message

Kind = Literal["measured", "answered", "assumed"]


@dataclass(frozen=True)
class Interval:
    """A measured quality and its 95% interval, higher being better."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class RunFacts:
    """What was measured of the run that would be sold; None: not known."""

    quality: Interval
    baseline: Interval | None
    """The best simple model on the same test part; None: there is none beside this run."""
    p95_ms: float | None
    exact: float | None
    """How sure it is that what is served equals what was trained: 1 proved, 0.5 after falling back, 0 not."""
    energy_kwh: float | None
    """Of training."""
    cheaper_equal: bool | None
    """Whether another run on the same test part is as good for less than half the energy."""
    test_rows: int = 0


@dataclass(frozen=True)
class DataFacts:
    """What the data card found; None: not known."""

    rows: int
    synthetic: bool
    commercial_use: bool | None
    licence: str
    personal: bool | None
    """Whether it holds data about people that anybody could read."""
    masked: bool = False
    """Whether what was found was taken out."""
    repeated: float | None = None
    """Share of rows that stand there more than once."""


@dataclass(frozen=True)
class CaseFacts:
    """What the business case comes to with the run; None: not known."""

    break_even_month: float | None = None
    """inf: never within the plan."""
    runway_months: float | None = None
    """How long cash lasts with the funding that is planned; inf: to the end of the plan."""
    name: Message | str = ""
    """What the case is called."""
    broke_share: float | None = None
    """Of the futures of the plan: those that run out of cash."""
    gross_margin: float | None = None
    """Of revenue, in the third year; None: nothing is sold by then."""
    builders: float | None = None
    """People who build that are paid by the end of the first year."""
    supporters: float | None = None
    """People in support and operations that are paid by then."""
    rules: frozenset[str] = frozenset()
    """The rules whose cost and time are in the plan."""


@dataclass(frozen=True)
class Facts:
    """Everything that is known about one scenario. Raises BadInput for an answer that does not exist."""

    scenario: str
    answers: Answers = field(default_factory=dict)
    run: RunFacts | None = None
    data: DataFacts | None = None
    case: CaseFacts | None = None
    own_rules: Mapping[str, Own] = field(default_factory=dict)
    """What the user entered about the cost and time of rules."""

    def __post_init__(self) -> None:
        checked(self.answers)

    @cached_property
    def known_answers(self) -> dict[str, tuple[str, Kind]]:
        """Question → answer and its kind: what was measured of the data comes first, what a scenario implies last."""
        found: dict[str, tuple[str, Kind]] = {q: (a, "assumed") for q, a in IMPLIED.get(self.scenario, {}).items()}
        found |= {q: (a, "answered") for q, a in self.answers.items()}
        if self.data and (self.data.personal or self.data.masked):
            found["personal_data"] = ("yes", "measured")
        return found

    @cached_property
    def compliance(self) -> Compliance:
        """The rules that apply, may apply and do not."""
        return comply(self.scenario, {q: a for q, (a, _) in self.known_answers.items()}, self.own_rules)


@dataclass(frozen=True)
class Found:
    """What one piece of evidence is worth."""

    share: float
    """Of its points, 0 to 1."""
    kind: Kind
    words: Message


@dataclass(frozen=True)
class Criterion:
    """One thing a score rests on."""

    id: str
    points: float
    """Of the 100 of its challenge."""
    title: Message
    step: Message
    """What would raise it."""
    judge: Callable[[Facts], Found | None]
    """None: nothing is known about it."""


HOW_FAR_SHARES = {"yes": 1.0, "partly": 0.5, "no": 0.0}


def asked(question: str, points: float, step: Message, shares: Mapping[str, float] = HOW_FAR_SHARES) -> Criterion:
    """Return the criterion that rests on an answer; `shares` gives answer → share of the points."""

    def judge(facts: Facts) -> Found | None:
        if question not in facts.known_answers:
            return None
        answer, kind = facts.known_answers[question]
        return Found(shares[answer], kind, QUESTIONS[question].choices[answer])

    return Criterion(question, points, QUESTIONS[question].text, step, judge)


def falling(value: float, best: float, worst: float) -> float:
    """Return 1 at `best` or below, 0 at `worst` or above, and a straight line between."""
    return min(1.0, max(0.0, (worst - value) / (worst - best)))
