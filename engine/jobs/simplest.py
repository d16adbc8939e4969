"""The simplest recipe beside every other one: is what costs more needed at all?"""

from __future__ import annotations

from engine.config import Settings
from engine.datasets.dataset import Dataset
from engine.jobs.queue import DEMO_PRIORITY, find_scenario, submit_finetune
from engine.jobs.runs import RunFolder, all_runs


def submit_simplest(
    settings: Settings, scenario: str, dataset: Dataset | None, *, threads: int = 0
) -> RunFolder | None:
    """Queue the simplest recipe of `scenario` on `dataset`, after what people wait for; None: the demo data.

    It is trained once on the same data: nothing is queued, and None comes back, when it is there or on its way.
    """
    simplest = find_scenario(scenario).recipes[0]

    def is_it(run: RunFolder) -> bool:
        spec = run.spec
        same = spec.dataset_id == dataset.id if dataset else bool(spec.dataset.get("demo"))
        return (spec.scenario, spec.recipe) == (scenario, simplest) and same and run.is_model

    there = (run for run in all_runs(settings.workspace.runs) if is_it(run))
    if any(run.state in {"queued", "running", "finished"} and not run.trashed for run in there):
        return None
    return submit_finetune(settings, scenario, dataset, simplest, threads=threads, priority=DEMO_PRIORITY)
