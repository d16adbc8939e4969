"""The generated shop: the same each time, and with something to find for a model of every kind."""

from collections import Counter

import numpy as np
import pytest

from engine.config import Settings
from engine.datasets.dataset import Dataset
from engine.datasets.demo.catalogue import DAYS, START, generate
from engine.datasets.demo.movielens import demo_dataset
from engine.datasets.interactions.open import Histories, read_histories, read_items, targets
from tests.engine.datasets.files import kinds

SHOP = generate()


@pytest.fixture
def dataset(settings: Settings) -> Dataset:
    return demo_dataset(settings)


def test_the_shop_is_the_same_for_the_same_seed_and_of_the_promised_size() -> None:
    assert generate(0) == SHOP
    assert SHOP.events != generate(1).events
    assert len({p.title for p in SHOP.products}) == len({p.id for p in SHOP.products}) == 400
    assert len({user for user, *_ in SHOP.events}) == 600
    assert 18_000 < len(SHOP.events) < 22_000


def test_what_people_do_makes_sense() -> None:
    seen = set()
    for user, item, event, time in SHOP.events:
        assert START <= time < START + (DAYS + 1) * 86_400
        assert event == "view" or (user, item, {"cart": "view", "purchase": "cart"}[event]) in seen
        seen.add((user, item, event))
    counts = Counter(event for *_, event, _ in SHOP.events)
    assert counts["view"] > counts["cart"] > counts["purchase"] > 1000


def test_the_card_finds_nothing_to_mend(dataset: Dataset) -> None:
    card = dataset.card
    assert card.synthetic
    assert kinds(card, "block") | kinds(card, "warn") == set()
    assert card.to_json()["split"] == "time"
    assert card.to_json()["cold_items"] >= 20


def hits(scores: np.ndarray, history: Histories, wanted: Histories) -> float:
    """Return how many of ten unseen items are wanted, on average of the users who have both."""
    scores = scores.copy()
    scores[history.users, history.items] = -np.inf
    best = np.argsort(-scores, axis=1)[:, :10]
    judged = np.flatnonzero((history.lengths > 0) & (wanted.lengths > 0)).tolist()
    return float(np.mean([np.isin(best[u], wanted.of(u)).sum() for u in judged]))


def test_others_behaviour_tells_more_than_popularity(dataset: Dataset) -> None:
    history = read_histories(dataset, ("train", "validation"))
    wanted = targets(read_histories(dataset, ("test",)), history)
    seen = np.zeros((history.user_count, history.item_count))
    seen[history.users, history.items] = 1
    # A closed-form item-item model: Steck, Embarrassingly Shallow Autoencoders for Sparse Data, 2019.
    inverse = np.linalg.inv(seen.T @ seen + 50 * np.eye(history.item_count))
    weights = -inverse / np.diag(inverse)
    np.fill_diagonal(weights, 0)
    popular = np.tile(seen.sum(axis=0), (history.user_count, 1))
    assert hits(seen @ weights, history, wanted) > 1.4 * hits(popular, history, wanted)


def test_texts_tell_the_taste_for_items_that_nobody_has_touched(dataset: Dataset) -> None:
    history = read_histories(dataset, ("train",))
    later = targets(read_histories(dataset, ("validation", "test")), history)
    cold = history.item_counts() == 0
    wanted = later.keep(cold[later.items])
    bags = [set(text.lower().split()) for text in read_items(dataset).sentences()]
    words = sorted(set().union(*bags))
    said = np.array([[word in bag for word in words] for bag in bags], dtype=float)
    said *= np.log(len(bags) / said.sum(axis=0))
    seen = np.zeros((history.user_count, history.item_count))
    seen[history.users, history.items] = 1
    scores = np.where(cold, seen @ said @ said.T, -np.inf)
    chance = np.where(cold, np.random.default_rng(0).random(scores.shape), -np.inf)
    assert hits(scores, history, wanted) > 1.5 * hits(chance, history, wanted)
