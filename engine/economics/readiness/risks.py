"""The register of risks: those that follow from the evidence, and those that people add."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from engine.economics.readiness.evidence import Facts
from engine.economics.readiness.measured import OFTEN_BROKE
from engine.errors import BadInput
from engine.messages import Message

LEVELS = (1, 2, 3, 4, 5)
LIKELIHOODS = {
    1: Message("very unlikely"), 2: Message("unlikely"), 3: Message("possible"), 4: Message("likely"),
    5: Message("almost certain"),
}  # fmt: skip
IMPACTS = {
    1: Message("hardly felt"), 2: Message("small"), 3: Message("serious"), 4: Message("severe"), 5: Message("fatal"),
}  # fmt: skip
MOST_LETTERS = 300


@dataclass(frozen=True)
class Risk:
    """Something that may go wrong. Raises BadInput naming the field at fault."""

    id: str
    """The kind of one that follows from evidence; otherwise an id of its own."""
    title: Message | str
    likelihood: int
    """1 to 5, a key of `LIKELIHOODS`."""
    impact: int
    """1 to 5, a key of `IMPACTS`."""
    owner: str = ""
    why: Message | None = None
    """What it follows from; None: somebody added it."""
    plan: str = ""
    """What is done against it."""

    def __post_init__(self) -> None:
        if isinstance(self.title, str) and not self.title.strip():
            raise BadInput("The risk has no name; say in a few words what may go wrong.")
        for text in (self.title, self.owner, self.plan):
            if isinstance(text, str) and len(text) > MOST_LETTERS:
                raise BadInput(
                    "{text}… has {n} letters; say it in at most {most}.", text=text[:40], n=len(text), most=MOST_LETTERS
                )
        for name, value in (("likelihood", self.likelihood), ("impact", self.impact)):
            if isinstance(value, bool) or value not in LEVELS:
                raise BadInput("The {name} is {value}; give a whole number from 1 to 5.", name=name, value=str(value))

    @property
    def severity(self) -> int:
        """Likelihood times impact, 1 to 25."""
        return self.likelihood * self.impact


Derive = Callable[[Facts], tuple[int, int, Message, Message] | None]
"""Facts → (likelihood, impact, title, why), or None where the evidence does not speak of it."""


def _no_better(facts: Facts) -> tuple[int, int, Message, Message] | None:
    run = facts.run
    if run is None or run.baseline is None or run.quality.low > run.baseline.high:
        return None
    likely = 4 if run.quality.value <= run.baseline.value else 3
    why = Message("{mine:.3f} against {base:.3f} of the simple model", mine=run.quality.value, base=run.baseline.value)
    return likely, 4, Message("The model is no better than a simple one"), why


def _late(facts: Facts) -> tuple[int, int, Message, Message] | None:
    promise, run = facts.answers.get("promise_ms"), facts.run
    if promise is None or run is None or run.p95_ms is None or run.p95_ms <= float(promise):
        return None
    why = Message("{took:.1f} ms of {promised:.0f} ms", took=run.p95_ms, promised=float(promise))
    return 4, 3, Message("Answers come later than promised"), why


def _not_sold(facts: Facts) -> tuple[int, int, Message, Message] | None:
    if facts.data is None or facts.data.commercial_use is not False:
        return None
    why = Message("The licence ({licence}) forbids commercial use", licence=facts.data.licence or Message("not named"))
    return 5, 5, Message("The model may not be sold with this data"), why


def _made_up(facts: Facts) -> tuple[int, int, Message, Message] | None:
    if facts.data is None or not facts.data.synthetic:
        return None
    return 4, 4, Message("Real data brings other figures"), Message("The data was made by a program")


def _people(facts: Facts) -> tuple[int, int, Message, Message] | None:
    if facts.data is None or not facts.data.personal:
        return None
    return 3, 4, Message("Data about people gets out"), Message("Data about people was found and is still there")


def _one_person(facts: Facts) -> tuple[int, int, Message, Message] | None:
    answer = facts.answers.get("engineers")
    if answer not in {"none", "one"}:
        return None
    why = (
        Message("Nobody can train and run the model")
        if answer == "none"
        else Message("One person can train and run it")
    )
    return (4 if answer == "none" else 3), 4, Message("Nobody can keep the model running"), why


def _nobody_pays(facts: Facts) -> tuple[int, int, Message, Message] | None:
    if facts.answers.get("pilots") not in {"none", "free"}:
        return None
    likely = 4 if facts.answers["pilots"] == "none" else 3
    return likely, 5, Message("Nobody pays for it"), Message("No customer pays yet")


def _drift(facts: Facts) -> tuple[int, int, Message, Message] | None:
    if facts.answers.get("monitoring") not in {"no", "partly"}:
        return None
    why = Message("It is not watched whether answers stay good")
    return 3, 3, Message("Answers get worse and nobody notices"), why


def _cash(facts: Facts) -> tuple[int, int, Message, Message] | None:
    if facts.case is None:
        return None
    months, share = facts.case.runway_months, facts.case.broke_share
    if months is not None and months < 12:
        why = Message("{months:.0f} months of cash", months=months)
        return (4 if months < 6 else 3), 5, Message("Cash runs out"), why
    if share is not None and share >= OFTEN_BROKE / 2:
        why = Message("{share:.0%} of futures run out of cash", share=share)
        return (4 if share >= OFTEN_BROKE else 3), 5, Message("Cash runs out"), why
    return None


def _held_up(facts: Facts) -> tuple[int, int, Message, Message] | None:
    held = [m for m in facts.compliance.applying if m.rule.before_sale]
    if not held:
        return None
    likely = {"yes": 2, "partly": 3}.get(facts.answers.get("owner", ""), 4)
    why = Message("Rules to be met before selling: {n}", n=len(held))
    return likely, 4, Message("Rules hold up the sale"), why


def _dear(facts: Facts) -> tuple[int, int, Message, Message] | None:
    missing = facts.compliance.without_cost
    if not missing:
        return None
    why = Message("Rules that apply and whose cost nobody has given: {n}", n=len(missing))
    return 3, 3, Message("Meeting the rules costs more than planned"), why


DERIVED: dict[str, Derive] = {
    "no_better": _no_better, "late": _late, "not_sold": _not_sold, "made_up": _made_up, "people": _people,
    "one_person": _one_person, "nobody_pays": _nobody_pays, "drift": _drift, "cash": _cash, "held_up": _held_up,
    "dear": _dear,
}  # fmt: skip
"""Kind of risk → how it follows from the evidence."""


def register(facts: Facts, kept: Sequence[Risk] = ()) -> tuple[Risk, ...]:
    """Return the risks that follow from `facts` and those that people added, the gravest first.

    `kept` holds what people entered: of a risk that follows from evidence its owner, plan, likelihood and impact.
    """
    mine: Mapping[str, Risk] = {r.id: r for r in kept}
    found: dict[str, Risk] = {}
    for kind, derive in DERIVED.items():
        if (derived := derive(facts)) is not None:
            likelihood, impact, title, why = derived
            found[kind] = _entered(Risk(kind, title, likelihood, impact, why=why), mine.get(kind))
    found |= {r.id: r for r in kept if r.id not in DERIVED}
    return tuple(sorted(found.values(), key=lambda r: (-r.severity, r.id)))


def _entered(risk: Risk, kept: Risk | None) -> Risk:
    if kept is None:
        return risk
    return replace(risk, owner=kept.owner, plan=kept.plan, likelihood=kept.likelihood, impact=kept.impact)
