"""`evaluate`, `predict`, `export`, `bench`: a finished run's exported model, used as it is served."""

from __future__ import annotations

import csv
import shutil
import sys
import time
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from engine.cli.output import finish, say, share
from engine.cli.rows import Rows, read_rows
from engine.cli.train import AsJson, values
from engine.config import Settings, load_settings
from engine.errors import BadInput
from engine.files import read_json
from engine.jobs.runs import Attempt, RunFolder, open_run

if TYPE_CHECKING:
    from engine.serving.runtime import Classifier

Run = Annotated[str, typer.Argument(metavar="RUN", help="A run's id, or the start of it.")]
Column = Annotated[str, typer.Option(help="The column with the text; detected.")]
Labels = Annotated[str, typer.Option(help="The column with the label; detected.")]
Encoding = Annotated[str, typer.Option(help="How the file is encoded; detected.")]


def evaluate(
    run: Run,
    data: Annotated[Path, typer.Option(help="A CSV or Parquet file with a text and a label column.")],
    text_column: Column = "",
    label_column: Labels = "",
    encoding: Encoding = "",
    as_json: AsJson = False,
) -> None:
    """Judge a run's exported model, as it is served, on a file with labels."""
    import numpy as np

    from engine.tasks.judge import judge

    settings, began = load_settings(), time.perf_counter()
    found, report, attempt = _finished(settings, run)
    rows = read_rows(data, found.spec.scenario, settings, text_column, label_column, encoding, labelled=True)
    rows = rows.mapped(_label_map(attempt))
    labels: list[str] = report["labels"]
    truth = np.array([labels.index(label) for label in _known(rows, labels)], dtype=np.int64)
    probabilities = _load(attempt, report, settings).probabilities(rows.texts)
    quality = judge(truth, probabilities, labels, rows.texts, rows.numbers, seed=report["seed"])
    result = {
        "run_id": found.run_id,
        "metrics": values(quality),
        "seconds": round(time.perf_counter() - began, 3),
        "rows": len(rows.texts),
        "skipped": rows.skipped,
        "served": report["served"],
        "quality": quality,
    }
    lines = [f"Run {found.run_id} on {data.name}, {len(rows.texts)} rows, as served ({report['served']}):"]
    lines += [f"  {name}: {share(metric)}" for name, metric in quality["metrics"].items()]
    _say_skipped(rows)
    finish(result, lines, as_json=as_json)


def predict(
    run: Run,
    file: Annotated[Path, typer.Option("--input", help="A CSV or Parquet file with a text column.")],
    out: Annotated[Path | None, typer.Option(help="Write the answers to this CSV file.")] = None,
    text_column: Column = "",
    encoding: Encoding = "",
    as_json: AsJson = False,
) -> None:
    """Answer every row of a file with a run's exported model."""
    settings, began = load_settings(), time.perf_counter()
    found, report, attempt = _finished(settings, run)
    rows = read_rows(file, found.spec.scenario, settings, text_column, "", encoding, labelled=False)
    labels: list[str] = report["labels"]
    probabilities = _load(attempt, report, settings).probabilities(rows.texts)
    best = probabilities.argmax(axis=1)
    answers = [
        {"row": row, "text": text, "label": labels[c], "probability": round(float(p[c]), 6)}
        for row, text, c, p in zip(rows.numbers, rows.texts, best, probabilities, strict=True)
    ]
    if out is not None:
        _write(out, answers)
    elif not as_json:
        _table(sys.stdout, answers)
    result: dict[str, Any] = {
        "run_id": found.run_id,
        "metrics": {},
        "seconds": round(time.perf_counter() - began, 3),
        "rows": len(answers),
        "skipped": rows.skipped,
        "counts": dict(Counter(a["label"] for a in answers)),
    }
    _say_skipped(rows)
    if as_json:
        result |= {"out": str(out)} if out else {"predictions": answers}
    finish(result, [f"{len(answers)} answers are in {out}."] if out else [], as_json=as_json)


