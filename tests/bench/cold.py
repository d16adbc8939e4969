"""Cold items: held out entirely, then ranked for the people who took them, by the text recipe and by categories."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from engine.config import Settings
from engine.datasets.dataset import Dataset
from engine.datasets.interactions.open import read_items
from engine.serving.recommender import Recommender
from engine.tasks.compare_lists import paired_lists
from engine.tasks.ranked import Targets, hits, per_user
from engine.tasks.ranking import Questions, questions
from tests.bench import common

if TYPE_CHECKING:
    from tests.bench.ranking import Data

FOLDS = 10
MEASURED = 2 if common.SHORT else FOLDS
BATCH = 16
K = 10
TEXT, POPULAR, TASTE, LOT = "text", "popularity by category", "the person's own categories", "by lot"
"""Ways of ranking: by our recipe; by how often items of the same categories are taken; by how much of the person's
history has the categories; by lot."""


def measure(rows: Data, home: Path, settings: Settings) -> dict[str, Any]:
    """Return nDCG@10, recall@10 and AUC among cold items, and the paired tests of `text` against the rest.

    The items that were taken are dealt into ten lots; each lot in turn has no interactions until the test part. A
    person's figure is the mean over the lots they took something of.
    """
    from tests.bench.ranking import fine_tune

    taken = np.sort(rows.interactions["item"].unique())
    lot = np.random.default_rng(0).permutation(len(taken)) % FOLDS
    found: dict[str, list[np.ndarray]] = {name: [] for name in (TEXT, POPULAR, TASTE, LOT)}
    people: list[np.ndarray] = []
    for fold in range(MEASURED):
        dataset = rows.stored(settings, held_out=set(taken[lot == fold]))
        asked = questions(dataset, "test")
        candidates = np.unique(asked.targets.items)
        served, _ = fine_tune(dataset, "text", home / str(fold), settings)
        scores = {TEXT: served_scores(served, asked)[:, candidates], **by_category(dataset, asked, candidates)}
        scores[LOT] = np.random.default_rng(fold).random(scores[TEXT].shape)
        people.append(asked.users)
        for name, values in scores.items():
            found[name].append(judged(values, candidates, asked.targets))
        line = {name: round(float(parts[-1][:, 0].mean()), 4) for name, parts in found.items()}
        print(f"lot {fold + 1}: {len(candidates)} cold items, {len(asked.users)} people, nDCG@10 {line}", flush=True)
    by_person = {name: per_person(np.concatenate(people), np.concatenate(parts)) for name, parts in found.items()}
    means = {
        name: {"ndcg_at_10": float(f[:, 0].mean()), "recall_at_10": float(f[:, 1].mean()), "auc": float(f[:, 2].mean())}
        for name, f in by_person.items()
    }
    print(
        f"\nCold items ranked among themselves, {rows.source}: {MEASURED} of {FOLDS} lots, text through its ONNX graph"
    )
    common.table(["ranked", "nDCG@10", "recall@10", "AUC"], [[name, *f.values()] for name, f in means.items()])
    tests = {}
    for other in (POPULAR, TASTE):
        test = paired_lists(by_person[other][:, 0], by_person[TEXT][:, 0], names=(other, TEXT))
        print(f"{test.words}\n{test.details}", flush=True)
        tests[other] = test.to_json()
    print(flush=True)
    return {"lots": MEASURED, "means": means, "text_against": tests}


def served_scores(served: Recommender, asked: Questions) -> np.ndarray:
    """Return (N, I), what the exported graph scores every item of the catalogue after each history."""
    pieces = []
    for start in range(0, len(asked.histories), BATCH):
        tensors = served.encoder.collate(asked.histories[start : start + BATCH])
        pieces.append(served.run(tensors, ("all_scores",))["all_scores"])
    return np.concatenate(pieces)


def by_category(dataset: Dataset, asked: Questions, candidates: np.ndarray) -> dict[str, np.ndarray]:
    """Return (N, C) scores of the candidates from nothing but categories, each item the mean of its categories.

    Popularity: how many people took an item of the category, on average over its warm items. Taste: the share of the
    person's history that has the category.
    """
    categories = read_items(dataset).categories
    names = sorted({c for groups in categories for c in groups})
    table = np.zeros((len(categories), len(names)))
    for item, groups in enumerate(categories):
        table[item, [names.index(c) for c in groups]] = 1.0
    warm = asked.item_counts > 0
    popular = (asked.item_counts @ table) / np.maximum(warm @ table, 1)
    shares = np.stack(
        [table[history].mean(axis=0) if len(history) else table.mean(axis=0) for history in asked.histories]
    )
    cold = table[candidates] / np.maximum(table[candidates].sum(axis=1, keepdims=True), 1)
    return {POPULAR: np.tile(popular @ cold.T, (len(asked.histories), 1)), TASTE: shares @ cold.T}


def judged(scores: np.ndarray, candidates: np.ndarray, targets: Targets) -> np.ndarray:
    """Return (N, 3): each person's nDCG@10, recall@10 and AUC among the candidates; ties are broken by lot."""
    shuffled = scores + 1e-9 * np.abs(scores).max() * np.random.default_rng(0).random(scores.shape)
    order = np.argsort(-shuffled, axis=1, kind="stable")
    found = hits(candidates[order], targets)
    figures = per_user(found[:, :K], targets.counts, K)[:, :2]
    return np.column_stack([figures, auc(found)])


def auc(found: np.ndarray) -> np.ndarray:
    """Return (N,) the share of pairs of a hit and a miss in `found` (N, C), best first, with the hit above."""
    hit, miss = found.sum(axis=1), (~found).sum(axis=1)
    below = (~found)[:, ::-1].cumsum(axis=1)[:, ::-1]
    return np.asarray((found * below).sum(axis=1) / np.maximum(hit * miss, 1))


def per_person(people: np.ndarray, figures: np.ndarray) -> np.ndarray:
    """Return the mean row of `figures` (M, 3) of each person, where `people` (M,) says whose each row is."""
    _, place, count = np.unique(people, return_inverse=True, return_counts=True)
    total = np.zeros((len(count), figures.shape[1]))
    np.add.at(total, place, figures)
    return np.asarray(total / count[:, None])
