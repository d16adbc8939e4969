"""What people answered and entered about the readiness of a scenario: `readiness/<scenario>.json` in the workspace."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from engine.config import Settings
from engine.economics.figure import Source
from engine.economics.readiness.questions import checked
from engine.economics.readiness.risks import Risk
from engine.economics.readiness.rules import Own
from engine.economics.regulations import Span, regulation
from engine.errors import BadInput, BreakevenError
from engine.files import file_in, new_id, read_json, utc_now, write_json

VERSION = 1
MOST_RISKS = 200


@dataclass(frozen=True)
class Entered:
    """Everything that people entered about one scenario."""

    answers: Mapping[str, str] = field(default_factory=dict)
    risks: tuple[Risk, ...] = ()
    """Those that people added, and what they said of those that follow from evidence."""
    rules: Mapping[str, Own] = field(default_factory=dict)
    """Rule → what it costs and how long it takes, by the user."""
    changed_at: str = ""
    """UTC, ISO 8601; empty: nothing was entered yet."""


def entered(settings: Settings, scenario: str) -> Entered:
    """Return what was entered. Raises BadInput for a file that was spoilt by hand or written by a newer program."""
    path = _file(settings, scenario)
    if not path.exists():
        return Entered()
    data = read_json(path, known_version=VERSION)
    try:
        return Entered(
            answers=checked(data["answers"]),
            risks=tuple(_risk(r) for r in data["risks"]),
            rules={regulation(k).id: _own(v) for k, v in data["rules"].items()},
            changed_at=str(data["changed_at"]),
        )
    except (KeyError, TypeError, ValueError, AttributeError, BreakevenError) as error:
        raise BadInput(
            "{path} holds answers or risks that cannot be; correct it or delete it. ({reason})",
            path=path.name,
            reason=error.message if isinstance(error, BreakevenError) else str(error),
        ) from error


def answer(settings: Settings, scenario: str, question: str, given: str | None) -> None:
    """Keep one answer, or forget it when `given` is None. Raises BadInput for an answer there is not."""
    before = entered(settings, scenario)
    answers = {q: a for q, a in before.answers.items() if q != question}
    if given is not None:
        answers |= checked({question: given})
    _write(settings, scenario, replace(before, answers=answers))


def keep_risk(settings: Settings, scenario: str, risk: Risk) -> None:
    """Keep `risk`, in place of an older one of its id."""
    before = entered(settings, scenario)
    others = tuple(r for r in before.risks if r.id != risk.id)
    if len(others) >= MOST_RISKS:
        raise BadInput("There are {most} risks already; delete one before you add another.", most=MOST_RISKS)
    _write(settings, scenario, replace(before, risks=(*others, risk)))


def drop_risk(settings: Settings, scenario: str, risk_id: str) -> None:
    """Forget a risk; of one that follows from evidence, what was entered about it."""
    before = entered(settings, scenario)
    _write(settings, scenario, replace(before, risks=tuple(r for r in before.risks if r.id != risk_id)))


def new_risk_id() -> str:
    """Return the id of a risk that somebody adds."""
    return new_id()


def keep_rule(settings: Settings, scenario: str, rule_id: str, own: Own | None) -> None:
    """Keep what a rule costs and takes, or go back to the catalogue's when `own` is None. Raises NotFound."""
    rule, before = regulation(rule_id), entered(settings, scenario)
    rules = {k: v for k, v in before.rules.items() if k != rule.id}
    if own and (own.cost or own.months):
        rules[rule.id] = own
    _write(settings, scenario, replace(before, rules=rules))


def _file(settings: Settings, scenario: str) -> Path:
    path = file_in(settings.workspace.home / "readiness", scenario)
    if path is None:
        raise BadInput("There is no scenario {name}.", name=scenario[:40])
    return path


def _write(settings: Settings, scenario: str, new: Entered) -> None:
    data = {
        "schema_version": VERSION,
        "scenario": scenario,
        "changed_at": utc_now(),
        "answers": dict(new.answers),
        "risks": [_risk_json(r) for r in new.risks],
        "rules": {k: {"cost": _span_json(o.cost), "months": _span_json(o.months)} for k, o in new.rules.items()},
    }
    write_json(_file(settings, scenario), data)


def _risk_json(risk: Risk) -> dict[str, Any]:
    """A derived risk keeps its title out of the file: it follows from the evidence, in the reader's language."""
    title = risk.title if isinstance(risk.title, str) else ""
    numbers = {"likelihood": risk.likelihood, "impact": risk.impact}
    return {"id": risk.id, "title": title, "owner": risk.owner, "plan": risk.plan, **numbers}


def _risk(data: Mapping[str, Any]) -> Risk:
    title = str(data["title"]) or str(data["id"])
    return Risk(
        id=str(data["id"]),
        title=title,
        likelihood=data["likelihood"],
        impact=data["impact"],
        owner=str(data["owner"]),
        plan=str(data["plan"]),
    )


def _span_json(span: Span | None) -> dict[str, Any] | None:
    if span is None:
        return None
    ends = {"low": span.low, "likely": span.likely, "high": span.high}
    return {**ends, "source": span.source.where, "as_of": span.source.as_of}


def _own(data: Mapping[str, Any]) -> Own:
    return Own(cost=_span(data["cost"]), months=_span(data["months"]))


def _span(data: Mapping[str, Any] | None) -> Span | None:
    if data is None:
        return None
    source = Source("", str(data["source"]), str(data["as_of"]))
    likely = None if data["likely"] is None else float(data["likely"])
    return Span(float(data["low"]), likely, float(data["high"]), "", source)
