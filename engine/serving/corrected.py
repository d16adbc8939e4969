"""Corrections as data to train on, which closes the loop from answers back to fine-tuning.

What the endpoint's newest model learned from, with the corrections in it, beside the same test part: so the run made of
it compares with the one before. What was learned of the same input goes, the correction counts; and what the test part
asks stays out of training, corrected or not. How that is done for what people give stands in a file each.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from engine.config import Settings
from engine.datasets.dataset import Dataset, Options
from engine.datasets.forms import form_of
from engine.datasets.raw import Raw
from engine.datasets.store import open_dataset
from engine.errors import BadInput
from engine.files import read_json, write_bytes
from engine.jobs.queue import finetune_spec
from engine.jobs.runs import RunSpec, open_run
from engine.scenarios import SCENARIOS
from engine.serving import corrected_histories, corrected_pictures, corrected_texts
from engine.serving.corrections import Correction, corrections
from engine.serving.endpoints import endpoint
from engine.serving.published import is_run_id


@dataclass(frozen=True)
class Kind:
    """What corrections of one kind of input become."""

    suffix: str
    """Of the file they are written to."""
    write: Callable[[Settings, Sequence[Correction]], bytes]
    """Returns them as a file that can be uploaded."""
    merge: Callable[[Settings, Dataset, Sequence[Correction]], tuple[Raw, Options, int]]
    """Returns the upload of a data set with them in it, and how many those are. Raises BadInput, Failure."""


KINDS: dict[str, Kind] = {
    "text": Kind(".csv", corrected_texts.write, corrected_texts.merge),
    "image": Kind(".zip", corrected_pictures.write, corrected_pictures.merge),
    "history": Kind(".csv", corrected_histories.write, corrected_histories.merge),
}
"""What people give → what its corrections become: one line each."""


@dataclass(frozen=True)
class Corrected:
    """An upload made of training data and corrections, as `submit_prepare` takes it."""

    raw: Raw
    options: Options
    scenario: str
    corrections: int
    """How many are in it."""


def corrected_upload(settings: Settings, model: str) -> Corrected:
    """Return the upload of what an endpoint's newest model learned from, with its corrections.

    Raises BadInput when there are no corrections or none that may be learned from, NotFound when run or data set are
    gone, Failure when the disk is full.
    """
    made = _some(settings, model)
    run = open_run(settings.workspace.runs, _newest_run(settings, model))
    raw, options, count = KINDS[made[-1].takes].merge(settings, _dataset_of(settings, run.run_id), made)
    return Corrected(raw, options, run.spec.scenario, count)


def corrected_dataset(settings: Settings, model: str) -> tuple[Dataset, str]:
    """Prepare the data set of `corrected_upload` in this process; return it and its scenario. Raises as that."""
    made = corrected_upload(settings, model)
    found = SCENARIOS[made.scenario]
    dataset = form_of(found.task).prepare(made.raw, made.options, settings, usual=found.columns, task=found.task)
    return dataset, made.scenario


def next_spec(settings: Settings, model: str, dataset: Dataset) -> RunSpec:
    """Return the job that trains what answers for `model` again, in the same way, on a data set with corrections."""
    spec = open_run(settings.workspace.runs, _newest_run(settings, model)).spec
    return finetune_spec(
        spec.scenario, dataset, spec.recipe, spec.options, spec.backbone, spec.seed, threads=spec.threads
    )


def write_corrections(settings: Settings, model: str, path: Path) -> int:
    """Write an endpoint's corrections to a file that can be uploaded; return how many there are.

    Texts become a CSV of text and label, pictures a ZIP of class folders, histories a CSV of user, item and timestamp
    in which each correction is a user. Raises BadInput when there are none, Failure when the disk is full.
    """
    made = _some(settings, model)
    write_bytes(path, KINDS[made[-1].takes].write(settings, made))
    return len(made)


def _some(settings: Settings, model: str) -> list[Correction]:
    name = model if is_run_id(model) else endpoint(settings, model).name
    made = corrections(settings, name)
    if not made:
        raise BadInput(
            "There are no corrections for {model} yet; other systems send them to /v2/models/{model}/feedback.",
            model=name,
        )
    return made


def _newest_run(settings: Settings, model: str) -> str:
    if is_run_id(model):
        return model.upper()
    found = endpoint(settings, model)
    return (found.answering or found.versions)[-1].run_id


def _dataset_of(settings: Settings, run_id: str) -> Dataset:
    """Return the data set a run was trained on, the demo's too."""
    run = open_run(settings.workspace.runs, run_id)
    note = run.published.folder / "dataset.json" if run.published is not None else None
    used = read_json(note)["id"] if note is not None and note.is_file() else run.spec.dataset_id
    return open_dataset(settings, str(used))
