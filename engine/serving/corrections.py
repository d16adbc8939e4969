"""Right answers that users gave for predictions, kept as they came: `workspace/corrections/<name>.jsonl`, append-only.

Nothing of what an endpoint is asked is kept, so a correction brings its input along: whoever sends it gives it. A
picture lies beside the file, as pixels alone: what its file said of a patient or a place is gone. Corrections become
data to train on in `engine.serving.corrected`.
"""

from __future__ import annotations

import hashlib
import json
import mmap
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from ulid import ULID

from engine.config import Settings
from engine.datasets.images.decode import open_picture
from engine.datasets.images.picture import png
from engine.errors import BadInput, NotFound
from engine.files import append_line, new_id, read_lines, utc_now, write_bytes
from engine.serving.asking import TAKES
from engine.serving.published import published
from engine.tasks import TASKS
from engine.tasks.encoder import read_task

LONGEST_LABEL = 256


@dataclass(frozen=True)
class Prediction:
    """What the usage says of an answered request."""

    id: str
    model: str
    version: str
    run_id: str
    rows: int


@dataclass(frozen=True)
class Correction:
    """One right answer."""

    id: str
    at: str
    """UTC, ISO 8601."""
    model: str
    """The endpoint, or the run's id."""
    version: str
    run_id: str
    prediction: str
    row: int
    """Which row of the request it is about, counted from 0."""
    takes: str
    """"text", "image" or "history"."""
    input: Any
    """The text, the SHA-256 of the kept picture, or the list of item ids, the newest last."""
    label: str
    """The right class, or the item that was right."""
    key: str = ""
    """The API key that it came with."""


def find_prediction(settings: Settings, prediction: str) -> Prediction:
    """Return what is known of an answered request. Raises NotFound for an id that answered nothing."""
    for line in _lines_about(settings, prediction):
        if line.get("id") == prediction and line["status"] == 200:
            return Prediction(prediction, line["model"], line["version"], line["run"], int(line["rows"]))
    raise NotFound(
        "There is no prediction {id}; give the one in the answer's header x-prediction-id.", id=prediction[:64]
    )


def add_correction(
    settings: Settings, found: Prediction, given: Any, label: str, *, row: int = 0, key: str = ""
) -> Correction:
    """Keep the right answer to one row of a prediction and return it. `given` is its input, as `takes_of` names it: a
    text, the bytes of a picture, or a list of item ids.

    Raises BadInput for a row that was not asked or a label that the model does not know.
    """
    if not 0 <= row < found.rows:
        raise BadInput("Prediction {id} has no row {row}; rows count from 0 to {last}.",
                       id=found.id, row=row, last=found.rows - 1)  # fmt: skip
    takes, labels = takes_of(settings, found.run_id)
    if labels and label not in labels:
        raise BadInput("The model knows no answer {label}; choose one of {choices}.",
                       label=label[:64] or "''", choices=", ".join(labels))  # fmt: skip
    if not 0 < len(label) <= LONGEST_LABEL:
        raise BadInput(
            "The right answer has {count} characters; give the id of the item that was right.", count=len(label)
        )
    if isinstance(given, bytes):
        given = _kept(settings, found.model, given)
    made = Correction(
        new_id(), utc_now(), found.model, found.version, found.run_id, found.id, row, takes,
        list(given) if isinstance(given, tuple) else given, label, key,
    )  # fmt: skip
    append_line(file_of(settings, found.model), {"schema_version": 1, **asdict(made)})
    return made


def corrections(settings: Settings, model: str) -> list[Correction]:
    """Return the corrections of an endpoint or run, oldest first; of several for one row, the last that came.

    Raises BadInput for a file that was spoilt by hand.
    """
    try:
        lines = read_lines(file_of(settings, model))
        made = [Correction(**{k: v for k, v in line.items() if k != "schema_version"}) for line in lines]
    except (ValueError, TypeError, AttributeError) as error:
        raise BadInput(
            "{path} is damaged: it holds no corrections. Restore it or delete it.", path=file_of(settings, model).name
        ) from error
    return list({(c.prediction, c.row): c for c in made}.values())


def takes_of(settings: Settings, run_id: str) -> tuple[str, tuple[str, ...]]:
    """Return what people give a run's model ("text", "image", "history"), and the classes it knows; items have none.

    Raises NotFound when the run is gone.
    """
    task = read_task(published(settings.workspace.runs, run_id).folder)
    assert task["task"] in TASKS
    return TAKES[task["task"]], tuple(task.get("labels") or ())


def file_of(settings: Settings, model: str) -> Path:
    return settings.workspace.corrections / f"{model.lower()}.jsonl"


def picture_file(settings: Settings, model: str, digest: str) -> Path:
    return settings.workspace.corrections / model.lower() / digest


def _kept(settings: Settings, model: str, given: bytes) -> str:
    """Keep the pixels of a picture and return the SHA-256 of their file. Raises BadInput when it is no picture."""
    file = png(open_picture(given))
    digest = hashlib.sha256(file).hexdigest()
    write_bytes(picture_file(settings, model, digest), file)
    return digest


def _lines_about(settings: Settings, prediction: str) -> Iterator[dict[str, Any]]:
    """Yield the lines of usage that hold an id: it says when it was made, so at most two days' files are searched."""
    try:
        made = ULID.from_str(prediction).datetime
    except ValueError:
        return
    for day in (made, made + timedelta(days=1)):
        for path in sorted(settings.workspace.usage.glob(f"{day:%Y-%m-%d}-*.jsonl")):
            if path.stat().st_size and (line := _line_with(path, prediction.encode())):
                yield json.loads(line)


def _line_with(path: Path, wanted: bytes) -> bytes:
    """Return the last whole line of a file that holds `wanted`, or b""."""
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        if (at := content.rfind(wanted)) < 0 or (end := content.find(b"\n", at)) < 0:
            return b""
        return content[content.rfind(b"\n", 0, at) + 1 : end]
