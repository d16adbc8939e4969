"""The command that writes a report: of all runs as Markdown, of a decision as a web page, a PDF or slides."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlencode

import typer

from engine.analytics.decision_log import Logged, decision, decisions
from engine.analytics.question import Question
from engine.cli.comparison import by_test, row_of
from engine.cli.output import finish
from engine.cli.train import AsJson, values
from engine.cli.workspace import finished_runs
from engine.config import Settings, load_settings
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
        str, typer.Option(help="bear, base, bull, or a saved case; left out: that of the decision, else none.")
    ] = "",
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
        question = _asked(settings, name, logged, case, machine or [])
        result = _decision(settings, out, suffix, question, _link(settings, name, logged))
    result |= {"seconds": round(time.perf_counter() - began, 3), "out": str(out)}
    lines = [f"The report on {result['runs']} runs is in {out}.", *result.get("notes", ())]
    finish(result, lines, as_json=as_json)


def _all_runs(settings: Settings, out: Path) -> dict[str, Any]:
    """Write the comparison of all runs and the cards of the best ones."""
    from engine.cli.document import document

    found = finished_runs(settings.workspace.runs)
    write_text(out, document(found))
    best = next(iter(by_test(found).values()), [None])[0]
    metrics = row_of(best)["metrics"] if best else {}
    return {"run_id": best["run_id"] if best else None, "metrics": metrics, "runs": len(found)}


def _asked(settings: Settings, scenario: str, logged: Logged | None, case: str, machines: list[str]) -> Question:
    """Return what is decided: as it was recorded, else as usual; with the case and the machines that were named."""
    from engine.analytics.asked import asked_again
    from engine.analytics.cases import named
    from engine.analytics.catalogue import catalogue_of
    from engine.analytics.usual import usual_question

    again = logged is not None and logged.asked
    question = asked_again(settings, scenario, again) if again else usual_question(settings, scenario)
    if case:
        question = replace(question, case=named(settings, case))
    if not machines:
        return question
    known = catalogue_of(settings)
    beside = tuple(map(known.instance, machines))
    return replace(question, beside=beside, regions=known.regions_of(beside))


def _decision(settings: Settings, out: Path, suffix: str, question: Question, link: str) -> dict[str, Any]:
    """Write the report for stakeholders."""
    from engine.analytics.database import index_for
    from engine.analytics.deciding import answer, gather
    from engine.reports.speech import ENGLISH
    from engine.reports.stakeholder.build import document
    from engine.reports.stakeholder.formats import FORMATS

    index = index_for(settings)
    found = answer(gather(index, question), question)
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


def _link(settings: Settings, scenario: str, logged: Logged | None) -> str:
    """Return the address of the page that shows the same figures."""
    asked = logged.address if logged and logged.address else urlencode({"scenario": scenario})
    return f"http://{settings.host}:{settings.port}/decide?{asked}"
