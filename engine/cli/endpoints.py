"""`promote`, `endpoints`, `split`, `rollback`, `retire`: names under which other systems ask for models."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Annotated, Any

import typer

from engine.cli.output import finish, table
from engine.cli.train import AsJson
from engine.cli.use import Run
from engine.config import Settings, load_settings
from engine.errors import BadInput, BreakevenError
from engine.serving.endpoints import Endpoint

Name = Annotated[str, typer.Argument(metavar="NAME", help="An endpoint's name.")]


def promote(
    run: Run,
    name: Name,
    precision: Annotated[str, typer.Option(help="fp32, fp16 or int8; else what the run's gate chose.")] = "",
    share: Annotated[int, typer.Option(help="Percent of the traffic it gets; the others share the rest.")] = 100,
    as_json: AsJson = False,
) -> None:
    """Make a run the next version of an endpoint; the service takes it up without a restart."""
    from engine.serving import promotion

    settings, began = load_settings(), time.perf_counter()
    changed = promotion.promote(settings, run, name, precision, share=share)
    made = changed.versions[-1]
    sentence = f"Run {made.run_id} ({made.precision}) is version {made.number} of {changed.name}."
    _print(settings, changed, sentence, began, as_json=as_json)


def endpoints(as_json: AsJson = False) -> None:
    """List the endpoints with their versions, and what each answered in the last hour."""
    from engine.analytics.database import open_index
    from engine.analytics.served import traffic
    from engine.serving.endpoints import endpoints as every

    settings, began = load_settings(), time.perf_counter()
    found = every(settings)
    index = open_index(settings, owner=False)
    try:
        asked = {(r["model"], r["version"]): r for r in traffic(index).to_dict("records")}
    finally:
        index.close()
    rows = [
        (e.name, v.number, e.state(v.number), f"{e.split.get(v.number, 0)} %", v.run_id, v.precision,
         *_asked(asked.get((e.name, v.number))))
        for e in found
        for v in e.versions
    ]  # fmt: skip
    head = ("name", "version", "state", "traffic", "run", "precision", "requests/h", "errors", "p50 ms", "p95 ms")
    lines = table(rows, head) if rows else ["There is no endpoint yet; make one with promote RUN NAME."]
    seconds = round(time.perf_counter() - began, 3)
    result: dict[str, Any] = {
        "run_id": None,
        "metrics": {},
        "seconds": seconds,
        "endpoints": [_described(e) for e in found],
    }
    finish(result, lines, as_json=as_json)


def split(
    name: Name,
    shares: Annotated[list[str], typer.Argument(metavar="VERSION=PERCENT…", help="As 1=90 2=10; together 100.")],
    as_json: AsJson = False,
) -> None:
    """Share the traffic of an endpoint out among its versions."""
    from engine.serving import promotion

    settings, began = load_settings(), time.perf_counter()
    changed = promotion.set_split(settings, name, _shares(shares))
    _print(settings, changed, f"The traffic of {changed.name} is shared out.", began, as_json=as_json)


def rollback(name: Name, as_json: AsJson = False) -> None:
    """Give an endpoint's traffic back to who had it before the last change; a second time undoes that."""
    from engine.serving import promotion

    settings, began = load_settings(), time.perf_counter()
    changed = promotion.roll_back(settings, name)
    _print(settings, changed, f"{changed.name} answers as before its last change.", began, as_json=as_json)


def retire(
    name: Name,
    version: Annotated[str, typer.Argument(metavar="[VERSION]", help="One version; without it, all.")] = "",
    as_json: AsJson = False,
) -> None:
    """Stop a version, or a whole endpoint, from answering; rollback undoes it."""
    from engine.serving import promotion

    settings, began = load_settings(), time.perf_counter()
    changed = promotion.retire(settings, name, version)
    what = f"Version {version} of {changed.name}" if version else f"Endpoint {changed.name}"
    _print(settings, changed, f"{what} is retired; rollback {changed.name} undoes it.", began, as_json=as_json)


def _shares(given: Sequence[str]) -> dict[str, int]:
    shares: dict[str, int] = {}
    for text in given:
        version, equals, percent = text.partition("=")
        if not equals or not percent.removeprefix("-").isdecimal():
            raise BadInput("{given} is no share; write VERSION=PERCENT, as 1=90 2=10.", given=text[:40])
        shares[version] = int(percent)
    return shares


def _print(settings: Settings, changed: Endpoint, sentence: str, began: float, *, as_json: bool) -> None:
    """Print what was changed, who answers now, and what the running service makes of it."""
    service, problem = _taken_up(settings, changed.name)
    shared = ", ".join(f"version {v} {share} %" for v, share in changed.split.items()) or "nobody: it is retired"
    lines = [sentence, f"  {shared}", *([f"  {problem}"] if problem else [])]
    result = {
        "run_id": changed.versions[-1].run_id,
        "metrics": {},
        "seconds": round(time.perf_counter() - began, 3),
        "endpoint": _described(changed),
        "service": service,
        "problem": problem or None,
    }
    finish(result, lines, as_json=as_json)


def _taken_up(settings: Settings, name: str) -> tuple[str, str]:
    """Ask the service, where one runs, to take the change up; return how it went and what to say when it did not."""
    from engine.serving.client import InferenceClient

    client = InferenceClient(settings, start_seconds=0.0)
    try:
        state = client.state()
        if state is None or state.get("workspace") != settings.workspace.id:
            return "not running", "No service runs for this workspace; it takes this up when it starts."
        client.load(name)
    except BreakevenError as error:
        return "answers as before", f"The service answers as before: {error}"
    finally:
        client.close()
    return "taken up", ""


def _described(found: Endpoint) -> dict[str, Any]:
    versions = [
        {**asdict(v), "state": found.state(v.number), "share": found.split.get(v.number, 0)} for v in found.versions
    ]
    return {
        "name": found.name,
        "task": found.task,
        "versions": versions,
        "split": dict(found.split),
        "history": [asdict(change) for change in found.history],
    }


def _asked(row: Mapping[Any, Any] | None) -> tuple[str, str, str, str]:
    if row is None:
        return "0", "0", "-", "-"
    timed = [f"{row[name]:.1f}" if row[name] == row[name] else "-" for name in ("p50_ms", "p95_ms")]
    return str(row["requests"]), str(row["errors"]), timed[0], timed[1]
