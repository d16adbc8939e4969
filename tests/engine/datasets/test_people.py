"""One person of a data set at a time, popularity, and columns that are left out."""

from __future__ import annotations

import io
from dataclasses import replace

import numpy as np
import pytest

from engine.config import load_settings
from engine.datasets.dataset import Dataset
from engine.datasets.interactions.columns import NO_COLUMN
from engine.datasets.interactions.open import read_histories, targets
from engine.datasets.interactions.options import InteractionOptions
from engine.datasets.interactions.people import read_activity, read_person, read_popularity
from engine.datasets.interactions.prepare import check, prepare
from engine.datasets.raw import Raw
from engine.datasets.store import add_raw

OPTIONS = InteractionOptions("Shop", event_column="did")


@pytest.fixture
def raw(workspace: object) -> Raw:
    """Two thousand interactions, some of them repeated."""
    random = np.random.default_rng(5)
    rows = [
        f"u{random.integers(60)},i{random.integers(40)},{'buy' if n % 3 else 'view'},{1_700_000_000 + n * 60}"
        for n in range(2000)
    ]
    text = "user,item,did,timestamp\n" + "\n".join(rows)
    return add_raw(io.BytesIO(text.encode()), "shop.csv", load_settings())


@pytest.fixture
def dataset(raw: Raw) -> Dataset:
    return prepare(raw, OPTIONS, load_settings(), usual={}, task="ranking")


def test_a_person_has_what_the_arrays_have(dataset: Dataset) -> None:
    before = read_histories(dataset, ("train", "validation"))
    later = targets(read_histories(dataset, ("test",)), before)
    for user in (0, 7, before.user_count - 1):
        person = read_person(dataset, user)
        assert person.before == tuple(before.of(user))
        assert person.later == set(later.of(user))
    assert read_person(dataset, 10_000).before == ()


def test_popularity_and_activity_count_what_came_before_the_test(dataset: Dataset) -> None:
    before = read_histories(dataset, ("train", "validation"), distinct=False)
    assert (read_popularity(dataset, before.item_count) == before.item_counts()).all()
    assert (read_activity(dataset, before.user_count) == before.lengths).all()


def test_a_column_that_is_left_out_stays_out(raw: Raw) -> None:
    settings, without = load_settings(), replace(OPTIONS, event_column=NO_COLUMN, time_column=NO_COLUMN)
    card = check(raw, without, settings, usual={})
    assert card.used_columns == {"user": "user", "item": "item"}
    assert (card.events, card.time_from) == ({}, "")
    stored = prepare(raw, without, settings, usual={}, task="ranking")
    again = prepare(raw, stored.options, settings, usual={}, task="ranking")  # type: ignore[arg-type]
    assert again.id == stored.id


def test_a_test_file_leaves_the_same_columns_out(raw: Raw) -> None:
    test = add_raw(io.BytesIO(b"user,item,did,timestamp\nu1,i3,buy,1800000000\n"), "later.csv", load_settings())
    options = replace(OPTIONS, time_column=NO_COLUMN, test_raw_id=test.id)
    stored = prepare(raw, options, load_settings(), usual={}, task="ranking")
    assert stored.rows("test")["time"].isna().all()


def test_a_card_counts_interactions_of_a_part(dataset: Dataset) -> None:
    card = dataset.card
    assert card.part_rows("test") == len(dataset.rows("test"))
