from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from engine.datasets.dataset import Dataset
from engine.datasets.interactions.open import Histories
from engine.training.progress import Progress
from engine.training.ranking.closed_form import SHRINKAGE, Shape, capped, gram, neighbours, weights_of
from engine.training.ranking.data import Log
from engine.training.ranking.factors import Squares, least_squares
from engine.training.ranking.ranker import Ranker, padded
from engine.training.ranking.scorers import ItemItem, Neighbours
from tests.engine.training.ranking.shop import trained_on

QUIET = Progress(lambda *_, **__: None, lambda: False)


def _log(users: int = 40, items: int = 15, seed: int = 0) -> tuple[Log, np.ndarray]:
    table = (np.random.default_rng(seed).random((users, items)) < 0.3).astype(np.float64)
    table[:, 0] = 1.0
    rows, columns = np.nonzero(table)
    size = len(rows)
    histories = Histories(
        np.concatenate([[0], np.cumsum(table.sum(axis=1))]).astype(np.int64),
        columns.astype(np.int32),
        np.ones(size, np.float32),
        np.arange(size, dtype=np.int64),
        np.full(size, np.nan, np.float32),
        items,
    )
    return Log(histories), table


def test_the_dense_model_is_ease_as_published() -> None:
    log, table = _log()
    system = table.T @ table + 7.0 * np.eye(15)
    inverse = np.linalg.inv(system)
    expected = np.eye(15) - inverse @ np.diag(1.0 / np.diag(inverse))  # Steck 2019, equation 8
    counted = gram(log, 0.0, QUIET)
    np.testing.assert_array_equal(counted.numpy(), table.T @ table)
    found = weights_of(counted, Shape(penalty=7.0), None, log.counts(), QUIET)
    np.testing.assert_allclose(found.numpy(), expected, atol=1e-6)
    history = np.flatnonzero(table[3])
    scores = ItemItem(found)(torch.from_numpy(history)[None], torch.ones(1, len(history)))
    np.testing.assert_allclose(scores.numpy()[0], table[3] @ expected, atol=1e-5)


def test_users_and_popular_items_count_less_when_asked_to() -> None:
    log, table = _log()
    weights = table.sum(axis=1) ** -0.5
    expected = (table * (weights / weights.mean())[:, None]).T @ table
    np.testing.assert_allclose(gram(log, 0.5, QUIET).numpy(), expected, rtol=1e-5)
    plain = weights_of(gram(log, 0.0, QUIET), Shape(7.0), None, log.counts(), QUIET)
    less = weights_of(gram(log, 0.0, QUIET), Shape(7.0, popularity_power=0.3), None, log.counts(), QUIET)
    np.testing.assert_allclose(less.numpy(), plain.numpy() * (1 + table.sum(axis=0))[:, None] ** -0.3, rtol=1e-5)


def test_neighbours_are_those_of_a_table_of_all_pairs() -> None:
    log, table = _log(items=12)
    both = table.T @ table
    counts = table.sum(axis=0)
    strong = both**2 / (both + SHRINKAGE) / np.sqrt(np.outer(counts, counts))
    np.fill_diagonal(strong, 0.0)
    ids, strengths = neighbours(log, 4, 0.5, QUIET)
    for item in range(12):
        best = np.sort(strong[item])[::-1][:4]
        np.testing.assert_allclose(strengths[item].numpy(), best, rtol=1e-5)
        np.testing.assert_allclose(strong[item, ids[item].numpy()], best, rtol=1e-5)
    kept = np.zeros_like(strong)
    np.put_along_axis(kept, ids.numpy(), strengths.numpy(), axis=1)
    history = np.flatnonzero(table[5])
    scores = Neighbours(ids, strengths)(torch.from_numpy(history)[None], torch.ones(1, len(history)))
    np.testing.assert_allclose(scores.numpy()[0], table[5] @ kept, rtol=1e-4)


def test_a_folded_in_vector_solves_the_equation_of_its_history() -> None:
    log, table = _log(users=60)
    shape = Squares(width=5, unobserved=0.2, regularisation=0.02)
    scorer = least_squares(log, shape, 3, QUIET)
    items = scorer.vectors[:-1].double().numpy()
    for user in range(10):
        known = items[table[user] > 0]
        ridge = shape.regularisation * (len(known) + shape.unobserved * len(items))
        system = known.T @ known + shape.unobserved * items.T @ items + ridge * np.eye(5)
        history = torch.from_numpy(np.flatnonzero(table[user]))[None]
        found = scorer.person(history, torch.ones(1, history.shape[1]))[0].numpy()
        np.testing.assert_allclose(found, np.linalg.solve(system, known.sum(axis=0)), atol=1e-4)


def test_only_the_newest_of_a_long_history_are_counted() -> None:
    log, table = _log()
    short = capped(log, 3)
    assert short.histories.lengths.max() == 3
    assert short.histories.of(0).tolist() == np.flatnonzero(table[0])[-3:].tolist()
    assert capped(log, 100) is log


def test_what_was_seen_or_is_not_allowed_never_comes_back() -> None:
    log, table = _log()
    ranker = Ranker(ItemItem(torch.from_numpy(table.T @ table)), log.counts(), top=15)
    histories = [np.flatnonzero(table[u]) for u in range(6)] + [np.empty(0, dtype=np.int64)]
    allowed = torch.zeros(1, 15)
    allowed[0, 2] = -torch.inf
    items, scores, _ = ranker(torch.from_numpy(padded(histories)), torch.ones(1, 1), allowed)
    for row, history in zip(items.numpy(), histories, strict=True):
        shown = set(row[row >= 0].tolist())
        assert shown == set(range(15)) - set(history.tolist()) - {2}
    assert (torch.isinf(scores) == (items < 0)).all()
    popular = [i for i in np.argsort(-log.counts(), kind="stable") if i != 2]
    assert log.counts()[items[-1][:3].numpy()].tolist() == log.counts()[popular[:3]].tolist()


def test_beyond_dense_sizes_the_neighbours_are_exported(
    monkeypatch: pytest.MonkeyPatch, shop: Dataset, tmp_path: Path
) -> None:
    from engine.training.ranking.export import export
    from engine.training.ranking.gate import check

    for module in ("methods", "blending"):
        monkeypatch.setattr(f"engine.training.ranking.{module}.DENSE_ITEMS", 20)
    for recipe in ("item_item", "blend"):
        trained = trained_on(shop, recipe, tmp_path / recipe, {"neighbours": 5})
        assert "scorer.matrix" not in trained.module.state_dict()
        gate = check(trained, export(trained, tmp_path / recipe / "onnx"), [["000", "001"], ["100"], []])
        assert gate.seen_items_returned == 0


@pytest.mark.parametrize(("users", "items"), [(1, 30), (30, 1)])
def test_one_user_or_one_item_is_no_fault(users: int, items: int, tmp_path: Path) -> None:
    log, _ = _log(users, items)
    scorer = ItemItem(weights_of(gram(log, 0.0, QUIET), Shape(), None, log.counts(), QUIET))
    found, _, _ = Ranker(scorer, log.counts())(torch.tensor([[0]]), torch.ones(1, 1), torch.zeros(1, items))
    assert found.shape == (1, items)
    assert 0 not in found[found >= 0]


def test_binary_counts_do_not_read_weights() -> None:
    log, table = _log()
    heavy = replace(log, histories=replace(log.histories, weights=log.histories.weights * 7))
    np.testing.assert_array_equal(gram(heavy, 0.0, QUIET).numpy(), table.T @ table)
