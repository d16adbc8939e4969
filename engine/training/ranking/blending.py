"""The recipe that adds up the two best families: an item-item model that reads what is said of items, and factors.

Their lists differ more than their quality does, so together they are better than either. Settings start from values
that were good elsewhere, and one is changed only where the validation part says so beyond its own noise.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any, TypeVar

import numpy as np
from torch import Tensor, nn

from engine.models.ranking_memory import DENSE_ITEMS
from engine.training.ranking.closed_form import Shape, capped, gram, weights_of
from engine.training.ranking.data import Log
from engine.training.ranking.factors import Squares, least_squares, least_squares_flops
from engine.training.ranking.features import item_features
from engine.training.ranking.methods import LONGEST, Job, Made, item_item_flops, near
from engine.training.ranking.scorers import Blend, ItemItem

FACTORS = (0.5, 2.0)
"""Penalty and regularisation are tried at these multiples."""
SHARES = (0.25, 0.5, 2.0)
"""And the factors at these shares."""
K = TypeVar("K")
STANDARD_ERRORS = 1.0
"""A change has to gain this many standard errors of the difference between the same people's figures."""


@dataclass(frozen=True)
class Settings:
    """What a blend is made with."""

    shape: Shape
    squares: Squares
    share: float

    def changed(self) -> Iterator[Settings]:
        """Yield what is tried beside this."""
        for factor in FACTORS:
            yield replace(self, squares=replace(self.squares, regularisation=self.squares.regularisation * factor))
        for factor in FACTORS:
            yield replace(self, shape=replace(self.shape, penalty=self.shape.penalty * factor))
        for share in SHARES:
            yield replace(self, share=self.share * share)


def blend(job: Job) -> Made:
    """An item-item model and factors by least squares, each brought to one scale and added up."""
    options, dense = job.options, job.train.items <= DENSE_ITEMS
    settings = Settings(
        Shape(options["penalty"], options["user_power"], options["popularity_power"], options["features"]),
        Squares(options["width"], options["unobserved"], options["regularisation"]),
        options["share"],
    )
    job.progress.total_flops = _flops(job, settings, dense)
    common = item_features(job.items) if settings.shape.features and dense else None
    kitchen = Kitchen(job, job.train, common)
    figures = job.per_user(kitchen.blend(settings))
    _say(job, figures)
    for tried in settings.changed() if options["tune"] else ():
        if not dense and tried.shape != settings.shape:
            continue
        candidate = replace(settings, **_difference(tried, settings))
        found = job.per_user(kitchen.blend(candidate))
        _say(job, found)
        if _beyond_noise(found - figures):
            settings, figures = candidate, found
    chosen = {
        "penalty": settings.shape.penalty,
        "regularisation": settings.squares.regularisation,
        "share": settings.share,
    }
    final = Kitchen(job, job.everything, common).blend(settings)
    return Made(final, float(figures.mean()) if len(figures) else 0.0, 1, chosen)


class Kitchen:
    """Fits the parts of a blend to one log, each once for its settings."""

    def __init__(self, job: Job, log: Log, common: Tensor | None) -> None:
        self.job, self.log, self.common = job, log, common
        self._gram: Tensor | None = None
        self._similar: dict[Shape, nn.Module] = {}
        self._factors: dict[Squares, nn.Module] = {}

    def blend(self, settings: Settings) -> Blend:
        """Return the blend of these settings."""
        similar = _kept(self._similar, settings.shape, self._item_item)
        factors = _kept(self._factors, settings.squares, self._least_squares)
        return Blend([similar, factors], (1.0, settings.share))

    def _item_item(self, shape: Shape) -> nn.Module:
        options, progress = self.job.options, self.job.progress
        if self.log.items > DENSE_ITEMS:
            return near(self.job, self.log, options["neighbours"], options["neighbour_power"])
        if self._gram is None:
            self._gram = gram(capped(self.log, LONGEST), shape.user_power, progress)
        return ItemItem(weights_of(self._gram, shape, self.common, self.log.counts(), progress))

    def _least_squares(self, squares: Squares) -> nn.Module:
        return least_squares(self.log, squares, self.job.seed, self.job.progress)


def _kept(shelf: dict[K, nn.Module], key: K, make: Callable[[K], nn.Module]) -> nn.Module:
    """Return what stands under `key`, making it first; only the two latest are kept, as they are large."""
    if key not in shelf:
        shelf[key] = make(key)
        while len(shelf) > 2:
            del shelf[next(iter(shelf))]
    return shelf[key]


def _difference(tried: Settings, start: Settings) -> dict[str, Any]:
    return {
        name: getattr(tried, name)
        for name in ("shape", "squares", "share")
        if getattr(tried, name) != getattr(start, name)
    }


def _beyond_noise(gains: np.ndarray) -> bool:
    """Return whether the mean of paired `gains` (N,) is above its standard error."""
    if len(gains) < 2:
        return False
    return bool(gains.mean() > STANDARD_ERRORS * gains.std(ddof=1) / np.sqrt(len(gains)))


def _say(job: Job, figures: np.ndarray) -> None:
    score = float(figures.mean()) if len(figures) else 0.0
    job.progress.say("epoch", epoch=1, epochs=1, validation_score=round(score, 6), score="ndcg_at_10")


def _flops(job: Job, settings: Settings, dense: bool) -> float:
    tried = 1 + len(FACTORS) if job.options["tune"] else 1
    fits = [(job.train, tried), (job.everything, 1)]
    return sum(
        (n if dense else 1) * item_item_flops(log, dense) + n * least_squares_flops(log, settings.squares)
        for log, n in fits
    )
