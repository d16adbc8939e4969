"""A finished run whose exported model is to be used, and what using it gives."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from engine.config import Settings
from engine.errors import BadInput
from engine.jobs.runs import Attempt, RunFolder, open_run
from engine.scenarios import SCENARIOS

if TYPE_CHECKING:
    from engine.serving.runtime import Classifier, ServedModel


@dataclass(frozen=True)
class Finished:
    """A finished run, ready to answer."""

    run: RunFolder
    report: dict[str, Any]
    attempt: Attempt
    settings: Settings

    @property
    def task(self) -> str:
        return SCENARIOS[self.run.spec.scenario].task

    @property
    def positive(self) -> str:
        """The class that is looked for; empty where no class is special."""
        return str(self.report.get("positive", ""))

    def load(self) -> ServedModel:
        """Return the exported model, as it is served."""
        from engine.serving.runtime import load_model

        threads = self.settings.threads or self.report["threads"]
        return load_model(self.attempt.onnx / self.report["served"], threads=threads)

    def classifier(self) -> Classifier:
        """Return the exported model of a task that classifies."""
        from engine.serving.runtime import Classifier

        model = self.load()
        assert isinstance(model, Classifier)
        return model


@dataclass(frozen=True)
class Judged:
    """What `evaluate` found."""

    quality: dict[str, Any]
    rows: int
    skipped: int


@dataclass(frozen=True)
class Answered:
    """What `predict` answered: one dictionary a row, its keys among `columns`, those of a CSV."""

    answers: list[dict[str, Any]]
    columns: tuple[str, ...]
    skipped: int
    counts: dict[str, int] = field(default_factory=dict)
    """Answer → rows, where answers repeat."""


def finished_run(settings: Settings, run_id: str) -> Finished:
    """Return the run with its report and published attempt. Raises NotFound, or BadInput when it has no model."""
    run = open_run(settings.workspace.runs, run_id)
    report = run.report()
    if run.published is None or run.spec.kind != "finetune":
        raise BadInput("Run {run_id} trained nothing; choose a fine-tuning run.", run_id=run.run_id)
    return Finished(run, report, run.published, settings)
