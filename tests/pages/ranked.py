"""A finished recommendation run as a worker leaves it, with lists of a plain item-item model."""

from __future__ import annotations

from typing import Any

import numpy as np

from engine.config import load_settings
from engine.datasets.dataset import Dataset
from engine.files import write_json
from engine.jobs.queue import finetune_spec
from engine.jobs.runs import RunFolder, create_run
from engine.jobs.worker_rank import figures_of
from engine.tasks.ranking import Questions, questions
from engine.tasks.ranking_judge import judge_ranking
from tests.pages.conftest import report

PENALTY, K = 50.0, 50


def finished_run(dataset: Dataset, recipe: str = "item_item") -> RunFolder:
    """Return a published run of `recipe` ("popularity" or any other, which is judged as item-item) on `dataset`."""
    run = create_run(load_settings().workspace.runs, finetune_spec("recommendation", dataset, recipe))
    attempt = run.new_attempt()
    attempt.say("started")
    asked = questions(dataset, "test")
    lists, popular = lists_of(asked, recipe)
    made: dict[str, Any] = report(run, dataset, quality(asked, lists, popular), 0.2)
    made |= {"labels": [], "scenario": "recommendation", "recipe": recipe}
    write_json(attempt.report_file, made)
    figures_of(dataset, asked, lists).to_parquet(attempt.folder / "predictions.parquet", index=False)
    attempt.say("finished")
    run.publish(attempt, {})
    return run


def lists_of(asked: Questions, recipe: str) -> tuple[np.ndarray, np.ndarray]:
    """Return the lists of the recipe, and those of popularity."""
    popular = best(np.tile(asked.item_counts.astype(float), (len(asked.histories), 1)), asked)
    return (popular if recipe == "popularity" else best(item_item(asked), asked)), popular


def quality(asked: Questions, lists: np.ndarray, popular: np.ndarray) -> dict[str, Any]:
    """Return the quality block of lists for the test part."""
    return judge_ranking(
        lists,
        asked.targets,
        popular,
        item_counts=asked.item_counts,
        users=len(asked.users),
        history_lengths=asked.lengths,
        seed=0,
    )


def item_item(asked: Questions) -> np.ndarray:
    """Return the scores of a closed-form item-item model that learnt from the histories asked about."""
    taken = np.zeros((len(asked.histories), len(asked.item_counts)))
    for row, history in enumerate(asked.histories):
        taken[row, history] = 1.0
    inverse = np.linalg.inv(taken.T @ taken + PENALTY * np.eye(taken.shape[1]))
    weights = -inverse / np.diag(inverse)
    np.fill_diagonal(weights, 0.0)
    return np.asarray(taken @ weights)


def best(scores: np.ndarray, asked: Questions) -> np.ndarray:
    """Return the K best items of each row, those of its history left out."""
    for row, history in enumerate(asked.histories):
        scores[row, history] = -np.inf
    return np.argsort(-scores, axis=1, kind="stable")[:, :K]
