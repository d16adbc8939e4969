"""The model card: what a model is for, what it was made of, how good it is and where it is not.

Headings are those of Mitchell et al. 2019, "Model Cards for Model Reporting", as the hub's template has them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from engine.datasets.dataset import Dataset
from engine.messages import Message
from engine.models.catalog import BACKBONES
from engine.models.recipes import RECIPES, Recipe
from engine.reports.evaluation import evaluation, impact, speed
from engine.reports.limits import limits
from engine.reports.markdown import Block, Bullets, Code, Section, Table
from engine.reports.wording import SYNTHETIC, UNKNOWN, licence, listed, of_hundred, together
from engine.scenarios import SCENARIOS
from engine.tasks import TASKS


class Spec(Protocol):
    """What a card reads of a run's spec."""

    @property
    def code_version(self) -> str: ...
    @property
    def label(self) -> str: ...


def sections(
    report: Mapping[str, Any], spec: Spec, dataset: Dataset, carbon: Mapping[str, Any] | None
) -> list[Section]:
    """Return the sections of the model card of a finished run, in their usual order."""
    found = [
        Section(Message("Model details"), (_details(report, spec),)),
        Section(Message("Uses"), _uses(report)),
        Section(Message("Bias, risks and limitations"), (Bullets(tuple(limits(report, dataset))),)),
        Section(Message("How to get started"), _start(report)),
        Section(Message("Training data"), _training_data(report)),
        Section(Message("Training procedure"), _procedure(report, dataset)),
        Section(Message("Evaluation"), evaluation(report)),
        Section(Message("Export and speed"), speed(report)),
        Section(Message("Environmental impact"), impact(report, carbon)),
        Section(Message("Licence"), _licences(report)),
    ]
    return [section for section in found if section.blocks]


def title(report: Mapping[str, Any], spec: Spec) -> Message:
    """Return the heading of the card."""
    if spec.label:
        return Message("Model card: {name}", name=spec.label)
    return Message("Model card: {scenario}, {recipe}", scenario=scenario_title(report), recipe=_recipe_title(report))


def scenario_title(report: Mapping[str, Any]) -> Message | str:
    """Return what the scenario is called, or its name when this program does not know it."""
    scenario = SCENARIOS.get(report["scenario"])
    return scenario.title if scenario else str(report["scenario"])


def commercial_use(report: Mapping[str, Any]) -> bool | None:
    """Return whether the model may be used commercially: its data and its backbone must both allow it."""
    return together(report["dataset"].get("commercial_use"), report.get("backbone", {}).get("commercial_use"))


def _recipe_title(report: Mapping[str, Any]) -> Message | str:
    recipe = _recipe(report)
    return recipe.title if recipe else str(report["recipe"])


def _recipe(report: Mapping[str, Any]) -> Recipe | None:
    scenario = SCENARIOS.get(report["scenario"])
    return RECIPES.get(scenario.task, {}).get(report["recipe"]) if scenario else None


def _backbone(report: Mapping[str, Any]) -> Message:
    block = report.get("backbone") or {}
    if not block.get("id"):
        return Message("Backbone: none.")
    known = BACKBONES.get(block["id"])
    return Message(
        "Backbone: {name}, {parameters:.1f} million parameters, licence {licence}, weights SHA-256 {sha256}.",
        name=f"{known.title} ({known.hub_id})" if known else block["id"],
        parameters=(block.get("parameters") or 0) / 1e6,
        licence=block.get("licence") or UNKNOWN,
        sha256=block.get("sha256") or UNKNOWN,
    )


def _details(report: Mapping[str, Any], spec: Spec) -> Bullets:
    return Bullets(
        (
            Message("Run: {run_id}", run_id=report["run_id"]),
            *_task_line(report),
            _backbone(report),
            Message("Recipe: {recipe}", recipe=_recipe_title(report)),
            Message(
                "Finished at {at} (UTC); program version {version}.",
                at=report["finished_at"],
                version=spec.code_version or UNKNOWN,
            ),
        )
    )


def _task_line(report: Mapping[str, Any]) -> tuple[Message, ...]:
    if report["labels"]:
        return (Message("Task: {task}, classes: {labels}", task=_task(report), labels=listed(report["labels"])),)
    return (Message("Task: {task}", task=_task(report)),)


