"""`evaluate` and `predict` for recommendations: a table of interactions, or of people to recommend to."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from engine.cli.finished import Answered, Finished, Judged
from engine.datasets.dataset import Dataset, Part
from engine.datasets.interactions.given import read_given
from engine.datasets.interactions.open import read_histories, read_items, read_users, targets
from engine.datasets.store import open_dataset
from engine.errors import BadInput
from engine.scenarios import SCENARIOS
from engine.tasks.ranked import Targets
from engine.tasks.ranking import Questions
from engine.tasks.ranking_judge import judge_ranking
from engine.tasks.ranking_lists import popular_lists

if TYPE_CHECKING:
    from engine.datasets.interactions.given import Given
    from engine.serving.recommender import Recommender

KNOWN: tuple[Part, ...] = ("train", "validation")
"""The parts a run was trained on: a person's history, none of which is recommended again."""
SHOWN = 10


def evaluate(finished: Finished, path: Path, columns: dict[str, str]) -> Judged:
    """Judge the model on the interactions of `path`: the history of a person is what the run was trained on."""
    dataset, given = _read(finished, path, columns)
    history = read_histories(dataset, KNOWN)
    wanted = targets(given.histories, history)
    users = np.flatnonzero(wanted.lengths)
    if not len(users):
        raise BadInput("Nobody in {file} took anything that the run had not seen; give later ones.", file=path.name)
    asked = Questions(
        users=users,
        histories=[history.of(int(u)).astype(np.int64) for u in users],
        targets=Targets.of([wanted.of(int(u)) for u in users]),
        item_counts=history.item_counts(),
    )
    model = _model(finished)
    ids = read_items(dataset).ids
    lists, _ = model.top(model.encoder.rows([ids[h].tolist() for h in asked.histories]))
    quality = judge_ranking(
        lists,
        asked.targets,
        popular_lists(asked, lists.shape[1]),
        item_counts=asked.item_counts,
        users=max(1, len(users)),
        history_lengths=asked.lengths,
        seed=finished.report["seed"],
    )
    return Judged(quality, given.rows_used, given.rows_read - given.rows_used)


def predict(finished: Finished, path: Path, columns: dict[str, str]) -> Answered:
    """Recommend ten items to everybody in `path`, by what the run knows of them and what stands in the file."""
    dataset, given = _read(finished, path, columns)
    model, history = _model(finished), read_histories(dataset, KNOWN)
    items, names = read_items(dataset), read_users(dataset)
    users = np.flatnonzero(given.histories.lengths)
    histories = [
        items.ids[np.concatenate([history.of(int(u)), given.histories.of(int(u))])].astype(str).tolist() for u in users
    ]
    titles = dict(zip(items.ids.tolist(), items.names, strict=True))
    answers: list[dict[str, Any]] = [
        {"user": str(names[user]), "place": place, "item": item, "title": titles.get(item, item), "score": score}
        for user, found in zip(users, model.recommend(histories, min(SHOWN, model.encoder.top)), strict=True)
        for place, (item, score) in enumerate(found, 1)
    ]
    return Answered(answers, ("user", "place", "item", "title", "score"), given.rows_read - given.rows_used)


def _read(finished: Finished, path: Path, columns: dict[str, str]) -> tuple[Dataset, Given]:
    dataset = open_dataset(finished.settings, finished.report["dataset"]["id"])
    usual = SCENARIOS[finished.run.spec.scenario].columns
    named = {role: columns[role] for role in ("user", "item") if columns.get(role)}
    return dataset, read_given(path, dataset, finished.settings, usual=usual, columns=named)


def _model(finished: Finished) -> Recommender:
    from engine.serving.recommender import Recommender

    model = finished.load()
    assert isinstance(model, Recommender)
    return model
