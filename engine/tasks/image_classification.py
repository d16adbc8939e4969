"""Image classification: pictures as arrays, the figures of a classifier that looks for something, and its judge."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from engine.messages import Message
from engine.tasks.base import Metric, Task, Unit
from engine.tasks.compare import paired_runs, seeds_runs
from engine.tasks.medical import judge_pictures
from engine.tasks.metrics import METRICS
from engine.tasks.pictures import TASK, PictureEncoder

if TYPE_CHECKING:
    from engine.datasets.dataset import Dataset, Part


def load_encoder(folder: Path) -> PictureEncoder:
    """Return the encoder described by `task.json` in `folder`. Raises BadInput when it is missing or damaged."""
    return PictureEncoder.load(folder)


def pictures_of(dataset: Dataset, part: Part) -> Sequence[bytes]:
    """Return the files of the pictures of one part, in the order of its rows, each read when it is asked for."""
    from engine.datasets.images.open import pictures

    return pictures(dataset, part)


SENSITIVITY = Metric(
    name="sensitivity",
    title=Message("Sensitivity"),
    meaning=Message("The share of pictures with the class that is looked for that were found; the rest were missed."),
    higher_is_better=True,
)
SPECIFICITY = Metric(
    name="specificity",
    title=Message("Specificity"),
    meaning=Message("The share of pictures without the class that is looked for that raised no alarm."),
    higher_is_better=True,
)
_KNOWN = {metric.name: metric for metric in METRICS}

IMAGE_CLASSIFICATION = Task(
    name=TASK,
    title=Message("Image classification"),
    unit=Unit(Message("picture"), Message("pictures")),
    metrics=(
        _KNOWN["auc"],
        SENSITIVITY,
        SPECIFICITY,
        *(_KNOWN[name] for name in ("accuracy", "macro_f1", "ece", "log_loss")),
    ),
    load_encoder=load_encoder,
    inputs=pictures_of,
    judge=judge_pictures,
    compare=paired_runs,
    compare_seeds=seeds_runs,
    compared_by="macro_f1",
)
