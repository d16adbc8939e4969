"""One person of a data set at a time, and how popular each item is: read in pieces, however large the data."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.datasets.dataset import Dataset
from engine.datasets.interactions.open import BATCH_ROWS


@dataclass(frozen=True)
class Person:
    """What one user did, as codes of items."""

    before: tuple[int, ...]
    """Of train and validation, oldest first, each item once, where it was last."""
    later: frozenset[int]
    """Of test, without what is in `before`: what a recommender should have found."""


def read_person(dataset: Dataset, code: int) -> Person:
    """Return what the user `code` did; nothing for a code that no user has."""
    import pyarrow.parquet as pq

    table = pq.read_table(dataset.rows_file, columns=["item", "part"], filters=[("user", "==", code)])
    items, parts = table["item"].to_pylist(), table["part"].to_pylist()
    before = [item for item, part in zip(items, parts, strict=True) if part != "test"]
    last = tuple(dict.fromkeys(reversed(before)))[::-1]
    later = frozenset(item for item, part in zip(items, parts, strict=True) if part == "test")
    return Person(last, later - set(last))


def read_popularity(dataset: Dataset, items: int) -> NDArray[np.int64]:
    """Return (items,) the interactions of train and validation with each item; `items` is the catalogue's size."""
    return _counts(dataset, "item", items)


def read_activity(dataset: Dataset, users: int) -> NDArray[np.int64]:
    """Return (users,) the interactions of each user in train and validation; `users` is how many there are."""
    return _counts(dataset, "user", users)


def _counts(dataset: Dataset, column: str, size: int) -> NDArray[np.int64]:
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    found = np.zeros(size, dtype=np.int64)
    with pq.ParquetFile(dataset.rows_file) as file:
        for batch in file.iter_batches(BATCH_ROWS, columns=[column, "part"]):
            kept = batch.filter(pc.not_equal(batch.column("part"), "test"))
            found += np.bincount(kept.column(column).to_numpy(zero_copy_only=False), minlength=size)
    return found
