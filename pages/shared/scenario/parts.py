"""What of a scenario page differs with its task: one line a task."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from engine.datasets.dataset import DataCard, Dataset
from engine.datasets.forms import form_of
from engine.datasets.raw import Raw
from engine.jobs.runs import RunFolder
from engine.models.recipes import Recipe
from engine.scenarios import Scenario
from pages.shared.lists import adjust as list_adjust
from pages.shared.lists import card as list_card
from pages.shared.lists import quality as list_quality
from pages.shared.lists import try_it as list_try
from pages.shared.lists import upload as list_upload
from pages.shared.pictures import adjust as picture_adjust
from pages.shared.pictures import card as picture_card
from pages.shared.pictures import quality as picture_quality
from pages.shared.pictures import try_it as picture_try
from pages.shared.pictures import upload as picture_upload
from pages.shared.pictures import views as picture_views
from pages.shared.resources import settings
from pages.shared.texts import adjust, card, quality, try_it, upload


def store(scenario: Scenario, file: Any) -> Raw:
    """Store an upload as its form of data takes it in."""
    return form_of(scenario.task).intake(file, file.name, settings())


def nothing(_recipe: Recipe, _given: dict[str, Any], _dataset: Dataset | None) -> None:
    """Draw nothing."""


@dataclass(frozen=True)
class Parts:
    """The parts of a scenario page that each task has of its own."""

    suffixes: tuple[str, ...]
    """What an uploaded file may end in, without the dot."""
    invite: Callable[[], str]
    """What to upload, in words."""
    keys: tuple[str, ...]
    """URL parameters of the preview, forgotten when it is left."""
    preview: Callable[[Scenario, str], None]
    """(scenario, raw id): draws a file before anything is decided."""
    adjust: Callable[[Scenario, RunFolder, DataCard, Any, Callable[..., None]], None]
    """(scenario, check, card, options, again): draws what can be changed about a checked file before it is stored."""
    figures: Callable[[DataCard, Dataset | None], None]
    """Draws what a data card shows beside its classes."""
    facts: Callable[[DataCard], tuple[str, ...]]
    """What a data card says in one line, in a few words each."""
    samples: Callable[[DataCard, Dataset | None], None]
    """Draws a few rows."""
    try_it: Callable[[Scenario], None]
    """Draws the try step."""
    quality: Callable[[dict[str, Any]], None]
    """(report): draws where the model fails and how far its figures can be trusted."""
    take_in: Callable[[Scenario, Any], Raw] = store
    """(scenario, upload): stores a file that was dropped, saying how far it is."""
    beforehand: Callable[[Recipe, dict[str, Any], Dataset | None], None] = nothing
    """(recipe, options given, data set): draws what training will see, under its options."""


PARTS: dict[str, Parts] = {
    "text_classification": Parts(
        suffixes=upload.SUFFIXES,
        invite=upload.invite,
        keys=upload.KEYS,
        preview=upload.draw,
        adjust=adjust.draw,
        figures=card.figures,
        facts=card.facts,
        samples=card.samples,
        try_it=try_it.draw,
        quality=quality.draw,
    ),
    "ranking": Parts(
        suffixes=list_upload.SUFFIXES,
        invite=list_upload.invite,
        keys=list_upload.KEYS,
        preview=list_upload.draw,
        adjust=list_adjust.draw,
        figures=list_card.figures,
        facts=list_card.facts,
        samples=list_card.samples,
        try_it=list_try.draw,
        quality=list_quality.draw,
    ),
    "image_classification": Parts(
        suffixes=picture_upload.SUFFIXES,
        invite=picture_upload.invite,
        keys=picture_upload.KEYS,
        preview=picture_upload.draw,
        adjust=picture_adjust.draw,
        figures=picture_card.figures,
        facts=picture_card.facts,
        samples=picture_card.samples,
        try_it=picture_try.draw,
        quality=picture_quality.draw,
        take_in=picture_upload.take_in,
        beforehand=picture_views.draw,
    ),
}


def parts_of(scenario: Scenario) -> Parts:
    """Return the parts of the scenario's task."""
    return PARTS[scenario.task]
