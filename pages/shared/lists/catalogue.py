"""What a page knows about one data set of interactions: items, users, what is popular. Kept while it is used."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from engine.datasets.dataset import Dataset
from engine.datasets.interactions.open import Items, read_items, read_users
from engine.datasets.interactions.people import Person, read_activity, read_person, read_popularity
from engine.datasets.store import open_dataset
from engine.tasks.reasons import category_shares
from pages.shared.resources import settings

MOST_OFFERED = 2000
"""A list to choose from holds the most popular items, or so many users: a browser is slow with more."""


LOOKED_AT = 15
"""Among so many users the first that is shown is chosen."""


@dataclass(frozen=True)
class Catalogue:
    """Items and users by code, as plain Python values."""

    dataset: Dataset
    ids: Sequence[str]
    names: Sequence[str]
    categories: Sequence[tuple[str, ...]]
    codes: Mapping[str, int]
    """Item id → code."""
    popular: Sequence[int]
    """Codes of items, the most popular first."""
    counts: Sequence[int]
    """Interactions an item."""
    usual: Mapping[str, float]
    """Category → its share of all interactions."""
    users: Sequence[str]
    activity: Sequence[int]
    """Interactions a user."""
    typical_user: int
    """One about as active as half of all, who took several new items later: the first that is shown."""

    def name(self, item: str) -> str:
        """Return what people call the item of that id."""
        code = self.codes.get(item)
        return item if code is None else self.names[code]

    def categories_of(self, item: str) -> tuple[str, ...]:
        code = self.codes.get(item)
        return () if code is None else self.categories[code]

    @property
    def offered(self) -> list[int]:
        """The items a list offers, by name."""
        return sorted(self.popular[:MOST_OFFERED], key=lambda code: self.names[code].casefold())

    @property
    def offered_users(self) -> list[int]:
        """The users a list offers: all, or some of every activity."""
        known = [code for code in np.argsort(self.activity, kind="stable").tolist() if self.activity[code]]
        if len(known) > MOST_OFFERED:
            places = np.linspace(0, len(known) - 1, MOST_OFFERED).astype(int)
            known = [known[i] for i in places.tolist()]
        return sorted(known)


@st.cache_resource(show_spinner=False, max_entries=4)
def _load(home: str, dataset_id: str) -> Catalogue:  # noqa: ARG001 - another workspace is another catalogue
    dataset = open_dataset(settings(), dataset_id)
    items: Items = read_items(dataset)
    users = [str(u) for u in read_users(dataset)]
    counts, activity = read_popularity(dataset, len(items)), read_activity(dataset, len(users))
    return Catalogue(
        dataset=dataset,
        ids=[str(i) for i in items.ids],
        names=[str(n) for n in items.names],
        categories=items.categories,
        codes={str(item): code for code, item in enumerate(items.ids)},
        popular=np.argsort(-counts, kind="stable").tolist(),
        counts=counts.tolist(),
        usual=category_shares(items.categories, counts.tolist()),
        users=users,
        activity=activity.tolist(),
        typical_user=_typical(dataset, activity),
    )


def _typical(dataset: Dataset, activity: NDArray[np.int64]) -> int:
    """Return, of the users in the middle of the order of activity, the one who took most new items later."""
    ordered = [code for code in np.argsort(activity, kind="stable").tolist() if activity[code]]
    middle = ordered[len(ordered) // 2 :][:LOOKED_AT]
    return max(middle, key=lambda code: len(read_person(dataset, code).later), default=0)


def load(dataset_id: str) -> Catalogue:
    """Return the catalogue of a stored data set. Raises NotFound when it was deleted."""
    return _load(str(settings().workspace.home), dataset_id)


@st.cache_data(show_spinner=False, max_entries=64)
def _person(home: str, dataset_id: str, code: int) -> Person:  # noqa: ARG001 - as above
    return read_person(open_dataset(settings(), dataset_id), code)


def person(found: Catalogue, code: int) -> Person:
    """Return what one user did."""
    return _person(str(settings().workspace.home), found.dataset.id, code)
