"""The recipes: what each one fits, how its settings are chosen on the validation part, and what is exported."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import nn

from engine.datasets.interactions.open import NO_TIME, Items
from engine.errors import BadInput
from engine.models.catalog import LocalBackbone
from engine.models.ranking_memory import DENSE_ITEMS
from engine.tasks.ranked import hits, per_user
from engine.training.progress import Progress
from engine.training.ranking.closed_form import Shape, capped, gram, neighbours, weights_of
from engine.training.ranking.data import Log, Question
from engine.training.ranking.factors import Squares, least_squares, least_squares_flops
from engine.training.ranking.features import item_features
from engine.training.ranking.ranker import Ranker, rank
from engine.training.ranking.scorers import ItemItem, Neighbours, Popularity

LONGEST = 2_000
"""Item-item models read the newest items of a history, up to this many: work grows with the square."""
DAY_S = 86_400.0


@dataclass(frozen=True)
class Job:
    """What a method needs to know."""

    train: Log
    everything: Log
    """Train and validation: what the model is fitted to in the end."""
    question: Question
    """The validation part."""
    items: Items
    options: dict[str, Any]
    backbone: LocalBackbone | None
    seed: int
    progress: Progress

    def per_user(self, scorer: nn.Module) -> np.ndarray:
        """Return (N,) the nDCG@10 of each person of the validation part, of a scorer fitted to the training part."""
        self.progress.check()
        ranker = Ranker(scorer, self.train.counts(), top=10).eval()
        found = hits(rank(ranker, self.question.histories), self.question.targets)
        return per_user(found, self.question.targets.counts, 10)[:, 0]

    def score(self, scorer: nn.Module) -> float:
        """Return nDCG@10 on the validation part of a scorer fitted to the training part; 0 without anybody in it."""
        figures = self.per_user(scorer)
        return float(figures.mean()) if len(figures) else 0.0


@dataclass(frozen=True)
class Made:
    """A scorer fitted to everything, and how well its kind did on the validation part when fitted to train alone."""

    scorer: nn.Module
    validation_score: float
    best_epoch: int
    chosen: dict[str, Any]
    """What the validation part decided."""


def twice(job: Job, make: Callable[[Log], nn.Module], chosen: dict[str, Any] | None = None) -> Made:
    """Return what `make` gives on everything, scored by what it gives on the training part."""
    score = job.score(make(job.train))
    job.progress.say("epoch", epoch=1, epochs=1, validation_score=round(score, 6), score="ndcg_at_10")
    return Made(make(job.everything), score, 1, chosen or {})


def popularity(job: Job) -> Made:
    """What most people took, lately if a half-life is given."""
    job.progress.total_flops = 4.0 * job.everything.pairs
    half_life = float(job.options["half_life_days"])

    def make(log: Log) -> nn.Module:
        weights = log.values().astype(np.float64)
        times = log.histories.times
        if half_life and log.histories.has_times:
            weights *= 0.5 ** ((times.max() - times) / (half_life * DAY_S))
        found = np.bincount(log.histories.items, weights, minlength=log.items)
        job.progress.step(log.users, 2.0 * log.pairs)
        return Popularity(torch.from_numpy(np.log1p(found)))

    return twice(job, make)


def item_item(job: Job) -> Made:
    """One closed form; beyond DENSE_ITEMS the nearest neighbours."""
    options = job.options
    dense = job.train.items <= DENSE_ITEMS
    job.progress.total_flops = item_item_flops(job.train, dense) + item_item_flops(job.everything, dense)
    if not dense:
        return twice(job, lambda log: near(job, log, options["neighbours"], options["neighbour_power"]))
    shape = Shape(options["penalty"], options["user_power"], options["popularity_power"], options["features"])
    common = item_features(job.items) if shape.features else None

    def make(log: Log) -> nn.Module:
        short = capped(log, LONGEST)
        return ItemItem(
            weights_of(gram(short, shape.user_power, job.progress), shape, common, log.counts(), job.progress)
        )

    return twice(job, make)


def near(job: Job, log: Log, most: int, power: float) -> Neighbours:
    """Return the nearest neighbours of each item."""
    return Neighbours(*neighbours(capped(log, LONGEST), most, power, job.progress))


def item_item_flops(log: Log, dense: bool) -> float:
    """Return the floating-point operations of one fit."""
    pairs = 2.0 * float((np.minimum(log.histories.lengths, LONGEST).astype(np.float64) ** 2).sum())
    return pairs + (float(log.items) ** 3 if dense else 0.0)


def squares(job: Job) -> Made:
    """Factors by alternating least squares."""
    options = job.options
    shape = Squares(options["width"], options["unobserved"], options["regularisation"])
    job.progress.total_flops = sum(least_squares_flops(log, shape) for log in (job.train, job.everything))
    return twice(job, lambda log: least_squares(log, shape, job.seed, job.progress))


def needs_times(job: Job) -> None:
    """Raise BadInput when the data has no times to order histories by."""
    times = job.everything.histories.times
    if not len(times) or (times == NO_TIME).any():
        raise BadInput(
            "The recipe sequence needs the time of every interaction and this data has none; name the column with the "
            "time, or choose another recipe: {choices}.",
            choices="item_item, matrix_factorisation, blend",
        )
