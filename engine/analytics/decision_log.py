"""The log of decisions: what was decided, what was expected, what was measured later.

One JSON file a decision in `workspace/decisions`, written whole or not at all, so that nothing is lost with the index.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from engine.analytics.asked import asked_of
from engine.analytics.criteria import QUALITY
from engine.analytics.deciding import measure
from engine.analytics.question import Answered
from engine.config import Settings
from engine.economics.figure import finite
from engine.errors import BadInput, NotFound
from engine.files import file_in, new_id, read_json, utc_now, write_json
from engine.messages import Message
from engine.scenarios import SCENARIOS

LONGEST_NOTE = 500
VERSION = 3
"""3: further cases are kept; 2: everything that was asked is kept; 1 had ids and a few numbers."""


@dataclass(frozen=True)
class Expected:
    """One quantity as it was foreseen, and as it was measured later."""

    name: str
    """Of the criterion."""
    title: Message
    unit: str
    more_is_better: bool
    value: float
    low: float
    high: float
    measured: float | None = None
    """None: not yet."""
    measured_at: str = ""

    @property
    def outcome(self) -> str:
        """Return "open", "as expected" (within the range, or a twentieth of the value), "better" or "worse"."""
        if self.measured is None:
            return "open"
        slack = 0.05 * abs(self.value)
        if min(self.low, self.value - slack) <= self.measured <= max(self.high, self.value + slack):
            return "as expected"
        return "better" if (self.measured > self.value) == self.more_is_better else "worse"


@dataclass(frozen=True)
class Logged:
    """One decision that somebody took."""

    id: str
    at: str
    """UTC, ISO 8601."""
    scenario: str
    verdict: str
    run_id: str
    """Empty: none was chosen."""
    option: Message
    instance: str
    headline: Message
    address: str
    """The parameters of the page it was taken on: a link reproduces it."""
    expected: tuple[Expected, ...]
    note: str = ""
    case: str = ""
    cases: tuple[Message, ...] = ()
    """What was said of the business cases, where it was decided in several."""
    asked: dict[str, Any] = field(default_factory=dict)
    """What was asked (`asked_of`), so that a command can decide it again (`asked_again`)."""

    def to_json(self) -> dict[str, Any]:
        expected = [asdict(e) | {"title": e.title.to_json()} for e in self.expected]
        messages = {name: getattr(self, name).to_json() for name in ("option", "headline")}
        cases = [line.to_json() for line in self.cases]
        return {"schema_version": VERSION, **asdict(self), **messages, "expected": expected, "cases": cases}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Logged:
        values = {k: v for k, v in data.items() if k != "schema_version"}
        values |= {name: Message.from_json(values[name]) for name in ("option", "headline")}
        values["cases"] = tuple(map(Message.from_json, values.get("cases", ())))
        made = (Expected(**{**e, "title": Message.from_json(e["title"])}) for e in values["expected"])
        return cls(**{**values, "expected": tuple(made)})


def record(
    settings: Settings,
    found: Answered,
    headline: Message,
    *,
    cases: tuple[Message, ...] = (),
    address: str = "",
    note: str = "",
) -> Logged:
    """Keep what was decided and what is expected of it; return it. Raises BadInput for a note that is too long.

    `cases` is what is said of the business cases.
    """
    if len(note) > LONGEST_NOTE:
        raise BadInput("The note has {n} characters; give at most {most}.", n=len(note), most=LONGEST_NOTE)
    lead, question = found.decision.lead, found.question
    made = Logged(
        id=new_id(),
        at=utc_now(),
        scenario=question.scenario,
        verdict=found.decision.verdict,
        run_id=found.run_id,
        option=lead.name if lead else Message("none"),
        instance=found.pricing.instance.id,
        headline=headline,
        address=address,
        expected=_expected(found) if lead else (),
        note=note.strip(),
        case=str(question.case_name),
        cases=cases,
        asked=asked_of(found),
    )
    _write(settings, made)
    return made


def _expected(found: Answered) -> tuple[Expected, ...]:
    """Return the figures of the lead; its quality is that of the test part, the honest one."""
    lead, row = found.decision.lead, found.lead
    assert lead is not None
    assert row is not None
    tested = measure(row, SCENARIOS[found.question.scenario].quality)
    measures = {**lead.measures, **({QUALITY: tested} if tested else {})}
    return tuple(
        Expected(c.name, c.title, c.unit, c.more_is_better, m.value, m.low, m.high)
        for c in found.decision.criteria
        if (m := measures.get(c.name))
    )


def decisions(settings: Settings) -> list[Logged]:
    """Return every decision of the workspace, the newest first. Raises BadInput for a file that was spoilt by hand."""
    return [_read(path) for path in sorted(settings.workspace.decisions.glob("*.json"), reverse=True)]


def decision(settings: Settings, name: str) -> Logged:
    """Return the decision with that id. Raises NotFound."""
    path = file_in(settings.workspace.decisions, name)
    if path is None or not path.exists():
        raise NotFound("There is no decision {id}; it may have been deleted.", id=name[:40])
    return _read(path)


def measure_later(settings: Settings, name: str, criterion: str, value: float) -> Logged:
    """Add to a decision what a quantity turned out to be; return it. Raises NotFound or BadInput."""
    known = decision(settings, name)
    finite(Message("The measured value"), value)
    if criterion not in {e.name for e in known.expected}:
        raise BadInput("The decision expected nothing of {name}; choose one of {known}.",
                       name=criterion, known=", ".join(e.name for e in known.expected))  # fmt: skip
    changed = tuple(
        replace(e, measured=float(value), measured_at=utc_now()) if e.name == criterion else e for e in known.expected
    )
    made = replace(known, expected=changed)
    _write(settings, made)
    return made


def forget(settings: Settings, name: str) -> None:
    """Delete a decision. Raises NotFound."""
    decision(settings, name)
    (settings.workspace.decisions / f"{name}.json").unlink()


def _write(settings: Settings, made: Logged) -> None:
    write_json(settings.workspace.decisions / f"{made.id}.json", made.to_json())


def _read(path: Path) -> Logged:
    data = read_json(path, known_version=VERSION)
    try:
        return Logged.from_json(data)
    except (KeyError, TypeError, AttributeError) as error:
        raise BadInput("{path} is damaged: it is not a decision. Restore it or delete it.", path=path.name) from error
