"""`loadtest`: how fast the running service answers, with more and more clients at once."""

from __future__ import annotations

import time
from typing import Annotated, Any

import typer

from engine.cli.output import finish, table
from engine.cli.train import AsJson, run_here
from engine.config import load_settings
from engine.errors import BadInput
from engine.jobs.loadtest import loadtest_spec
from engine.serving.load import CLIENTS, SECONDS, Level, Load, enough

Name = Annotated[str, typer.Argument(metavar="NAME", help="An endpoint, or a run's whole id.")]


def loadtest(
    name: Name,
    clients: Annotated[str, typer.Option(help="How many ask at once, one level after the other.")] = ",".join(
        map(str, CLIENTS)
    ),
    rows: Annotated[int, typer.Option(help="Inputs of one request.")] = 1,
    seconds: Annotated[float, typer.Option(help="How long each level lasts.")] = SECONDS,
    as_json: AsJson = False,
) -> None:
    """Ask the running service with more and more clients at once; measure throughput and latency on this machine."""
    settings, began = load_settings(), time.perf_counter()
    spec = loadtest_spec(settings, name, Load(_numbers(clients), rows, seconds))
    run = run_here(settings, spec, f"Run {spec.run_id}: a load test of {name}.")
    report = run.report()
    levels = [Level(**level) for level in report["levels"]]
    result: dict[str, Any] = {**report, "metrics": {}, "seconds": round(time.perf_counter() - began, 3)}
    result.pop("schema_version")
    finish(result, _lines(report, levels), as_json=as_json)


def _numbers(given: str) -> tuple[int, ...]:
    try:
        return tuple(int(n) for n in given.split(","))
    except ValueError as error:
        raise BadInput("--clients is {given}; write whole numbers as 1,2,4.", given=given) from error


def _lines(report: dict[str, Any], levels: list[Level]) -> list[str]:
    best = enough(levels)
    head = ("clients", "requests/s", "rows/s", "p50 ms", "p95 ms", "p99 ms", "turned away", "errors")
    rows = [
        (n.clients, n.requests_per_s, n.rows_per_s, *map(_ms, (n.p50_ms, n.p95_ms, n.p99_ms)), n.turned_away, n.errors)
        for n in levels
    ]
    return [
        f"{report['name']} as {report['precision']} on {report['provider']}, {report['load']['rows']} rows a request, "
        f"measured on {report['machine']['cpu']} ({report['machine']['cores']} cores, shared with the clients):",
        *table(rows, head),
        f"{best.rows_per_s:.0f} rows a second with {best.clients} at once; "
        + ("more were not tried." if best is levels[-1] else "more clients only wait longer."),
    ]


def _ms(value: float | None) -> str:
    return "-" if value is None else f"{value:.1f}"
