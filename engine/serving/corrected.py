"""Corrections as data to train on, which closes the loop from answers back to fine-tuning.

Texts: what the endpoint's newest model learned from, with the corrections in it, beside the same test part. So the run
made of it compares with the one before, and a text of the test part that was corrected stays out of training. Of texts
that are the same, the correction counts. Pictures and histories: a file for the upload, to add to what one trains on.
"""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from engine.config import Settings
from engine.datasets.dataset import Dataset
from engine.datasets.forms import form_of
from engine.datasets.raw import Raw, add_raw
from engine.datasets.store import open_dataset
from engine.datasets.texts.options import TextOptions
from engine.errors import BadInput
from engine.files import read_json, write_bytes
from engine.jobs.queue import finetune_spec
from engine.jobs.runs import RunSpec, open_run
from engine.scenarios import SCENARIOS
from engine.serving.corrections import Correction, corrections, picture_file
from engine.serving.endpoints import endpoint
from engine.serving.published import is_run_id

SUFFIX = {"text": ".csv", "image": ".zip", "history": ".csv"}
"""What people give → the name of the file that its corrections become."""


@dataclass(frozen=True)
class Corrected:
    """An upload made of training data and corrections, as `submit_prepare` takes it."""

    raw: Raw
    options: TextOptions
    scenario: str
    corrections: int
    """How many are in it."""


def corrected_upload(settings: Settings, model: str) -> Corrected:
    """Return the upload of the texts that an endpoint's newest model learned from, with its corrections.

    Raises BadInput when there are no corrections, or none of texts; NotFound when run or data set are gone.
    """
    made = _some(settings, model)
    if made[-1].takes != "text":
        raise BadInput(
            "Corrections of {model} are no texts; write them to a file and add it to what you train on.", model=model
        )
    run = open_run(settings.workspace.runs, _newest_run(settings, model))
    dataset = _dataset_of(settings, run.run_id)
    right = {_same(c.input): (c.input, c.label) for c in made}
    learned = [
        (text, label)
        for part in ("train", "validation")
        for text, label in dataset.rows(part)[["text", "label"]].itertuples(index=False)
        if _same(text) not in right
    ]
    test = dataset.rows("test")[["text", "label"]].itertuples(index=False)
    card, options = dataset.card, dataset.options
    name = f"{dataset.name} + {len(right)}"
    raw = _stored(settings, f"{name}.csv", [*learned, *right.values()])
    test_raw = _stored(settings, f"{dataset.name} test.csv", test)
    chosen = TextOptions(
        name, encoding="utf-8", delimiter=",", header=True, text_column="text", label_column="label",
        test_raw_id=test_raw.id, split_seed=options.split_seed, fractions=options.fractions, licence=card.licence,
        commercial_use=card.commercial_use, synthetic=card.synthetic,
    )  # fmt: skip
    return Corrected(raw, chosen, run.spec.scenario, len(right))


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
    takes = made[-1].takes
    if takes == "image":
        write_bytes(path, _zip(settings, made))
    elif takes == "history":
        rows = [(c.id, item, place) for c in made for place, item in enumerate((*c.input, c.label))]
        write_bytes(path, _csv(("user", "item", "timestamp"), rows))
    else:
        write_bytes(path, _csv(("text", "label"), [(c.input, c.label) for c in made]))
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


def _same(text: str) -> str:
    """Return what texts that count as the same have in common: case and blanks aside."""
    return " ".join(text.lower().split())


def _stored(settings: Settings, filename: str, rows: Iterable[Sequence[object]]) -> Raw:
    return add_raw(io.BytesIO(_csv(("text", "label"), rows)), filename, settings)


def _csv(head: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(head)
    writer.writerows(rows)
    return text.getvalue().encode()


def _zip(settings: Settings, made: Sequence[Correction]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as archive:
        for correction in made:
            file = picture_file(settings, correction.model, correction.input)
            archive.writestr(f"{correction.label}/{correction.id}.png", file.read_bytes())
    return packed.getvalue()
