"""`finetune`: the data, then one run a seed, in this process."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import typer

from engine.cli.output import Watcher, finish, say, share
from engine.config import Settings, load_settings
from engine.datasets.dataset import Dataset, Problem
from engine.datasets.forms import form_of
from engine.datasets.given import options_from
from engine.errors import BadInput
from engine.files import new_id
from engine.jobs.lease import Lease
from engine.jobs.queue import find_scenario, finetune_spec, repeat_spec
from engine.jobs.runs import RunFolder, RunSpec, create_run, open_run
from engine.messages import Message
from engine.scenarios import SCENARIOS
from engine.tasks import TASKS

Data = Annotated[Path | None, typer.Option(help="The scenario's kind of file; without it the demo data is used.")]
Test = Annotated[Path | None, typer.Option(help="A file that is the test part; else a part of the data is.")]
Recipe = Annotated[str, typer.Option(help="Which recipe; a wrong one lists those of the scenario.")]
Pairs = Annotated[list[str] | None, typer.Option(help="name=value; may be given more than once.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object as the last line.")]
LEVELS = {"block": "Blocked", "warn": "Warning", "note": "Note"}
"""How serious something about the data is → the word before its sentence."""
SHOWN_ROWS = 12


def finetune(
    scenario: Annotated[str, typer.Option(help="Which scenario, as finance_sentiment.")] = "",
    data: Data = None,
    test: Test = None,
    recipe: Recipe = "",
    backbone: Annotated[str, typer.Option(help="A catalogue id, a folder, or a hub id.")] = "",
    option: Annotated[list[str] | None, typer.Option("--option", "-o", help="A recipe's option as name=value.")] = None,
    seed: Annotated[int, typer.Option(help="Seeds every random choice.")] = 0,
    seeds: Annotated[int, typer.Option(help="How many runs, with seeds from --seed up.")] = 1,
    threads: Annotated[int, typer.Option(help="Threads; 0 means one a physical core.")] = 0,
    items: Annotated[Path | None, typer.Option(help="What is known of each item, for recommendations.")] = None,
    data_option: Annotated[
        list[str] | None, typer.Option("--data-option", "-d", help="Any choice about the data as name=value.")
    ] = None,
    text_column: Annotated[str, typer.Option(help="The column with the text; detected.")] = "",
    label_column: Annotated[str, typer.Option(help="The column with the label; detected.")] = "",
    encoding: Annotated[str, typer.Option(help="How the file is encoded; detected.")] = "",
    delimiter: Annotated[str, typer.Option(help="What separates columns; detected.")] = "",
    relabel: Annotated[list[str] | None, typer.Option("--map", help="A label as old=new; empty new drops it.")] = None,
    mask: Annotated[list[str] | None, typer.Option(help="email, phone or account.")] = None,
    clean: Annotated[list[str] | None, typer.Option(help="A cleaning step, as drop_duplicates.")] = None,
    name: Annotated[str, typer.Option(help="What to call the data set.")] = "",
    label: Annotated[str, typer.Option(help="What to call the run.")] = "",
    licence: Annotated[str, typer.Option(help="The licence of the data.")] = "",
    commercial_use: Annotated[bool | None, typer.Option(help="Whether that licence allows commercial use.")] = None,
    repeat: Annotated[str, typer.Option(help="Do this run again, from its folder alone.")] = "",
    as_json: AsJson = False,
) -> None:
    """Fine-tune a model on a file or on the demo data, and judge it as it will be served."""
    settings, began = load_settings(), time.perf_counter()
    if repeat:
        specs = [repeat_spec(settings, open_run(settings.workspace.runs, repeat))]
    else:
        scenario = _scenario(scenario)
        # What is wrong with the choices is said before minutes are spent on the data.
        finetune_spec(scenario, None, recipe, pairs(option), backbone, seed)
        given: dict[str, Any] = {
            "encoding": encoding,
            "delimiter": delimiter,
            "text_column": text_column,
            "label_column": label_column,
            "label_map": pairs(relabel),
            "masks": tuple(mask or ()),
            "cleaning": tuple(clean or ()),
            "licence": licence,
            "commercial_use": commercial_use,
        }
        given = {k: v for k, v in given.items() if v not in ("", {}, (), None)} | pairs(data_option)
        files = {"test_raw_id": test, "items_raw_id": items}
        dataset = prepared(settings, scenario, data, name, given, {k: v for k, v in files.items() if v is not None})
        group = new_id() if seeds > 1 else ""
        specs = [
            finetune_spec(
                scenario, dataset, recipe, pairs(option), backbone, s, threads=threads, label=label, group=group
            )
            for s in range(seed, seed + _count(seeds))
        ]
    results = [train(settings, spec) for spec in specs]
    _print(results, time.perf_counter() - began, as_json=as_json)


def _scenario(name: str) -> str:
    if not name:
        raise BadInput("No scenario is named; add --scenario with one of: {choices}.", choices=", ".join(SCENARIOS))
    return find_scenario(name).name


def _count(seeds: int) -> int:
    if not 1 <= seeds <= 20:
        raise BadInput("--seeds is {seeds}; give a whole number from 1 to 20.", seeds=seeds)
    return seeds


def pairs(given: Sequence[str] | None) -> dict[str, str]:
    """Return name=value arguments as a dictionary. Raises BadInput for one without "="."""
    for pair in given or ():
        if "=" not in pair:
            raise BadInput(
                "{given} is not of the form name=value; write it as {example}.", given=pair, example="epochs=2"
            )
    return dict(pair.split("=", 1) for pair in given or ())


def prepared(
    settings: Settings, scenario: str, data: Path | None, name: str, given: dict[str, Any], files: dict[str, Path]
) -> Dataset | None:
    """Return the data set made of the files given; None, for the demo data, when there is none.

    `given` are options of the scenario's form of data, `files` those of them that name further files. What its card
    warns of is said.
    """
    if data is None:
        if files:
            raise BadInput("--test needs --data, and so does --items: they go with data to train on.")
        return None
    found = SCENARIOS[scenario]
    form = form_of(found.task)
    added = {option: form.intake(existing(path), path.name, settings).id for option, path in files.items()}
    options = options_from(form.options, name or data.stem, given | added)
    raw = form.intake(existing(data), data.name, settings)
    if not name:  # what came as DICOM is not called as its file was, which may name a patient
        options = replace(options, name=Path(raw.filename).stem)
    dataset = form.prepare(raw, options, settings, usual=found.columns, task=found.task, progress=_progress())
    for problem in dataset.card.problems:
        say(worded(problem))
    return dataset


def worded(problem: Problem) -> str:
    """Return what is to be known about the data as one line, with the first rows it stands in."""
    line = f"{LEVELS[problem.level]}: {problem.message}"
    if not problem.rows:
        return line
    more = "…" if max(problem.count, len(problem.rows)) > SHOWN_ROWS else ""
    return f"{line} Rows {', '.join(map(str, problem.rows[:SHOWN_ROWS]))}{more}"


def existing(path: Path) -> Path:
    """Return `path` when it is a file. Raises BadInput when it is not."""
    if not path.is_file():
        raise BadInput("{path} is not a file; give the path of one.", path=str(path))
    return path


def _progress() -> Callable[[float, Message], None]:
    said: set[str] = set()

    def progress(_fraction: float, phase: Message) -> None:
        if str(phase) not in said:
            said.add(str(phase))
            say(f"{phase} …")

    return progress


def train(settings: Settings, spec: RunSpec) -> RunFolder:
    """Train as `spec` says in this process and return the run's folder."""
    return run_here(settings, spec, f"Run {spec.run_id}: recipe {spec.recipe}, seed {spec.seed}.")


