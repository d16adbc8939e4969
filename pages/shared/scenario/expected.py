"""What a run is expected to take, by steps or runs timed on this machine, and what that costs where it is priced."""

from __future__ import annotations

import re
from typing import Any

from engine.datasets.dataset import Dataset
from engine.datasets.images.card import ImageCard
from engine.datasets.interactions.card import InteractionCard
from engine.datasets.texts.options import TextCard
from engine.economics.training import train_cost
from engine.jobs.results import cores
from engine.models.estimate import Estimate, estimate, measurement
from engine.models.estimate_before import in_proportion
from engine.models.estimate_pictures import estimate_pictures
from engine.models.recipes import Recipe
from pages.shared import data
from pages.shared.i18n import tr
from pages.shared.numbers import duration, money
from pages.shared.resources import catalogue, settings

QUICK = {"baseline", "popularity", "item_item"}
"""Recipes that solve an equation or count: they take about a second on any data that fits."""


def estimated(recipe: Recipe, given: dict[str, Any], backbone: str, dataset: Dataset | None) -> Estimate | None:
    """Return the expected duration of a run, or None while nothing was timed or the data is not there yet."""
    timed = timed_steps(backbone) if recipe.neural else None
    card = dataset.card if dataset is not None else None
    if card is None or (timed is None and recipe.neural and not isinstance(card, InteractionCard)):
        return None
    if isinstance(card, TextCard):
        return estimate(card, recipe.name, given, timed)
    if isinstance(card, ImageCard) and recipe.neural:
        return estimate_pictures(card, recipe.name, given, timed)
    if isinstance(card, InteractionCard) and recipe.name not in QUICK:
        return as_before(recipe, given, card)
    return None


def timed_steps(backbone: str) -> dict[str, Any] | None:
    """Return the timed steps of a backbone on this machine, or None."""
    return measurement(settings(), re.sub(r"[^\w.-]+", "--", backbone.strip("/")))


def as_before(recipe: Recipe, given: dict[str, Any], card: InteractionCard) -> Estimate | None:
    """Return the expected duration by the last run of the recipe on this machine, or None without one."""
    done = data.runs()
    done = done[(done["recipe"] == recipe.name) & (done["train_seconds"] > 0) & (done["train_rows"] > 0)]
    if done.empty:
        return None
    return in_proportion(recipe, given, card.part_rows("train"), done.tail(1).to_dict("records")[0])


def expectation(recipe: Recipe, given: dict[str, Any], backbone: str, dataset: Dataset | None) -> str:
    """Return expected time and cost in a few words, for a card."""
    found = estimated(recipe, given, backbone, dataset)
    if found is None:
        return tr("about a second") if recipe.name in QUICK else ""
    return tr("about {time}, {cost}", time=duration(found.seconds), cost=money(cost(found.seconds)))


def sentence(recipe: Recipe, given: dict[str, Any], backbone: str, dataset: Dataset | None) -> str:
    """Return expected time with its range and cost, as a sentence; empty when nothing is known."""
    found = estimated(recipe, given, backbone, dataset)
    if found is None:
        return ""
    return tr(
        "Expected: {time} ({low} to {high}) on this machine; {cost} if rented as {machine}.",
        time=duration(found.seconds),
        low=duration(found.low),
        high=duration(found.high),
        cost=money(cost(found.seconds)),
        machine=catalogue().instance(settings().instance).type,
    )


def cost(seconds: float) -> float:
    """Return US dollars for training as long, on the instance of the settings."""
    return train_cost(seconds, cores(), catalogue().instance(settings().instance)).value


def origin(dataset: Dataset | None) -> str:
    if dataset is not None and isinstance(dataset.card, ImageCard):
        return tr("From training steps timed on this machine, the size of a picture and how many there are.")
    if dataset is not None and isinstance(dataset.card, InteractionCard):
        return tr("From what this recipe took here the last time: between as long and in proportion to interactions.")
    return tr("From training steps timed on this machine and the length of this data's texts.")
