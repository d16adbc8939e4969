"""`datasets`, `compare`, `serve`, `reindex`: what concerns the whole workspace."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from engine.cli.comparison import by_test, compared, comparison_lines, row_of
from engine.cli.output import finish, say, table
from engine.cli.train import AsJson
from engine.config import load_settings
from engine.datasets.dataset import PARTS, Dataset
from engine.errors import BadInput, Failure
from engine.jobs.runs import RunFolder, all_runs, open_run


def datasets(as_json: AsJson = False) -> None:
    """List the prepared data sets of the workspace."""
    from engine.datasets.store import dependents, list_datasets

    settings, began = load_settings(), time.perf_counter()
    found = [_dataset_row(d, dependents(settings, d.id)) for d in list_datasets(settings)]
    rows = [(d["id"][:12], d["name"], sum(d["rows"].values()), ", ".join(d["labels"]), len(d["runs"])) for d in found]
    lines = table(rows, ("id", "name", "rows", "classes", "runs")) if rows else ["There is no data set yet."]
    seconds = round(time.perf_counter() - began, 3)
    finish({"run_id": None, "metrics": {}, "seconds": seconds, "datasets": found}, lines, as_json=as_json)


def _dataset_row(dataset: Dataset, runs: list[str]) -> dict[str, Any]:
    card = dataset.card
    return {
        "id": dataset.id,
        "name": dataset.name,
        "task": dataset.task,
        "labels": list(dataset.labels),
        "rows": {part: card.part_rows(part) for part in PARTS if part in card.parts},
        "licence": card.licence,
        "commercial_use": card.commercial_use,
        "synthetic": card.synthetic,
        "created_at": dataset.created_at,
        "runs": runs,
    }


def compare(
    runs: Annotated[list[str] | None, typer.Argument(metavar="[RUN RUN]", help="Two runs for a paired test.")] = None,
    as_json: AsJson = False,
) -> None:
    """Show the finished runs side by side, those judged on the same test part together; or test two of them."""
    settings, began = load_settings(), time.perf_counter()
    result: dict[str, Any] = {"run_id": None, "metrics": {}, "seconds": 0.0}
    if runs:
        result["paired"], lines = _pair(settings.workspace.runs, runs)
        result["run_id"] = result["paired"]["runs"][0]
    else:
        groups = by_test(finished_runs(settings.workspace.runs))
        result["tests"] = [
            {"test_id": test_id, "dataset": reports[0]["dataset"]["name"], "runs": [row_of(r) for r in reports]}
            for test_id, reports in groups.items()
        ]
        if groups:
            best = next(iter(groups.values()))[0]
            result |= {"run_id": best["run_id"], "metrics": row_of(best)["metrics"]}
        lines = comparison_lines(groups)
    result["seconds"] = round(time.perf_counter() - began, 3)
    finish(result, lines, as_json=as_json)


def finished_runs(runs: Path) -> list[RunFolder]:
    """Return the fine-tuning runs that have results and were not put away, oldest first."""
    return [r for r in all_runs(runs) if r.published is not None and r.is_model and not r.trashed]


def _pair(folder: Path, names: Sequence[str]) -> tuple[dict[str, Any], list[str]]:
    if len(names) != 2:
        raise BadInput("{count} runs are named; name two runs, or none for a table of all.", count=len(names))
    result, words = compared(folder, open_run(folder, names[0]), open_run(folder, names[1]))
    return result, [str(words)]


def serve(
    port: Annotated[int | None, typer.Option(help="The port of the inference service.")] = None,
    host: Annotated[str | None, typer.Option(help="The address to bind to.")] = None,
) -> None:
    """Serve the finished runs over HTTP until stopped."""
    from engine.serving.app import serve as serve_forever

    settings = load_settings(inference_port=port, host=host)
    say(f"Serving on http://{settings.host}:{settings.inference_port}/v2; Ctrl-C ends it.")
    serve_forever(settings)


def reindex(as_json: AsJson = False) -> None:
    """Build the index of runs and usage again from the files."""
    from engine.analytics.database import open_index

    settings, began = load_settings(), time.perf_counter()
    index = open_index(settings, owner=True)
    try:
        if not index.owner:
            raise Failure("A dashboard holds the index of {home}; stop it and try again.", home=str(settings.home))
        index.rebuild()
        counts = {
            "runs": _counted(index.rows("SELECT count(*) FROM runs")),
            "epochs": _counted(index.rows("SELECT count(*) FROM epochs")),
            "damaged": _counted(index.rows("SELECT count(*) FROM damaged")),
            "predictions served": _counted(index.rows("SELECT coalesce(sum(predictions), 0) FROM usage")),
        }
    finally:
        index.close()
    seconds = round(time.perf_counter() - began, 3)
    words = ", ".join(f"{n} {name}" for name, n in counts.items())
    finish(
        {"run_id": None, "metrics": {}, "seconds": seconds, "indexed": counts}, [f"Indexed: {words}."], as_json=as_json
    )


def _counted(rows: list[tuple[Any, ...]]) -> int:
    return int(rows[0][0])
