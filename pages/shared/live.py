"""Jobs as they are at this moment. Ended ones are remembered, so that a page reads only what can still change."""

from __future__ import annotations

from engine.jobs.runs import RunFolder
from pages.shared.data import workspace

_ended: set[str] = set()
OPEN = {"queued", "running"}


def open_runs() -> list[RunFolder]:
    """Return the jobs that wait or run, oldest first."""
    runs = workspace().runs
    found = []
    for name in sorted(p.name for p in runs.iterdir()):
        key = f"{runs}/{name}"
        if key in _ended or not (runs / name / "spec.json").exists():
            continue
        run = RunFolder(runs / name)
        if run.state in OPEN:
            found.append(run)
        else:
            _ended.add(key)
    return found
