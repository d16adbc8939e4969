"""Points of a learning curve: a finished run trained again on shares of its training part, everything else the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from engine.config import Settings
from engine.datasets.share import checked_share
from engine.errors import BadInput
from engine.files import new_id
from engine.jobs.queue import repeat_spec, submit
from engine.jobs.runs import RunFolder, RunSpec, all_runs

SHARES = (0.125, 0.25, 0.5)
"""Each twice the one before; the whole training part, which the run itself learned from, is the last point."""
MADE = {"queued", "running", "finished"}


def curve_specs(settings: Settings, run: RunFolder, shares: Sequence[float] = SHARES) -> list[RunSpec]:
    """Return what trains `run` again on each share that was not tried yet, the smallest first.

    Validation and test part, options and seed are those of the run. Raises BadInput for a run that is no finished
    model, and for a share that is not between 0 and 1.
    """
    if not run.is_model or run.published is None:
        raise BadInput(
            "Run {run_id} has no finished model to train again on parts of its data; choose a fine-tuning run that "
            "has.",
            run_id=run.run_id,
        )
    for share in shares:
        if checked_share(share) == 1:
            raise BadInput("The share of the training part is 1, which the run itself is; give one below 1.")
    there = {r.spec.share for r in curve_runs(settings, run) if r.state in MADE}
    again = repeat_spec(settings, run)
    wanted = [s for s in sorted(set(shares)) if s not in there]
    return [replace(again, run_id=new_id(), share=share, group=run.run_id, label="") for share in wanted]


def submit_curve(settings: Settings, run: RunFolder, shares: Sequence[float] = SHARES) -> list[RunFolder]:
    """Queue what `curve_specs` gives; return the jobs, fewest labels first."""
    return [submit(settings, spec) for spec in curve_specs(settings, run, shares)]


def curve_runs(settings: Settings, run: RunFolder) -> list[RunFolder]:
    """Return the jobs on shares of the training part of `run` that were not put away, oldest first."""
    found = (r for r in all_runs(settings.workspace.runs) if r.spec.group == run.run_id and r.spec.share < 1)
    return [r for r in found if not r.trashed]
