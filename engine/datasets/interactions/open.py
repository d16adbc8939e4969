"""A stored data set for recommendation as arrays: histories by user, what to find in a part, and the items."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.datasets.dataset import Dataset, Part

NO_TIME = np.iinfo(np.int64).min
"""Stands where an interaction has no time."""
BATCH_ROWS = 100_000
KINDS = {"user": np.int32, "item": np.int32, "weight": np.float32, "rating": np.float32, "time": np.int64}
"""Columns of rows.parquet that histories are made of."""


@dataclass(frozen=True)
class Histories:
    """Interactions by user, as a sparse matrix by rows: those of user u are the places indptr[u] to indptr[u + 1].

    Within a user they are in the order of time, then of the file. Users without interactions have no places.
    """

    indptr: NDArray[np.int64]
    """(users + 1,)"""
    items: NDArray[np.int32]
    """(n,) codes of items."""
    weights: NDArray[np.float32]
    """(n,) how strongly each counts; 1 where nothing says so."""
    times: NDArray[np.int64]
    """(n,) seconds since 1970, UTC; NO_TIME without."""
    ratings: NDArray[np.float32]
    """(n,) as rated; NaN without."""
    item_count: int
    """Items of the catalogue, those nobody has touched included: codes run from 0 to item_count - 1."""

    @property
    def user_count(self) -> int:
        return len(self.indptr) - 1

    @property
    def has_times(self) -> bool:
        return bool(len(self.times)) and bool((self.times != NO_TIME).all())

    @property
    def users(self) -> NDArray[np.int32]:
        """(n,) the code of each interaction's user."""
        return np.repeat(np.arange(self.user_count, dtype=np.int32), self.lengths)

    @property
    def lengths(self) -> NDArray[np.int64]:
        """(users,) interactions a user."""
        return np.diff(self.indptr)

    def of(self, user: int) -> NDArray[np.int32]:
        """Return the codes of the items of `user`, oldest first."""
        return self.items[self.indptr[user] : self.indptr[user + 1]]

    def item_counts(self) -> NDArray[np.int64]:
        """Return (items,) interactions an item: its popularity; 0 for a cold one."""
        return np.bincount(self.items, minlength=self.item_count)

    def keep(self, mask: NDArray[np.bool_]) -> Histories:
        """Return the interactions for which `mask` (n,) holds, for the same users and items."""
        kept = np.concatenate(([0], np.cumsum(mask)))
        return Histories(
            kept[self.indptr].astype(np.int64),
            self.items[mask],
            self.weights[mask],
            self.times[mask],
            self.ratings[mask],
            self.item_count,
        )


@dataclass(frozen=True)
class Items:
    """The catalogue, by code; every array has one entry an item."""

    ids: NDArray[np.object_]
    titles: NDArray[np.object_]
    """"" without one."""
    texts: NDArray[np.object_]
    categories: tuple[tuple[str, ...], ...]

    def __len__(self) -> int:
        return len(self.ids)

    @property
    def names(self) -> list[str]:
        """What people call each item: its title, with its id where other items have that title; else its id."""
        times = Counter(self.titles)
        pairs = zip(self.titles, self.ids, strict=True)
        return [(title if times[title] == 1 else f"{title} ({id_})") if title else id_ for title, id_ in pairs]

    def sentences(self) -> list[str]:
        """Return what an encoder reads of each item: title, categories and text; "" for one without metadata."""
        rows = zip(self.titles, self.categories, self.texts, strict=True)
        return [". ".join(filter(None, (title, ", ".join(groups), text))) for title, groups, text in rows]

    @property
    def described(self) -> NDArray[np.bool_]:
        """(items,) whether anything is said about an item besides its id."""
        return np.array([bool(sentence) for sentence in self.sentences()], dtype=bool)


def read_users(dataset: Dataset) -> NDArray[np.object_]:
    """Return (users,) the id of each user, by code."""
    return _column(dataset, "users.parquet", "id")


