"""Puts jobs into the queue and takes them out. A job is a run folder; a supervisor finds it there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import engine
from engine.config import REPOSITORY, Settings
from engine.datasets.dataset import Dataset, Options
from engine.errors import BadInput
from engine.files import new_id, read_json, utc_now
from engine.jobs.progress import Progress, progress
from engine.jobs.runs import Kind, RunFolder, RunSpec, all_runs, create_run
from engine.models.catalog import BACKBONES, HUB_ID, resolve
from engine.models.recipes import find_recipe, unusual_options
from engine.scenarios import SCENARIOS, Scenario

__all__ = [
    "Progress",
    "cancel",
    "finetune_spec",
    "progress",
    "queue_demo",
    "repeat_spec",
    "submit",
    "submit_calibrate",
    "submit_finetune",
    "submit_prepare",
    "submit_seeds",
]

CALIBRATE_PRIORITY = 10
"""Somebody waits for the estimate before they start, and it takes seconds."""
DEMO_PRIORITY, AFTER_DEMO_PRIORITY, LAST_PRIORITY = -1, -2, -3
"""Of the first start: the first scenario's runs, the timing of their backbone, then the other scenarios. Nobody waits
for the last, and whatever a person starts goes before all of them."""


def find_scenario(name: str) -> Scenario:
    """Return the scenario called `name`. Raises BadInput naming the choices."""
    if name not in SCENARIOS:
        raise BadInput("There is no scenario {name}; choose one of {choices}.", name=name, choices=", ".join(SCENARIOS))
    return SCENARIOS[name]


def finetune_spec(
    scenario: str,
    dataset: Dataset | None,
    recipe: str = "",
    options: Mapping[str, Any] | None = None,
    backbone: str = "",
    seed: int = 0,
    *,
    threads: int = 0,
    label: str = "",
    demo: bool = False,
    group: str = "",
) -> RunSpec:
    """Return what a fine-tuning run is to do, checked; `dataset` None means the scenario's demo data.

    Raises BadInput for a scenario, recipe, option, backbone or seed that is not there, and for data that blocks it.
    """
    found = find_scenario(scenario)
    chosen = find_recipe(found.task, recipe or found.default_recipe)
    if chosen.name not in found.recipes:
        raise BadInput(
            "Scenario {scenario} has no recipe {name}; choose one of {choices}.",
            scenario=scenario,
            name=chosen.name,
            choices=", ".join(found.recipes),
        )
    unusual = unusual_options(chosen, options or {})
    if chosen.neural and backbone:
        _check_backbone(backbone)
    if not 0 <= seed < 2**32:
        raise BadInput("The seed is {seed}; give a whole number from 0 to {highest}.", seed=seed, highest=2**32 - 1)
    if dataset is not None:
        _refuse_blocked(dataset)
    return RunSpec(
        run_id=new_id(),
        created_at=utc_now(),
        kind="finetune",
        scenario=scenario,
        dataset_id=dataset.id if dataset else "",
        dataset={"raw_id": dataset.raw_id, "options": dataset.options.to_json()} if dataset else {"demo": True},
        backbone=(backbone or found.backbone) if chosen.neural else "",
        recipe=chosen.name,
        options=unusual,
        seed=seed,
        threads=threads,
        label=label,
        demo=demo,
        group=group,
        code_version=code_version(),
    )


def repeat_spec(settings: Settings, run: RunFolder) -> RunSpec:
    """Return a spec that does `run` again, from what stands in its folder. Raises BadInput when it trained nothing."""
    spec = run.spec
    if spec.kind != "finetune":
        raise BadInput("Run {run_id} trained nothing; choose a fine-tuning run.", run_id=run.run_id)
    notes = [a.folder / "dataset.json" for a in (run.published, *run.attempts()) if a is not None]
    threads = spec.threads or settings.threads
    if run.published is not None:
        threads = run.report()["threads"]  # the same weights need the same threads
    fresh = replace(spec, run_id=new_id(), created_at=utc_now(), demo=False, threads=threads)
    if (note := next((n for n in notes if n.exists()), None)) is None:
        return fresh
    used = read_json(note)
    return replace(fresh, dataset_id=used["id"], dataset={"raw_id": used["raw_id"], "options": used["options"]})


def _check_backbone(name: str) -> None:
    """Refuse a folder or name that cannot be a backbone; a hub id is fetched, and refused, by the run itself."""
    if name not in BACKBONES and not HUB_ID.fullmatch(name):
        resolve(name, Settings())


def _refuse_blocked(dataset: Dataset) -> None:
    for problem in dataset.card.problems:
        if problem.level == "block":
            raise BadInput(problem.message)


def submit_finetune(
    settings: Settings,
    scenario: str,
    dataset: Dataset | None,
    recipe: str = "",
    options: Mapping[str, Any] | None = None,
    backbone: str = "",
    seed: int = 0,
    *,
    priority: int = 0,
    **more: Any,
) -> RunFolder:
    """Queue a fine-tuning run; `more` and the errors are those of `finetune_spec`."""
    return submit(settings, finetune_spec(scenario, dataset, recipe, options, backbone, seed, **more), priority)


def submit_seeds(
    settings: Settings, scenario: str, dataset: Dataset | None, *, seeds: Sequence[int] = (0, 1, 2), **more: Any
) -> list[RunFolder]:
    """Queue the same run once a seed, as one group; `more` is that of `submit_finetune`."""
    group = new_id()
    return [submit_finetune(settings, scenario, dataset, seed=seed, group=group, **more) for seed in seeds]


def submit_prepare(
    settings: Settings, raw_id: str, options: Options, scenario: str, *, store: bool, priority: int = 0
) -> RunFolder:
    """Queue the check of an upload (`store` False: its report has "card") or its preparation (also "dataset_id")."""
    find_scenario(scenario)
    asked = {"raw_id": raw_id, "options": options.to_json(), "store": store}
    return submit(settings, _spec("prepare", scenario=scenario, dataset=asked, label=options.name), priority)


def submit_calibrate(settings: Settings, backbone: str, *, priority: int = CALIBRATE_PRIORITY) -> RunFolder:
    """Queue the timing of training steps with `backbone`.

    One that is already queued or running is returned instead, moved forward when it was to wait longer.
    """
    for run in all_runs(settings.workspace.runs):
        if run.state in {"queued", "running"} and (run.spec.kind, run.spec.backbone) == ("calibrate", backbone):
            if run.priority < priority:
                run.request("priority", value=priority)
            return run
    return submit(settings, _spec("calibrate", backbone=backbone), priority)


def cancel(run: RunFolder) -> None:
    """Ask for `run` to stop: at once when it is queued, within two seconds when it is running."""
    if run.state in {"queued", "running"}:
        run.request("cancel")


def queue_demo(settings: Settings) -> list[RunFolder]:
    """Queue every scenario's demo runs when the workspace has no run at all; return them in the order they start.

    The first scenario comes whole, then of the others what takes seconds, then what takes minutes. Nothing happens when
    `settings.demo_on_first_run` is off.
    """
    if not settings.demo_on_first_run or next(all_runs(settings.workspace.runs), None) is not None:
        return []
    first, *others = SCENARIOS.values()
    whole = [(first, recipe) for recipe in first.demo_recipes]
    rest = [(scenario, recipe) for scenario in others for recipe in scenario.demo_recipes]
    rest.sort(key=lambda asked: find_recipe(asked[0].task, asked[1]).neural)
    return [
        submit_finetune(
            settings, scenario.name, None, recipe, demo=True,
            priority=DEMO_PRIORITY if scenario is first else LAST_PRIORITY,
        )
        for scenario, recipe in whole + rest
    ]  # fmt: skip


def _spec(kind: Kind, **values: Any) -> RunSpec:
    return RunSpec(run_id=new_id(), created_at=utc_now(), kind=kind, code_version=code_version(), **values)


def submit(settings: Settings, spec: RunSpec, priority: int = 0) -> RunFolder:
    """Make the run folder and return it; the priority stands in it before a supervisor can see the run."""
    if priority:
        RunFolder(settings.workspace.runs / spec.run_id).request("priority", value=priority)
    return create_run(settings.workspace.runs, spec)


def code_version() -> str:
    """Return the program's version and, in a clone, the commit: "0.1.0+2f9ff4d"."""
    git = REPOSITORY / ".git"
    head = _read(git / "HEAD")
    commit = _read(git / head.removeprefix("ref: ")) if head.startswith("ref: ") else head
    return f"{engine.__version__}+{commit[:7]}" if commit else engine.__version__


def _read(path: Path) -> str:
    return path.read_text("utf-8").strip() if path.is_file() else ""
