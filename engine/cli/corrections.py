"""`corrections`: the right answers that users gave, as a list, a file, a data set, or the next run."""

from __future__ import annotations

import time
from collections import Counter
from pathlib import Path
from typing import Annotated, Any

import typer

from engine.cli.endpoints import Name
from engine.cli.output import finish, table
from engine.cli.train import AsJson, summary, train, values
from engine.config import load_settings


def corrections(
    name: Name,
    out: Annotated[Path | None, typer.Option(help="Write them to a file that can be uploaded.")] = None,
    prepare: Annotated[
        bool, typer.Option("--prepare", help="Make a data set of them and what the model learned from.")
    ] = False,
    finetune: Annotated[bool, typer.Option("--finetune", help="Also train the model again on that data set.")] = False,
    as_json: AsJson = False,
) -> None:
    """Show an endpoint's corrections, and make data or the next run of them."""
    from engine.serving import corrected
    from engine.serving.corrections import corrections as read

    settings, began = load_settings(), time.perf_counter()
    found = read(settings, name)
    counts = Counter(c.label for c in found)
    lines = table(sorted(counts.items()), ("right answer", "corrections")) if found else [f"{name} has no corrections."]
    result: dict[str, Any] = {"run_id": None, "metrics": {}, "endpoint": name, "corrections": len(found)}
    if out is not None:
        result["out"], count = str(out), corrected.write_corrections(settings, name, out)
        lines.append(f"{count} corrections are in {out}.")
    if prepare or finetune:
        dataset, scenario = corrected.corrected_dataset(settings, name)
        result["dataset"] = {"id": dataset.id, "name": dataset.name, "scenario": scenario, "test_id": dataset.test_id}
        lines.append(f"Data set {dataset.id[:12]} ({dataset.name}) has them in it.")
    if finetune:
        report = train(settings, corrected.next_spec(settings, name, dataset)).report()
        result |= {"run_id": report["run_id"], "metrics": values(report["quality"])}
        lines += [*summary(report), f"  promote {report['run_id']} {name} puts it to work."]
    finish({**result, "seconds": round(time.perf_counter() - began, 3)}, lines, as_json=as_json)