def read_items(dataset: Dataset) -> Items:
    """Return the catalogue."""
    import pyarrow.parquet as pq

    table = pq.read_table(dataset.folder / "items.parquet")
    ids, titles, texts = (table[name].to_pandas().to_numpy(dtype=object) for name in ("id", "title", "text"))
    return Items(ids, titles, texts, tuple(map(tuple, table["categories"].to_pylist())))


def read_histories(dataset: Dataset, parts: Sequence[Part], *, distinct: bool = True) -> Histories:
    """Return the interactions of `parts`, by user.

    With `distinct`, a pair of user and item stands once: at its last time, with the sum of its weights and its last
    rating. Without, each interaction stands, as a model of sequences reads them.
    """
    import pyarrow as pa
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    columns: dict[str, list[NDArray[Any]]] = {name: [] for name in KINDS}
    with pq.ParquetFile(dataset.rows_file) as file:
        for batch in file.iter_batches(BATCH_ROWS, columns=[*KINDS, "part"]):
            chosen = batch.filter(pc.is_in(batch.column("part"), value_set=pa.array(parts)))
            for name, kind in KINDS.items():
                column = chosen.column(name)
                filled = column.fill_null(NO_TIME) if name == "time" else column
                columns[name].append(filled.to_numpy(zero_copy_only=False).astype(kind))
    sizes = _size(dataset, "users.parquet"), _size(dataset, "items.parquet")
    return histories_of(
        {name: np.concatenate([np.empty(0, KINDS[name]), *columns.pop(name)]) for name in KINDS},
        *sizes,
        distinct=distinct,
    )


def learned_histories(dataset: Dataset, parts: Sequence[Part], *, distinct: bool = True) -> Histories:
    """Return the interactions of `parts` that a model may learn from: those of the people in the data set's share."""
    found = read_histories(dataset, parts, distinct=distinct)
    if dataset.share == 1:
        return found
    people = np.zeros(found.user_count, dtype=bool)
    people[dataset.rows("train")["user"].unique()] = True
    return found.keep(people[found.users])


def histories_of(
    columns: dict[str, NDArray[Any]], user_count: int, item_count: int, *, distinct: bool = True
) -> Histories:
    """Return the columns user, item, weight, rating and time, sorted by user and time, as histories."""
    lengths = np.bincount(columns["user"], minlength=user_count)
    indptr = np.concatenate(([0], np.cumsum(lengths))).astype(np.int64)
    items, weights, times, ratings = (
        columns[name].astype(KINDS[name], copy=False) for name in ("item", "weight", "time", "rating")
    )
    histories = Histories(indptr, items, weights, times, ratings, item_count)
    return _distinct(histories) if distinct else histories


def _distinct(histories: Histories) -> Histories:
    """Return each pair of user and item once: its last interaction, with the sum of the weights."""
    pairs = _pairs(histories)
    _, places, group = np.unique(pairs[::-1], return_index=True, return_inverse=True)
    if len(places) == len(pairs):
        return histories
    last = len(pairs) - 1 - places
    weights = histories.weights.copy()
    weights[last] = np.bincount(group, histories.weights[::-1])
    mask = np.zeros(len(pairs), dtype=bool)
    mask[last] = True
    return replace(histories, weights=weights).keep(mask)


def targets(part: Histories, history: Histories) -> Histories:
    """Return what a recommender should find: the interactions of `part` whose item is not in the user's `history`."""
    seen, wanted = np.sort(_pairs(history)), _pairs(part)
    if not len(seen):
        return part
    # Where a pair would stand among those seen; numpy.isin sorts both and takes four times as long.
    places = np.minimum(np.searchsorted(seen, wanted), len(seen) - 1)
    return part.keep(seen[places] != wanted)


def _pairs(histories: Histories) -> NDArray[np.int64]:
    return histories.users.astype(np.int64) * histories.item_count + histories.items


def _size(dataset: Dataset, name: str) -> int:
    import pyarrow.parquet as pq

    return int(pq.read_metadata(dataset.folder / name).num_rows)


def _column(dataset: Dataset, name: str, column: str) -> NDArray[np.object_]:
    import pyarrow.parquet as pq

    return np.asarray(pq.read_table(dataset.folder / name, columns=[column])[column].to_pandas(), dtype=object)
