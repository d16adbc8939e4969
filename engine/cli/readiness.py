"""`readiness`: six scores from evidence, the rules that apply, the risks; and answers to the questionnaire."""

from __future__ import annotations

import time
from datetime import date
from typing import Annotated, Any

import typer

from engine.cli.output import finish, table
from engine.cli.train import AsJson
from engine.config import Settings, load_settings
from engine.economics.figure import Figure
from engine.economics.readiness.evidence import Facts
from engine.economics.readiness.questions import QUESTIONS
from engine.economics.readiness.risks import Risk, register
from engine.economics.readiness.score import Score, next_steps, scores
from engine.economics.regulations import NOT_ADVICE
from engine.errors import BadInput
from engine.scenarios import SCENARIOS, Scenario

ScenarioName = Annotated[str, typer.Option("--scenario", help="Which start-up.")]
RunName = Annotated[str, typer.Option("--run", help="The run that would be sold; without it, the best one.")]
Given = Annotated[list[str] | None, typer.Option("--answer", help="question=answer, kept; may be repeated.")]


CaseName = Annotated[
    str, typer.Option("--case", help="bear, base, bull, or a saved case; without it, the one that was saved last.")
]


def readiness(
    scenario: ScenarioName, run: RunName = "", case: CaseName = "", answer: Given = None, as_json: AsJson = False
) -> None:
    """Score how ready a start-up is, and list the rules that apply and the risks."""
    from engine.analytics.cases import latest, named
    from engine.analytics.database import open_index
    from engine.analytics.readiness import facts_of
    from engine.analytics.readiness_store import entered

    settings, began = load_settings(), time.perf_counter()
    chosen = _scenario(scenario)
    _keep(settings, scenario, answer or [])
    planned = named(settings, case) if case else latest(settings)
    facts, run_id = facts_of(open_index(settings, owner=False), settings, chosen, run, planned)
    found, risks = scores(facts), register(facts, entered(settings, scenario).risks)
    result: dict[str, Any] = {
        "run_id": run_id or None,
        "metrics": {},
        "seconds": round(time.perf_counter() - began, 3),
        "scenario": scenario,
        "case": str(facts.case.name) if facts.case else None,
        "answers": dict(facts.answers),
        "scores": {name: _score(score) for name, score in found.items()},
        "rules": _rules(facts),
        "risks": [_risk(r) for r in risks],
    }
    finish(result, _lines(facts, found, risks), as_json=as_json)


def _scenario(name: str) -> Scenario:
    if name not in SCENARIOS:
        raise BadInput(
            "There is no scenario {name}; choose one of {known}.", name=name, known=", ".join(SCENARIOS)
        )  # fmt: skip
    return SCENARIOS[name]


def _keep(settings: Settings, scenario: str, given: list[str]) -> None:
    """Keep answers written as question=answer; an empty answer takes one back."""
    from engine.analytics.readiness_store import answer

    for text in given:
        question, equals, said = text.partition("=")
        if not equals or question not in QUESTIONS:
            raise BadInput(
                "{text} is no answer; write question=answer with one of {known}.", text=text, known=", ".join(QUESTIONS)
            )
        answer(settings, scenario, question, said or None)


def _score(score: Score) -> dict[str, Any]:
    return {
        "low": score.low,
        "value": score.value,
        "high": score.high,
        "evidence": [
            {"id": e.criterion.id, "of": e.criterion.points, "points": e.points, "kind": e.kind,
             "found": str(e.found.words) if e.found else None}
            for e in score.evidence
        ],
        "steps": [{"step": str(s.words), "points": s.points} for s in score.steps],
    }  # fmt: skip


def _rules(facts: Facts) -> dict[str, Any]:
    found, today = facts.compliance, date.today()
    return {
        "applying": [
            {"id": m.rule.id, "rule": m.rule.name, "duty": str(m.rule.duty), "source": m.rule.source.where,
             "applies_from": m.rule.applies_from.isoformat(), "as_of": m.rule.source.as_of}
            for m in found.applying
        ],
        "open": {m.rule.id: list(m.unanswered) for m in found.having("open")},
        "cost_usd": _ends(found.cost()),
        "months_until_sale": _ends(found.delay(today)),
        "without_cost": [m.rule.id for m in found.without_cost],
        "note": str(NOT_ADVICE),
    }  # fmt: skip


def _ends(figure: Figure | None) -> dict[str, float] | None:
    return {"low": figure.low, "value": figure.value, "high": figure.high} if figure else None


def _risk(risk: Risk) -> dict[str, Any]:
    return {"id": risk.id, "title": str(risk.title), "likelihood": risk.likelihood, "impact": risk.impact,
            "owner": risk.owner, "plan": risk.plan}  # fmt: skip


def _lines(facts: Facts, found: dict[str, Score], risks: tuple[Risk, ...]) -> list[str]:
    rows = [
        (s.challenge.title, "not known" if s.value is None else f"{s.value:.0f}", f"{s.low:.0f} to {s.high:.0f}")
        for s in found.values()
    ]
    rests = f"The business case is {facts.case.name}." if facts.case else "No business case counts; choose one: --case."
    lines = [*table(rows, ("", "score", "could be")), "", rests, "", "What would raise it most:"]
    lines += [f"  up to +{s.points:.0f}  {s.words}" for s in next_steps(found)]
    lines += ["", f"Rules that apply ({NOT_ADVICE}):"]
    lines += [f"  {m.rule.title}, from {m.rule.applies_from}: {m.rule.duty}" for m in facts.compliance.applying]
    lines += [f"  perhaps {m.rule.title}: {', '.join(m.unanswered)}?" for m in facts.compliance.having("open")]
    lines += ["", "Risks, the gravest first:"]
    return [*lines, *(f"  {r.severity:>2}  {r.title}, owner: {r.owner or 'nobody'}" for r in risks)]