def run_here(settings: Settings, spec: RunSpec, words: str) -> RunFolder:
    """Say `words`, do the job that `spec` describes in this process, and return its folder.

    The lease stands before the run can be seen, so that no supervisor takes it.
    """
    from engine.jobs.hosting import output_to
    from engine.jobs.worker import run_attempt

    run = RunFolder(settings.workspace.runs / spec.run_id)
    attempt = run.new_attempt()
    Lease.of_this_process(foreground=True).write(attempt.folder)
    create_run(settings.workspace.runs, spec)
    say(words)
    with output_to(attempt.log_file) as stderr:
        run_attempt(run, attempt, settings, foreground=True, listener=Watcher(stderr))
    return run


def _print(runs: list[RunFolder], seconds: float, *, as_json: bool) -> None:
    reports = [run.report() for run in runs]
    first = reports[0]
    result = {
        "run_id": first["run_id"],
        "metrics": values(first["quality"]),
        "seconds": round(seconds, 3),
        "served": first["served"],
        "dataset": first["dataset"],
        "details": {"seconds": first["seconds"], "folder": str(runs[0].published.folder if runs[0].published else "")},
    }
    if len(reports) > 1:
        result["runs"] = [
            {
                "run_id": r["run_id"],
                "seed": r["seed"],
                "metrics": values(r["quality"]),
                "seconds": r["seconds"]["total"],
            }
            for r in reports
        ]
    finish(result, [line for report in reports for line in summary(report)], as_json=as_json)


def values(quality: dict[str, Any]) -> dict[str, float]:
    """Return the metrics of a quality block as plain numbers."""
    return {name: metric["value"] for name, metric in quality["metrics"].items() if metric["value"] is not None}


def summary(report: dict[str, Any]) -> list[str]:
    """Return what a person wants to know of a finished run."""
    served, unit = report["variants"][report["served"]], TASKS[SCENARIOS[report["scenario"]].task].unit
    lines = [
        f"Run {report['run_id']} ({report['recipe']}, seed {report['seed']}) on {report['dataset']['name']}:",
        *(f"  {name}: {share(metric)}" for name, metric in report["quality"]["metrics"].items()),
        f"  served as {report['served']}: {served['latency_ms']['p50']:.1f} ms a {unit.one}, "
        f"{served['throughput_per_s']:.0f} {unit.many} a second, {served['size_bytes'] / 1e6:.1f} MB",
        f"  trained in {report['seconds']['train']:.1f} s, {report['seconds']['total']:.1f} s in all",
    ]
    if report["dataset"]["synthetic"]:
        lines.append("  The data is synthetic: these figures say nothing about the real world.")
    return lines
