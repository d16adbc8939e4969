"""`plan`: what a finished run earns in sixty months under a case, in one future and in thousands."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import typer

from engine.cli.output import finish, table
from engine.cli.train import AsJson
from engine.cli.use import Run
from engine.config import Settings, load_settings
from engine.economics.business import metrics, model, uncertainty
from engine.economics.business.assumptions import MONTHS
from engine.economics.business.case import Case
from engine.economics.business.link import changed, written
from engine.economics.business.metrics import NAMES, Metric
from engine.economics.business.obligations import Obligation, likely_launch, waits
from engine.economics.business.presets import PRESETS
from engine.economics.business.serving import Serving
from engine.economics.business.uncertainty import Fan
from engine.errors import BadInput
from engine.jobs.runs import open_run

MOST_FUTURES = 100_000
FORMS = (".csv", ".xlsx")


def plan(
    run: Run,
    case: Annotated[str, typer.Option(help="bear, base, bull, or the name or id of a saved case.")] = "base",
    change: Annotated[
        list[str] | None, typer.Option("--set", help="KEY=VALUE or KEY=LOW~LIKELY~HIGH; may be repeated.")
    ] = None,
    rules: Annotated[
        bool, typer.Option("--rules", help="Take in the rules that apply, by what was answered in readiness.")
    ] = False,
    month: Annotated[int, typer.Option(help="The month whose figures are shown, 1 to 60.")] = 36,
    futures: Annotated[int, typer.Option(help="How many futures the fan has.")] = uncertainty.FUTURES,
    out: Annotated[Path | None, typer.Option(help="A .csv or .xlsx file for the whole plan.")] = None,
    as_json: AsJson = False,
) -> None:
    """Plan sixty months of profit and cash from what serving a run costs."""
    from engine.analytics.cases import named

    settings, began = load_settings(), time.perf_counter()
    _check(month, futures, out)
    found = open_run(settings.workspace.runs, run)
    chosen = _changed(named(settings, case), change or [])
    asked: list[str] = []
    if rules:
        chosen, asked = _with_rules(settings, chosen, found.spec.scenario, found.spec.dataset_id)
    serving = _serving(settings, found.run_id)
    outcome = model.run(chosen, serving)
    fan = uncertainty.fan(chosen, serving, futures=futures)
    shown = metrics.measure(outcome, month)
    if out is not None:
        from engine.reports.plan import Document, months_csv, workbook

        document = Document(outcome, fan, shown, month, found.run_id, serving.formula or "")
        out.write_bytes(months_csv(document) if out.suffix.lower() == ".csv" else workbook(document))
    result = {
        "run_id": found.run_id,
        "metrics": {name: metric.value for name, metric in shown.items()},
        "seconds": round(time.perf_counter() - began, 3),
        "case": chosen.id or chosen.name,
        "month": month,
        "launch": likely_launch(chosen),
        "rules": [_rule(o) for o in chosen.rules],
        "rules_without_price": asked,
        **_futures(fan),
        "out": str(out) if out else None,
    }
    finish(result, [*_lines(shown, fan, out), *_rule_lines(chosen, asked)], as_json=as_json)


def _check(month: int, futures: int, out: Path | None) -> None:
    if not 1 <= month <= MONTHS:
        raise BadInput("There is no month {month}; choose 1 to {most}.", month=month, most=MONTHS)
    if not 1 <= futures <= MOST_FUTURES:
        raise BadInput("{n} futures cannot be computed; choose 1 to {most}.", n=futures, most=MOST_FUTURES)
    if out is not None and out.suffix.lower() not in FORMS:
        raise BadInput("{path} is neither .csv nor .xlsx; give the plan one of these names.", path=str(out))


def _changed(case: Case, changes: list[str]) -> Case:
    """Return `case` with what `--set` says. Raises BadInput for the first that cannot be."""
    said: dict[str, str] = {}
    for text in changes:
        key, equals, value = text.partition("=")
        if not equals or key not in written(case):
            raise BadInput(
                "{text} changes nothing of a case; write KEY=VALUE with one of {known}.",
                text=text[:40], known=", ".join(written(case)),
            )  # fmt: skip
        said[key] = value
    made, problems = changed(case, said)
    if problems:
        raise BadInput(next(iter(problems.values())))
    return replace(made, id="") if said and case.id in PRESETS else made


def _with_rules(settings: Settings, case: Case, scenario: str, dataset_id: str) -> tuple[Case, list[str]]:
    """Return `case` with the rules that apply, and those left out because nobody has published their cost or time."""
    from engine.analytics.readiness import rules_of, stored_facts
    from engine.economics.readiness.planned import planned

    found = planned(rules_of(settings, scenario, stored_facts(settings, dataset_id)))
    named = {o.rule for o in case.rules}
    made = replace(case, rules=(*case.rules, *(o for o in found.priced if o.rule not in named)))
    return made, [met.rule.id for met in found.asked if met.rule.id not in named]


def _rule(one: Obligation) -> dict[str, Any]:
    ends = {name: {"low": s.low, "likely": s.likely, "high": s.high}
            for name, s in (("usd", one.usd), ("months", one.months))}  # fmt: skip
    return {"id": one.rule, "title": str(one.title), **ends, "source": one.source}


def _rule_lines(case: Case, asked: list[str]) -> list[str]:
    lines = [
        f"Rule: {o.title}, {o.usd.likely:,.0f} USD ({o.usd.low:,.0f} to {o.usd.high:,.0f}) over {o.months.likely:g} "
        f"months ({o.months.low:g} to {o.months.high:g}); {o.source}"
        for o in case.rules
    ]
    if held := waits(case):
        lines.append(str(held))
    if asked:
        lines += [
            f"Not in the plan, for nobody has published their cost or time: {', '.join(asked)}.",
            "Enter it on the Readiness page, or give --set rules=RULE~LOW_LIKELY_HIGH~MONTHS~SOURCE;…",
        ]
    return lines


def _serving(settings: Settings, run_id: str) -> Serving:
    """Return what serving the run costs, as the Costs page starts. Raises BadInput for what was not measured."""
    from engine.analytics.database import open_index
    from engine.analytics.queries import runs
    from engine.analytics.usual import usual_serving

    index = open_index(settings, owner=False)
    try:
        rows = runs(index)
    finally:
        index.close()
    row = rows[rows["run_id"] == run_id]
    if not len(row):
        raise BadInput("Run {run_id} is not finished; a plan needs what was measured of it.", run_id=run_id)
    return usual_serving(settings, row.to_dict("records")[0])


def _futures(fan: Fan) -> dict[str, Any]:
    return {
        "futures": fan.futures,
        "broken_even_by_60": float(fan.even_by[-1]),
        "out_of_cash_by_60": float(fan.broke_by[-1]),
        "p10_p50_p90": {name: list(ends) for name, ends in fan.spread.items()},
    }


def _lines(shown: Mapping[str, Metric], fan: Fan, out: Path | None) -> list[str]:
    rows = [(str(NAMES[key]), _said(metric), str(metric.why or metric.formula)) for key, metric in shown.items()]
    lines = table(rows, ("figure", "value", "how, or why not"))
    even, broke = f"{fan.even_by[-1]:.0%}", f"{fan.broke_by[-1]:.0%}"
    lines.append(f"Of {fan.futures:,} futures {even} break even within {MONTHS} months and {broke} run out of cash.")
    return [*lines, f"The plan is in {out}."] if out else lines


def _said(metric: Metric) -> str:
    if metric.value is None:
        return "–"
    return {
        "USD": f"{metric.value:,.0f} USD", "share": f"{metric.value:.1%}", "month": f"month {metric.value:.0f}",
        "months": f"{metric.value:.1f} months", "ratio": f"{metric.value:.2f}",
    }[metric.unit]  # fmt: skip
