"""The interactions of a data set as a model learns from them."""

from __future__ import annotations

import warnings
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor

from engine.datasets.interactions.open import Histories
from engine.tasks.ranked import Targets

MOST_JUDGED = 2_000
"""Users the validation part is judged on while training, at most: enough to tell recipes apart, quick for many."""


@dataclass(frozen=True)
class Question:
    """Histories and what should be found after them."""

    histories: list[np.ndarray]
    """(N,) item codes each, newest last."""
    targets: Targets


@dataclass(frozen=True)
class Rows:
    """A sparse matrix by rows: row r has the places indptr[r] to indptr[r + 1] of `columns` and `values`."""

    indptr: np.ndarray
    columns: np.ndarray
    values: np.ndarray
    width: int
    """How many columns there are."""

    def __len__(self) -> int:
        return len(self.indptr) - 1

    @property
    def lengths(self) -> np.ndarray:
        return np.diff(self.indptr)

    def block(self, start: int, stop: int) -> Tensor:
        """Return rows start…stop as a sparse tensor of coordinates, which torch multiplies on every platform."""
        chosen = slice(self.indptr[start], self.indptr[stop])
        rows = np.repeat(np.arange(stop - start), np.diff(self.indptr[start : stop + 1]))
        indices = torch.from_numpy(np.stack([rows, self.columns[chosen]]))
        return torch.sparse_coo_tensor(
            indices,
            torch.from_numpy(self.values[chosen]),
            (stop - start, self.width),
            is_coalesced=True,
            check_invariants=False,
        )


@dataclass(frozen=True)
class Log:
    """Who had what, each pair once: a sparse matrix of users by items."""

    histories: Histories
    binary: bool = True
    """Whether every pair counts the same; else each counts with its weight."""

    @property
    def users(self) -> int:
        return self.histories.user_count

    @property
    def items(self) -> int:
        return self.histories.item_count

    @property
    def pairs(self) -> int:
        return len(self.histories.items)

    def values(self) -> np.ndarray:
        """Return (pairs,) float32, how strongly each pair counts, 1 on average."""
        if self.binary or not self.pairs:
            return np.ones(self.pairs, dtype=np.float32)
        return self.histories.weights / max(float(self.histories.weights.mean()), 1e-12)

    def matrix(self, by_user: np.ndarray) -> Tensor:
        """Return users × items as a sparse tensor, the row of user u times `by_user[u]`."""
        rows = self.by_user()
        scaled = replace(rows, values=rows.values * by_user[self.histories.users].astype(np.float32))
        return scaled.block(0, self.users)

    def by_user(self) -> Rows:
        """Return the users' rows: what each had."""
        return Rows(self.histories.indptr, self.histories.items.astype(np.int64), self.values(), self.items)

    def by_item(self) -> Rows:
        """Return the items' rows: who had each."""
        order = np.argsort(self.histories.items, kind="stable")
        indptr = np.concatenate([[0], np.cumsum(np.bincount(self.histories.items, minlength=self.items))])
        return Rows(indptr, self.histories.users[order].astype(np.int64), self.values()[order], self.users)

    def counts(self) -> np.ndarray:
        """Return (items,) float64, how many users had each item."""
        return self.histories.item_counts().astype(np.float64)


def question(history: Histories, wanted: Histories, generator: np.random.Generator) -> Question:
    """Return the question of up to MOST_JUDGED users who took something new in `wanted`."""
    users = np.flatnonzero(wanted.lengths)
    if len(users) > MOST_JUDGED:
        users = np.sort(generator.choice(users, MOST_JUDGED, replace=False))
    return Question(
        [history.of(int(user)).astype(np.int64) for user in users], Targets.of([wanted.of(int(user)) for user in users])
    )


def product(left: Tensor, right: Tensor) -> Tensor:
    """Return the dense product of two sparse tensors.

    Within it torch compresses the rows, and warns that this is new to it; one named allowance.
    """
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Sparse CSR tensor support", UserWarning)
        found: Tensor = torch.sparse.mm(left, right).to_dense()
    return found
