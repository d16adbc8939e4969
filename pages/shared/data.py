"""What pages know about runs, read once and kept until a file changes."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from engine.config import Workspace
from engine.errors import BreakevenError
from engine.files import read_json
from engine.jobs.runs import RunFolder, all_runs, open_run
from pages.shared.resources import settings


def workspace() -> Workspace:
    return settings().workspace


def run(run_id: str) -> RunFolder:
    """Return the run named by its id or by the start of it. Raises NotFound."""
    return open_run(workspace().runs, run_id)


def version() -> str:
    """Return a text that changes whenever a run is added, published or ends."""
    runs = workspace().runs
    marks = [(p.name, (p / "published.json").exists()) for p in runs.iterdir()]
    return f"{runs}:{len(marks)}:{sum(done for _, done in marks)}"


def runs(scenario: str = "") -> pd.DataFrame:
    """Return one row a finished run, oldest first."""
    frame = _runs(version())
    return frame[frame["scenario"] == scenario] if scenario and len(frame) else frame


@st.cache_data(show_spinner=False, max_entries=4)
def _runs(_version: str) -> pd.DataFrame:
    rows = [row for r in all_runs(workspace().runs) if (row := _row(r)) is not None]
    return pd.DataFrame(rows, columns=list(rows[0]) if rows else ["scenario", "run_id"])


def _row(run: RunFolder) -> dict[str, Any] | None:
    try:
        if run.published is None or run.spec.kind != "finetune":
            return None
        report = read_json(run.published.report_file)
    except BreakevenError:
        return None
    served = report["variants"][report["served"]]
    metrics = report["quality"]["metrics"]
    return {
        "run_id": run.run_id,
        "scenario": report["scenario"],
        "recipe": report["recipe"],
        "backbone": report["backbone"]["id"],
        "seed": report["seed"],
        "dataset_id": report["dataset"]["id"],
        "dataset": report["dataset"]["name"],
        "test_id": report["dataset"]["test_id"],
        "synthetic": report["dataset"]["synthetic"],
        "finished_at": report["finished_at"],
        "test_rows": report["quality"]["rows"],
        **{f"{name}{end}": metrics[name][part] for name in metrics for end, part in ENDS.items()},
        "train_seconds": report["seconds"]["train"],
        "p50_ms": served["latency_ms"]["p50"],
        "p95_ms": served["latency_ms"]["p95"],
        "throughput_per_s": served["throughput_per_s"],
        "size_bytes": served["size_bytes"],
        "kwh": report["energy"]["kwh"],
    }


ENDS = {"": "value", "_low": "low", "_high": "high"}


@st.cache_data(show_spinner=False, max_entries=16)
def _report(_path: str, _changed: float) -> dict[str, Any]:
    from pathlib import Path

    return read_json(Path(_path))


def report(run_id: str) -> dict[str, Any]:
    """Return the report of a finished run. Raises NotFound or BadInput."""
    found = run(run_id)
    if found.published is None:
        return found.report()
    file = found.published.report_file
    return _report(str(file), file.stat().st_mtime)