def export(
    run: Run,
    precision: Annotated[str, typer.Option(help="fp32, fp16 or int8.")] = "fp32",
    out: Annotated[Path | None, typer.Option(help="Copy the model folder here.")] = None,
    as_json: AsJson = False,
) -> None:
    """Give the folder with a run's ONNX model in one precision, in the layout of a Triton model repository."""
    from engine.training.quantise import export_precision

    settings, began = load_settings(), time.perf_counter()
    found, report, attempt = _finished(settings, run)
    folder = export_precision(attempt.onnx, precision)
    if out is not None:
        folder = _copied(folder, out)
    size = sum(p.stat().st_size for p in folder.rglob("*") if p.is_file())
    result = {
        "run_id": found.run_id,
        "metrics": values(report["quality"]) if precision == report["served"] else {},
        "seconds": round(time.perf_counter() - began, 3),
        "precision": precision,
        "folder": str(folder),
        "size_bytes": size,
    }
    finish(result, [f"{folder} ({size / 1e6:.1f} MB)"], as_json=as_json)


def bench(run: Run, as_json: AsJson = False) -> None:
    """Measure latency and throughput of a run's exported model on this machine, tokenising included."""
    from engine.datasets.store import open_dataset
    from engine.serving.measure import measure

    settings, began = load_settings(), time.perf_counter()
    found, report, attempt = _finished(settings, run)
    texts = open_dataset(settings, report["dataset"]["id"]).rows("validation")["text"].tolist()
    measured = measure(_load(attempt, report, settings), texts)
    result = {
        "run_id": found.run_id,
        "metrics": {},
        "seconds": round(time.perf_counter() - began, 3),
        "served": report["served"],
        **measured,
    }
    latency = measured["latency_ms"]
    lines = [
        f"Run {found.run_id} as {report['served']}: one sentence takes {latency['p50']:.2f} ms "
        f"(p95 {latency['p95']:.2f}, p99 {latency['p99']:.2f});",
        f"  {measured['throughput_per_s']:.0f} sentences a second at batch {measured['best_batch']}.",
    ]
    finish(result, lines, as_json=as_json)


def _say_skipped(rows: Rows) -> None:
    if rows.skipped:
        say(f"{rows.skipped} rows were left out: they have no text or label, or could not be read.")


def _finished(settings: Settings, run_id: str) -> tuple[RunFolder, dict[str, Any], Attempt]:
    """Return the run, its report and its published attempt. Raises NotFound, or BadInput when it has no model."""
    run = open_run(settings.workspace.runs, run_id)
    report = run.report()
    if run.published is None or run.spec.kind != "finetune":
        raise BadInput("Run {run_id} trained nothing; choose a fine-tuning run.", run_id=run.run_id)
    return run, report, run.published


def _load(attempt: Attempt, report: dict[str, Any], settings: Settings) -> Classifier:
    from engine.serving.runtime import Classifier

    return Classifier.load(attempt.onnx / report["served"], threads=settings.threads or report["threads"])


def _label_map(attempt: Attempt) -> dict[str, str]:
    """Return how the labels of the training file were mapped; a file to judge on is read the same way."""
    note = attempt.folder / "dataset.json"
    found: dict[str, str] = read_json(note)["options"]["label_map"] if note.exists() else {}
    return found


def _known(rows: Rows, labels: list[str]) -> list[str]:
    if unknown := sorted(set(rows.labels) - set(labels)):
        raise BadInput(
            "The file has the label {label}; this run knows {labels}. Correct the file or name another label column.",
            label=unknown[0],
            labels=", ".join(labels),
        )
    return rows.labels


def _write(path: Path, answers: list[dict[str, Any]]) -> None:
    from engine.files import written_aside

    with written_aside(path) as aside, aside.open("w", encoding="utf-8", newline="") as file:
        _table(file, answers)


def _table(stream: Any, answers: list[dict[str, Any]]) -> None:
    writer = csv.DictWriter(stream, ["row", "label", "probability", "text"], lineterminator="\n")
    writer.writeheader()
    writer.writerows(answers)


def _copied(folder: Path, out: Path) -> Path:
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise BadInput("{path} is there already; give a folder that is new or empty.", path=str(out))
    shutil.copytree(folder, out, dirs_exist_ok=True)
    return out
