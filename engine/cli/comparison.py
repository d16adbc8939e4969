"""Finished runs side by side. Runs that were judged on different test parts are never in one table."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from engine.cli.output import share, table
from engine.cli.train import values
from engine.errors import BadInput
from engine.jobs.runs import RunFolder, all_runs
from engine.messages import Message
from engine.scenarios import SCENARIOS
from engine.tasks import TASKS, Metric

MEASURED = ("ms p50", "a second", "MB", "train s")
SHOWN_METRICS = 2


def by_test(runs: Sequence[RunFolder]) -> dict[str, list[dict[str, Any]]]:
    """Return reports by test part, the newest test part first, and within it the best first."""
    groups: dict[str, list[dict[str, Any]]] = {}
    for run in reversed(runs):
        report = run.report()
        groups.setdefault(report["dataset"]["test_id"], []).append(report)
    return {test: sorted(reports, key=_quality, reverse=True) for test, reports in groups.items()}


def _quality(report: dict[str, Any]) -> float:
    """Return the figure that the run's scenario quotes first."""
    metric = report["quality"]["metrics"].get(SCENARIOS[report["scenario"]].quality, {})
    return float(metric.get("value") or 0.0)


def shown_metrics(report: dict[str, Any]) -> tuple[Metric, ...]:
    """Return the metrics of a run's task that stand in a table."""
    return TASKS[SCENARIOS[report["scenario"]].task].metrics[:SHOWN_METRICS]


def head(report: dict[str, Any]) -> tuple[str, ...]:
    """Return the names of the columns of `cells` for runs like this one."""
    return ("run", "recipe", "seed", *(str(m.title) for m in shown_metrics(report)), *MEASURED)


def row_of(report: dict[str, Any]) -> dict[str, Any]:
    """Return one run's line of the comparison, for JSON."""
    served = report["variants"][report["served"]]
    return {
        "run_id": report["run_id"],
        "recipe": report["recipe"],
        "seed": report["seed"],
        "metrics": values(report["quality"]),
        "latency_ms": served["latency_ms"],
        "throughput_per_s": served["throughput_per_s"],
        "size_bytes": served["size_bytes"],
        "train_seconds": report["seconds"]["train"],
        "energy_kwh": report["energy"]["kwh"],
        "served": report["served"],
    }


def cells(report: dict[str, Any]) -> tuple[object, ...]:
    """Return one run's line of the comparison, for reading; the columns are those of `head`."""
    row, metrics = row_of(report), report["quality"]["metrics"]
    return (
        row["run_id"],
        row["recipe"],
        row["seed"],
        *(share(metrics.get(m.name)) for m in shown_metrics(report)),
        f"{row['latency_ms']['p50']:.2f}",
        f"{row['throughput_per_s']:.0f}",
        f"{row['size_bytes'] / 1e6:.1f}",
        f"{row['train_seconds']:.1f}",
    )


def comparison_lines(groups: dict[str, list[dict[str, Any]]]) -> list[str]:
    """Return the tables of all test parts as lines."""
    if not groups:
        return ["No run has finished yet; start one with finetune."]
    lines: list[str] = []
    for test_id, reports in groups.items():
        dataset = reports[0]["dataset"]
        kind = ", synthetic" if dataset["synthetic"] else ""
        lines += [f"Test part {test_id[:12]}: {dataset['name']}, {reports[0]['quality']['rows']} rows{kind}"]
        lines += [f"  {line}" for line in table([cells(r) for r in reports], head(reports[0]))] + [""]
    return lines[:-1]


def compared(folder: Path, first: RunFolder, second: RunFolder) -> tuple[dict[str, Any], Message]:
    """Test whether `second` differs from `first`; with seeds on both sides, whether the recipes do.

    Raises BadInput when the runs were judged on different test parts or are not finished.
    """
    sides = [_seeds(folder, run) for run in (first, second)]
    names = (_name(first), _name(second))
    runs = [first.run_id, second.run_id]
    judged = [[_judged(run) for run in side] for side in sides]
    task = TASKS[SCENARIOS[judged[0][0][0]["scenario"]].task]
    if min(len(side) for side in sides) >= 2 and first.spec.group != second.spec.group:
        found = task.compare_seeds(*judged, names=names)
        return {"runs": runs, "seeds": [len(s) for s in sides], **found.to_json()}, found.words
    pair = task.compare(_judged(first), _judged(second), names=names)
    return {"runs": runs, **pair.to_json()}, pair.words


def _name(run: RunFolder) -> str:
    return run.label or f"{run.spec.recipe} {run.run_id[-6:]}"


def _judged(run: RunFolder) -> tuple[dict[str, Any], Path]:
    report = run.report()
    if run.published is None or run.spec.kind not in {"finetune", "bought"}:
        raise BadInput("Run {run_id} trained nothing; choose a fine-tuning run.", run_id=run.run_id)
    return report, run.published.folder / "predictions.parquet"


def _seeds(folder: Path, run: RunFolder) -> list[RunFolder]:
    """Return the finished runs of the same group, which differ by their seed only; the run alone without a group."""
    group = run.spec.group
    if not group or not run.is_model:
        return [run]
    return [r for r in all_runs(folder) if r.published and r.spec.group == group and r.is_model]
