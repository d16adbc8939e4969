"""Recommendation: whose history is read and what should be found in each part, the figures, and the judge."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from engine.messages import Message
from engine.tasks.base import Task, Unit
from engine.tasks.compare_lists import FIGURE, paired_list_runs, seeds_list_runs
from engine.tasks.histories import TASK, HistoryEncoder
from engine.tasks.ranked import Targets
from engine.tasks.ranking_judge import judge_ranking
from engine.tasks.ranking_metrics import METRICS

if TYPE_CHECKING:
    from engine.datasets.dataset import Dataset, Part

BEFORE: dict[str, tuple[Part, ...]] = {"train": ("train",), "validation": ("train",), "test": ("train", "validation")}
"""Part → the parts that come before it: a person's history, none of which is recommended again."""


@dataclass(frozen=True)
class Questions:
    """The people of one part who took something new, what they had before, and what they took."""

    users: np.ndarray
    """(N,) codes of users."""
    histories: list[np.ndarray]
    """(N,) item codes each, newest last; empty for somebody new."""
    targets: Targets
    item_counts: np.ndarray
    """(I,) how many people had each item before."""

    @property
    def lengths(self) -> np.ndarray:
        """(N,) items in each history."""
        return np.array([len(h) for h in self.histories], dtype=np.int64)


def questions(dataset: Dataset, part: Part) -> Questions:
    """Return what a recommender is asked about `part`: everybody who took an item there that they did not have before.

    For "test" the history is that of train and validation, which the model was trained on in the end.
    """
    from engine.datasets.interactions.open import read_histories, targets

    history = read_histories(dataset, BEFORE[part])
    wanted = targets(read_histories(dataset, (part,)), history)
    users = np.flatnonzero(wanted.lengths)
    return Questions(
        users=users,
        histories=[history.of(int(user)).astype(np.int64) for user in users],
        targets=Targets.of([wanted.of(int(user)) for user in users]),
        item_counts=history.item_counts(),
    )


def histories_of(dataset: Dataset, part: Part) -> list[list[str]]:
    """Return the histories of `questions` as lists of item ids, as a request to a served model has them."""
    from engine.datasets.interactions.open import read_items

    ids = read_items(dataset).ids
    return [ids[history].tolist() for history in questions(dataset, part).histories]


RANKING = Task(
    name=TASK,
    title=Message("Recommendation"),
    unit=Unit(Message("visitor"), Message("visitors")),
    metrics=METRICS,
    load_encoder=HistoryEncoder.load,
    inputs=histories_of,
    judge=judge_ranking,
    compare=paired_list_runs,
    compare_seeds=seeds_list_runs,
    compared_by=FIGURE,
    row=Unit(Message("interaction"), Message("interactions")),
)