def _task(report: Mapping[str, Any]) -> Message | str:
    scenario = SCENARIOS.get(report["scenario"])
    return TASKS[scenario.task].title if scenario and scenario.task in TASKS else UNKNOWN


def _uses(report: Mapping[str, Any]) -> tuple[Block, ...]:
    scenario = SCENARIOS.get(report["scenario"])
    accuracy = report["quality"]["metrics"].get("accuracy", {}).get("value")
    out = Message(
        "Out of scope: deciding alone where an error harms somebody, and data of another kind than the training data."
    )
    if accuracy is not None:
        out = Message(
            "Out of scope: deciding alone where an error harms somebody (about {wrong} of 100 answers are wrong), data "
            "of another kind or language than the training data, and classes other than those above.",
            wrong=of_hundred(1 - accuracy),
        )
    return (scenario.summary, *scenario.warnings, out) if scenario else (out,)


def _start(report: Mapping[str, Any]) -> tuple[Block, ...]:
    return (
        Message("Answer what is in a file:"),
        Code(f"python -m engine predict {report['run_id']} --input FILE"),
        Message(
            "While the program runs, its inference service answers under /v2/models/{run_id}/infer.",
            run_id=report["run_id"],
        ),
    )


def _training_data(report: Mapping[str, Any]) -> tuple[Block, ...]:
    data = report["dataset"]
    rows = data["rows"]
    what = Message(
        "{name}: {train} rows to train on, {validation} to choose by, {test} held out. Its data card is beside this "
        "one. Data set {id}.",
        name=data["name"],
        train=rows["train"],
        validation=rows["validation"],
        test=rows["test"],
        id=data["id"],
    )
    terms = licence(data.get("licence") or "", data.get("commercial_use"))
    return (what, terms, SYNTHETIC) if data.get("synthetic") else (what, terms)


def _procedure(report: Mapping[str, Any], dataset: Dataset) -> tuple[Block, ...]:
    recipe = _recipe(report)
    seconds = report.get("seconds") or {}
    made = [
        Message("Seed {seed}, {threads} threads.", seed=report["seed"], threads=report["threads"]),
        Message(
            "Cleaning and masks of the data: {steps}.",
            steps=listed((*dataset.options.cleaning, *getattr(dataset.options, "masks", ()))) or Message("none"),
        ),
    ]
    if report.get("best_epoch") is not None:
        made.append(
            Message(
                "Weights kept: those of epoch {epoch}, the best on the validation part or as good.",
                epoch=report["best_epoch"],
            )
        )
    if "train" in seconds:
        made.append(
            Message(
                "Training took {seconds:.1f} s, all steps {total:.1f} s.",
                seconds=seconds["train"],
                total=seconds.get("total", seconds["train"]),
            )
        )
    if machine := report.get("machine"):
        made.append(
            Message(
                "Machine: {cpu}, {cores} cores, {memory} GiB, GPU: {gpu}; torch {torch}.",
                cpu=machine.get("cpu") or UNKNOWN,
                cores=machine.get("cores") or UNKNOWN,
                memory=machine.get("memory_gib") or UNKNOWN,
                gpu=machine.get("gpu") or Message("none"),
                torch=machine.get("torch") or UNKNOWN,
            )
        )
    options = Table(
        (Message("Option"), Message("Value")), tuple((k, str(v)) for k, v in (report.get("options") or {}).items())
    )
    blocks: tuple[Block, ...] = (recipe.summary,) if recipe else ()
    return (*blocks, Bullets(tuple(made)), options) if options.rows else (*blocks, Bullets(tuple(made)))


def _licences(report: Mapping[str, Any]) -> tuple[Block, ...]:
    data, backbone = report["dataset"], report.get("backbone") or {}
    items = [Message("Data: {terms}", terms=licence(data.get("licence") or "", data.get("commercial_use")))]
    if backbone.get("id"):
        items.append(
            Message("Backbone: {terms}", terms=licence(backbone.get("licence") or "", backbone.get("commercial_use")))
        )
    verdict = {
        True: Message("This model may be used commercially."),
        False: Message("**This model may not be used commercially**, because what it was made of does not allow it."),
        None: Message(
            "Whether this model may be used commercially is not known, because a licence it rests on is not."
        ),
    }[commercial_use(report)]
    return (verdict, Bullets(tuple(items)))
