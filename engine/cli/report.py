"""The command that writes a report: of all runs as Markdown, of a decision as a web page, a PDF or slides."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import parse_qsl, urlencode

import typer

from engine.analytics.decision_log import Logged, decision, decisions
from engine.analytics.question import MOST_CASES, Question
from engine.cli.comparison import by_test, row_of
from engine.cli.output import finish
from engine.cli.train import AsJson, values
from engine.cli.workspace import finished_runs
from engine.config import Settings, load_settings
from engine.economics.business.link import written
from engine.errors import BadInput
from engine.files import utc_now, write_text, written_aside
from engine.jobs.queue import find_scenario
from engine.jobs.runs import open_run

MARKDOWN = ".md"
HTML = {".htm": ".html"}
"""Suffixes that mean another one."""


def report(
    out: Annotated[
        Path, typer.Option(help="A Markdown (.md), HTML (.html), PDF (.pdf) or PowerPoint (.pptx) file.")
    ] = Path("breakeven-report.md"),
    scenario: Annotated[
        str, typer.Option(help="Whose decision; left out: that of the newest decision, else of the newest run.")
    ] = "",
    decided: Annotated[
        str, typer.Option("--decision", help="A recorded decision by its id; left out: the newest of the scenario.")
    ] = "",
    case: Annotated[
        list[str] | None,
        typer.Option(
            help="bear, base, bull, or a saved case; repeated, the same is decided in each, and the report rests on "
            "the first; left out: those of the decision, else none."
        ),
    ] = None,
    machine: Annotated[
        list[str] | None, typer.Option(help="A further machine, on which every run is an option; may be repeated.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Write a report: every run compared as .md; the decision for stakeholders as .html, .pdf or .pptx."""
    settings, began = load_settings(), time.perf_counter()
    suffix = HTML.get(out.suffix.lower(), out.suffix.lower())
    known = (MARKDOWN, ".html", ".pdf", ".pptx")
    if suffix not in known:
        raise BadInput("{path} is none of {known}; give the report one of these names.", path=str(out),
                       known=", ".join(known))  # fmt: skip
    if suffix == MARKDOWN:
        result = _all_runs(settings, out)
    else:
        logged = decision(settings, decided) if decided else _newest(settings, scenario)
        name = find_scenario(logged.scenario if logged else scenario or _newest_scenario(settings)).name
        question = _asked(settings, name, logged, case or [], machine or [])
        link = _link(settings, name, logged, question, named=bool(case))
        result = _decision(settings, out, suffix, question, link)
    result |= {"seconds": round(time.perf_counter() - began, 3), "out": str(out)}
    said = (*result.get("notes", ()), *result.get("cases", ()))
    lines = [f"The report on {result['runs']} runs is in {out}.", *dict.fromkeys(said)]
    finish(result, lines, as_json=as_json)


def _all_runs(settings: Settings, out: Path) -> dict[str, Any]:
    """Write the comparison of all runs and the cards of the best ones."""
    from engine.cli.document import document

    found = finished_runs(settings.workspace.runs)
    write_text(out, document(found))
    best = next(iter(by_test(found).values()), [None])[0]
    metrics = row_of(best)["metrics"] if best else {}
    return {"run_id": best["run_id"] if best else None, "metrics": metrics, "runs": len(found)}


def _asked(settings: Settings, scenario: str, logged: Logged | None, cases: list[str], machines: list[str]) -> Question:
    """Return what is decided: as it was recorded, else as usual; with the cases and the machines that were named."""
    from engine.analytics.asked import asked_again
    from engine.analytics.catalogue import catalogue_of
    from engine.analytics.usual import usual_question

    again = logged is not None and logged.asked
    question = asked_again(settings, scenario, again) if again else usual_question(settings, scenario)
    if cases:
        question = _in_cases(settings, question, cases)
    if not machines:
        return question
    known = catalogue_of(settings)
    beside = tuple(map(known.instance, machines))
    return replace(question, beside=beside, regions=known.regions_of(beside))


def _decision(settings: Settings, out: Path, suffix: str, question: Question, link: str) -> dict[str, Any]:
    """Write the report for stakeholders."""
    from engine.analytics.database import index_for
    from engine.analytics.deciding import decide_in_each
    from engine.reports.in_each_case import recorded
    from engine.reports.speech import ENGLISH
    from engine.reports.stakeholder.build import document
    from engine.reports.stakeholder.formats import FORMATS

    index = index_for(settings)
    found = decide_in_each(index, question)
    made = document(found, ENGLISH, link=link, date=utc_now()[:10])
    data = FORMATS[suffix].draw(made)
    with written_aside(out) as aside:
        aside.write_bytes(data)
    lead = found.decision.lead
    return {
        "run_id": found.run_id or None,
        "metrics": values(open_run(settings.workspace.runs, found.run_id).report()["quality"]) if lead else {},
        "verdict": found.decision.verdict,
        "case": str(question.case_name) or None,
        "cases": [str(line) for line in recorded(found, ENGLISH)],
        "machine": found.pricing.instance.id,
        "headline": made.headline,
        "notes": list(made.notes),
        "runs": len(found.gathered.options),
    }


def _newest(settings: Settings, scenario: str) -> Logged | None:
    return next((d for d in decisions(settings) if scenario in {"", d.scenario}), None)


def _newest_scenario(settings: Settings) -> str:
    found = finished_runs(settings.workspace.runs)
    if not found:
        raise BadInput("No run has finished yet, so there is nothing to decide; start one with finetune.")
    return found[-1].spec.scenario


def _in_cases(settings: Settings, question: Question, names: list[str]) -> Question:
    """Return the question in the first case that is named, with the others across it.

    The load follows the case as on the page; of a question that had a case, only where it followed that one.
    """
    from engine.analytics.cases import named
    from engine.analytics.plans import sale_of

    first, *others = (named(settings, name) for name in dict.fromkeys(names))
    if len(others) >= MOST_CASES:
        raise BadInput("There are {n} cases; name at most {most}.", n=1 + len(others), most=MOST_CASES)
    if question.case is not None:
        return replace(question.within(first), across=tuple(others))
    sold = sale_of(first, question.month).predictions
    choices = question.choices
    if sold >= 1:
        choices = replace(choices, load=replace(choices.load, predictions_month=sold))
    return replace(question, case=first, across=tuple(others), choices=choices, follows=sold >= 1)


def _link(settings: Settings, scenario: str, logged: Logged | None, question: Question, *, named: bool) -> str:
    """Return the address of the page that shows the same figures; `named`: in other cases than were recorded."""
    asked = dict(parse_qsl(logged.address)) if logged and logged.address else {"scenario": scenario}
    if named and question.case is not None:
        own = written(question.case)  # what the address changes about a case is no part of another one
        asked = {key: value for key, value in asked.items() if key not in own | {"cases": ""}}
        asked["case"] = question.case.id
        if question.across:
            asked["cases"] = ",".join(case.id for case in question.across)
    return f"http://{settings.host}:{settings.port}/decide?{urlencode(asked)}"
