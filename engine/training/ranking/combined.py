"""The recipes that put several things together: the best of two families, and the words that know untouched items."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from engine.errors import BadInput
from engine.models.ranking_memory import DENSE_ITEMS
from engine.tasks.ranked import Targets, ndcg
from engine.training.ranking.closed_form import Shape, capped, gram, weights_of
from engine.training.ranking.data import MOST_JUDGED, Log
from engine.training.ranking.factors import Squares, least_squares, least_squares_flops
from engine.training.ranking.features import item_features
from engine.training.ranking.methods import LONGEST, Job, Made, item_item_flops, near
from engine.training.ranking.ranker import padded
from engine.training.ranking.scorers import Blend, ItemItem
from engine.training.ranking.text import Ridge, hidden_items, item_vectors, text_map
from engine.training.streams import stream

PENALTIES = (0.5, 1.0, 2.0)
"""Tried, times the option."""
REGULARISATIONS = (0.5, 1.0, 2.0)
SHARES = (0.0, 0.25, 0.5, 0.75, 1.0, 1.5)
"""Of the factors beside the item-item model, tried."""
ROWS = 256
HIDDEN = 0.2
"""The share of items that is hidden to choose the text map."""
RIDGES = tuple(Ridge(h, c) for h in (30.0, 100.0, 300.0, 1000.0) for c in (0.3, 3.0))


def blend(job: Job) -> Made:
    """An item-item model and factors by least squares, each brought to one scale and added up."""
    options, dense = job.options, job.train.items <= DENSE_ITEMS
    tried = (len(PENALTIES), len(REGULARISATIONS)) if options["tune"] else (1, 1)
    squares = Squares(options["width"], options["unobserved"], options["regularisation"])
    job.progress.total_flops = sum(
        tried[0] * item_item_flops(log, dense) + tried[1] * least_squares_flops(log, squares)
        for log in (job.train, job.everything)
    )
    shape = Shape(options["penalty"], options["user_power"], options["popularity_power"], options["features"])
    common = item_features(job.items) if shape.features and dense else None

    def similar(log: Log, shapes: Iterable[Shape]) -> list[nn.Module]:
        if not dense:
            return [near(job, log, options["neighbours"], options["neighbour_power"])]
        counted = gram(capped(log, LONGEST), shape.user_power, job.progress)
        return [ItemItem(weights_of(counted, s, common, log.counts(), job.progress)) for s in shapes]

    def factors(log: Log, found: Squares) -> nn.Module:
        return least_squares(log, found, job.seed, job.progress)

    shapes = [replace(shape, penalty=shape.penalty * p) for p in (PENALTIES if options["tune"] and dense else (1.0,))]
    tuned = [replace(squares, regularisation=squares.regularisation * r) for r in REGULARISATIONS]
    tuned = tuned if options["tune"] else [squares]
    best_shape, item_scorer, _ = _best(job, shapes, similar(job.train, shapes))
    best_squares, factor_scorer, _ = _best(job, tuned, [factors(job.train, s) for s in tuned])
    shares = SHARES if options["tune"] else (options["share"],)
    mixed = [Blend([item_scorer, factor_scorer], (1.0, share)) for share in shares]
    share, _, score = _best(job, list(shares), mixed)
    final = Blend([similar(job.everything, [best_shape])[0], factors(job.everything, best_squares)], (1.0, share))
    chosen = {"penalty": best_shape.penalty, "regularisation": best_squares.regularisation, "share": share}
    return Made(final, score, 1, chosen)


def text(job: Job) -> Made:
    """A map between what is written about items; how strongly it is held back is chosen by hiding items from it."""
    if job.backbone is None or not job.items.described.any():
        raise BadInput(
            "The recipe text needs titles, texts or categories of the items and this data has none; add an items file, "
            "or choose another recipe: {choices}.",
            choices="item_item, matrix_factorisation, blend",
        )
    job.progress.phase("encode")
    job.progress.total_flops = 0.0
    vectors = item_vectors(job.items, job.backbone, job.progress)
    ridge = _best_ridge(job, vectors)
    score = job.score(text_map(job.train, vectors, ridge, job.progress))
    job.progress.say("epoch", epoch=1, epochs=1, validation_score=round(score, 6), score="ndcg_at_10")
    chosen = {"history_penalty": ridge.history, "candidate_penalty": ridge.candidate}
    return Made(text_map(job.everything, vectors, ridge, job.progress), score, 1, chosen)


def _best_ridge(job: Job, vectors: Tensor) -> Ridge:
    """Return the ridge with which the map ranks hidden items best, among themselves."""
    hidden = hidden_items(job.train, HIDDEN, stream(job.seed, "hidden"))
    of_hidden = hidden[job.train.histories.items]
    shown, kept_back = job.train.histories.keep(~of_hidden), job.train.histories.keep(of_hidden)
    users = np.flatnonzero((kept_back.lengths > 0) & (shown.lengths > 0))[:MOST_JUDGED]
    if not len(users):
        return RIDGES[len(RIDGES) // 2]
    histories = [shown.of(user).astype(np.int64) for user in users]
    targets = Targets.of([kept_back.of(user) for user in users])
    log, candidates = Log(shown, job.train.binary), np.flatnonzero(hidden)

    def score(ridge: Ridge) -> float:
        job.progress.check()
        scores = cold_scores(text_map(log, vectors, ridge, job.progress), histories, candidates)
        order = np.argsort(-scores, axis=1, kind="stable")[:, :10]
        return ndcg(candidates[order], targets)

    return max(RIDGES, key=score)


def cold_scores(scorer: nn.Module, histories: list[np.ndarray], candidates: np.ndarray) -> np.ndarray:
    """Return (N, C) float32, the scores of `candidates` (C,) after each history."""
    history = torch.from_numpy(padded(histories))
    items = torch.from_numpy(candidates)
    with torch.inference_mode():
        present = history >= 0
        places = torch.where(present, history, torch.full_like(history, _padding(scorer)))
        pieces = [
            scorer(places[start : start + ROWS], present[start : start + ROWS].float())[:, items]
            for start in range(0, len(places), ROWS)
        ]
    return np.asarray(torch.cat(pieces).numpy())


def _padding(scorer: nn.Module) -> int:
    return len(scorer.wanted)  # type: ignore[arg-type]


def _best(job: Job, choices: list[Any], scorers: Sequence[nn.Module]) -> tuple[Any, nn.Module, float]:
    """Return the choice whose scorer does best on the validation part, that scorer and its nDCG@10."""
    scores = [job.score(scorer) for scorer in scorers]
    place = int(np.argmax(scores))
    job.progress.say("epoch", epoch=1, epochs=1, validation_score=round(scores[place], 6), score="ndcg_at_10")
    return choices[place], scorers[place], scores[place]


__all__ = ["blend", "cold_scores", "text"]
