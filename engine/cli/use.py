"""`evaluate`, `predict`, `export`, `bench`: a finished run's exported model, used as it is served."""

from __future__ import annotations

import csv
import shutil
import sys
import time
from pathlib import Path
from typing import Annotated, Any

import typer

from engine.cli.finished import Answered, finished_run
from engine.cli.output import finish, say, share
from engine.cli.precisions import in_precision
from engine.cli.train import AsJson, existing, values
from engine.cli.uses import USES
from engine.config import load_settings
from engine.errors import BadInput
from engine.serving.endpoints import NAME
from engine.tasks import TASKS

Run = Annotated[str, typer.Argument(metavar="RUN", help="A run's id, or the start of it.")]
Text = Annotated[str, typer.Option(help="The column with the text; detected.")]
Labels = Annotated[str, typer.Option(help="The column with the label; detected.")]
Encoding = Annotated[str, typer.Option(help="How the file is encoded; detected.")]


def evaluate(
    run: Run,
    data: Annotated[Path, typer.Option(help="A file of the kind the run was trained on, with the truth in it.")],
    text_column: Text = "",
    label_column: Labels = "",
    encoding: Encoding = "",
    as_json: AsJson = False,
) -> None:
    """Judge a run's exported model, as it is served, on a file with the truth in it."""
    settings, began = load_settings(), time.perf_counter()
    found = finished_run(settings, run)
    columns = {"text": text_column, "label": label_column, "encoding": encoding}
    judged = USES[found.task].evaluate(found, existing(data), columns)
    served = found.report["served"]
    result = {
        "run_id": found.run.run_id,
        "metrics": values(judged.quality),
        "seconds": round(time.perf_counter() - began, 3),
        "rows": judged.rows,
        "skipped": judged.skipped,
        "served": served,
        "quality": judged.quality,
    }
    lines = [f"Run {found.run.run_id} on {data.name}, {judged.rows} rows, as served ({served}):"]
    lines += [f"  {name}: {share(metric)}" for name, metric in judged.quality["metrics"].items()]
    _say_skipped(judged.skipped)
    finish(result, lines, as_json=as_json)


def predict(
    run: Run,
    file: Annotated[Path, typer.Option("--input", help="A file of the kind the run was trained on.")],
    out: Annotated[Path | None, typer.Option(help="Write the answers to this CSV file.")] = None,
    text_column: Text = "",
    encoding: Encoding = "",
    as_json: AsJson = False,
) -> None:
    """Answer every row of a file with a run's exported model."""
    settings, began = load_settings(), time.perf_counter()
    found = finished_run(settings, run)
    answered = USES[found.task].predict(found, existing(file), {"text": text_column, "encoding": encoding})
    if out is not None:
        _write(out, answered)
    elif not as_json:
        _table(sys.stdout, answered)
    result: dict[str, Any] = {
        "run_id": found.run.run_id,
        "metrics": {},
        "seconds": round(time.perf_counter() - began, 3),
        "rows": len(answered.answers),
        "skipped": answered.skipped,
        "counts": answered.counts,
    }
    _say_skipped(answered.skipped)
    if as_json:
        result |= {"out": str(out)} if out else {"predictions": answered.answers}
    finish(result, [f"{len(answered.answers)} answers are in {out}."] if out else [], as_json=as_json)


def export(
    run: Annotated[str, typer.Argument(metavar="RUN", help="A run's id, or the start of it; or an endpoint.")],
    precision: Annotated[str, typer.Option(help="fp32, fp16 or int8.")] = "fp32",
    out: Annotated[Path | None, typer.Option(help="Copy the model folder here, or write the ZIP.")] = None,
    triton: Annotated[
        bool, typer.Option("--triton", help="Write a Triton model repository as a ZIP: all versions of an endpoint.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Give the folder with a run's ONNX model in one precision, or a whole Triton model repository as a ZIP.

    fp16, for GPUs, is made and proved on the validation part when it is not there; a service with CUDA then answers
    with it.
    """
    if triton:
        _export_triton(run, out, as_json=as_json)
        return
    settings, began = load_settings(), time.perf_counter()
    found = finished_run(settings, run)
    report = found.report
    folder = in_precision(found, precision)
    if out is not None:
        folder = _copied(folder, out)
    size = sum(p.stat().st_size for p in folder.rglob("*") if p.is_file())
    result = {
        "run_id": found.run.run_id,
        "metrics": values(report["quality"]) if precision == report["served"] else {},
        "seconds": round(time.perf_counter() - began, 3),
        "precision": precision,
        "folder": str(folder),
        "size_bytes": size,
    }
    finish(result, [f"{folder} ({size / 1e6:.1f} MB)"], as_json=as_json)


def _export_triton(name: str, out: Path | None, *, as_json: bool) -> None:
    """Write the Triton model repository of an endpoint, or of a run as it is served."""
    from engine.files import written_aside
    from engine.serving.endpoints import file_of
    from engine.serving.triton import repository, zipped

    settings, began = load_settings(), time.perf_counter()
    run_id = None
    if not NAME.fullmatch(name) or not file_of(settings, name).exists():
        name = run_id = finished_run(settings, name).run.run_id
    models = repository(settings, name)
    path = out or Path(f"{name}-triton.zip")
    if path.exists():
        raise BadInput("{path} is there already; give another file with --out.", path=str(path))
    with written_aside(path) as aside, aside.open("wb") as file:
        file.writelines(zipped(models))
    result = {
        "run_id": run_id,
        "metrics": {},
        "seconds": round(time.perf_counter() - began, 3),
        "file": str(path),
        "size_bytes": path.stat().st_size,
        "models": {model.name: list(model.versions) for model in models},
    }
    lines = [f"{model.name}, versions {', '.join(model.versions)}" for model in models]
    finish(result, [*lines, f"{path} ({path.stat().st_size / 1e6:.1f} MB)"], as_json=as_json)


def bench(run: Run, as_json: AsJson = False) -> None:
    """Measure latency and throughput of a run's exported model on this machine, encoding included."""
    from engine.datasets.store import open_dataset
    from engine.serving.measure import measure

    settings, began = load_settings(), time.perf_counter()
    found = finished_run(settings, run)
    report, task = found.report, TASKS[found.task]
    inputs = task.inputs(open_dataset(settings, report["dataset"]["id"]), "validation")
    measured = measure(found.load(), inputs)
    result = {
        "run_id": found.run.run_id,
        "metrics": {},
        "seconds": round(time.perf_counter() - began, 3),
        "served": report["served"],
        **measured,
    }
    latency = measured["latency_ms"]
    lines = [
        f"Run {found.run.run_id} as {report['served']}: one {task.unit.one} takes {latency['p50']:.2f} ms "
        f"(p95 {latency['p95']:.2f}, p99 {latency['p99']:.2f});",
        f"  {measured['throughput_per_s']:.0f} {task.unit.many} a second at batch {measured['best_batch']}.",
    ]
    finish(result, lines, as_json=as_json)


def _say_skipped(count: int) -> None:
    if count:
        say(f"{count} rows were left out: something they need is missing, or they could not be read.")


def _write(path: Path, answered: Answered) -> None:
    from engine.files import written_aside

    with written_aside(path) as aside, aside.open("w", encoding="utf-8", newline="") as file:
        _table(file, answered)


def _table(stream: Any, answered: Answered) -> None:
    writer = csv.DictWriter(stream, answered.columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(answered.answers)


def _copied(folder: Path, out: Path) -> Path:
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise BadInput("{path} is there already; give a folder that is new or empty.", path=str(out))
    shutil.copytree(folder, out, dirs_exist_ok=True)
    return out
