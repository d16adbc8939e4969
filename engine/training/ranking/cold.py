"""The recipe that can rank items nobody has touched, and how it is chosen: by hiding items from it."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor, nn

from engine.errors import BadInput
from engine.tasks.ranked import Targets, ndcg
from engine.training.ranking.data import MOST_JUDGED, Log
from engine.training.ranking.methods import Job, Made
from engine.training.ranking.ranker import padded
from engine.training.ranking.text import Ridge, hidden_items, item_vectors, text_map
from engine.training.streams import stream

ROWS = 256
HIDDEN = 0.2
"""The share of items that is hidden to choose the text map."""
RIDGES = tuple(Ridge(h, c) for h in (30.0, 100.0, 300.0, 1000.0) for c in (0.3, 3.0))


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


__all__ = ["cold_scores", "text"]
