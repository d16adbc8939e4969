"""The forms that data has, by the task it is for: one line each.

A form says what its options and its card are, and how a file becomes a card and a data set. Its functions are called
alike, whatever the form:

    intake(path or stream, filename, settings) -> Raw; stores the file, with what must not be stored taken out first
    check(raw, options, settings, *, usual, folder=None, progress=None, should_stop=None) -> card; nothing is stored
    prepare(raw, options, settings, *, usual, task, progress=None, should_stop=None, notes=()) -> Dataset

`usual` says what columns are usually called (`engine.datasets.texts.columns.Usual`); files that a card shows are put
into `folder`. All raise BadInput for a file that cannot be used, and Cancelled when asked to stop.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from engine.datasets.dataset import DataCard, Dataset, Options
from engine.datasets.images.card import ImageCard
from engine.datasets.images.intake import intake
from engine.datasets.images.options import ImageOptions
from engine.datasets.images.prepare import check as check_images
from engine.datasets.images.prepare import prepare as prepare_images
from engine.datasets.interactions.card import InteractionCard
from engine.datasets.interactions.options import InteractionOptions
from engine.datasets.interactions.prepare import check as check_interactions
from engine.datasets.interactions.prepare import prepare as prepare_interactions
from engine.datasets.raw import Raw, add_raw
from engine.datasets.texts.options import TextCard, TextOptions
from engine.datasets.texts.prepare import check, prepare
from engine.errors import BadInput


@dataclass(frozen=True)
class Form:
    """One form of data."""

    options: type[Options]
    card: type[DataCard]
    intake: Callable[..., Raw]
    check: Callable[..., DataCard]
    prepare: Callable[..., Dataset]


FORMS: dict[str, Form] = {
    "image_classification": Form(ImageOptions, ImageCard, intake, check_images, prepare_images),
    "text_classification": Form(TextOptions, TextCard, add_raw, check, prepare),
    "ranking": Form(InteractionOptions, InteractionCard, add_raw, check_interactions, prepare_interactions),
}


def form_of(task: str) -> Form:
    """Return the form of data that `task` is for. Raises BadInput when this program knows no such task."""
    if task not in FORMS:
        raise BadInput("There is no task {task}; choose one of {choices}.", task=task, choices=", ".join(FORMS))
    return FORMS[task]
