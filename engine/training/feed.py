"""Rows of unequal length, kept flat, handed out as padded batches."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

PAD_MULTIPLE = 8
"""Batches to train on are padded to a multiple of this many tokens: oneDNN compiles a kernel a shape, and shapes come
back each epoch. Half of `engine.tasks.encoder.PAD_MULTIPLE`: of 2,707 sentences in batches of 32 a token costs 1.18
padded ones instead of 1.30, and steps took 0.94 of the time (one thread, the median of three turns)."""
SORTED_BATCHES = 32
"""Rows are sorted by length within a stretch of this many batches: little padding, and still a new order each epoch."""


@dataclass(frozen=True)
class Feed:
    """N rows as flat columns: row i is `column[offsets[i]:offsets[i + 1]]` of every column."""

    columns: tuple[Tensor, ...]
    """Each (total, …): token ids, weights or hidden states."""
    offsets: Tensor
    """(N + 1,) int64."""
    pads: tuple[float, ...]
    """What fills each column up to the longest row of a batch."""
    mask: bool
    """Whether a batch ends with the attention mask."""

    def __len__(self) -> int:
        return len(self.offsets) - 1

    @property
    def lengths(self) -> np.ndarray:
        """(N,) int64."""
        return np.asarray(self.offsets.diff().numpy())

    @property
    def tokens(self) -> int:
        return int(self.offsets[-1])

    def batch(self, rows: np.ndarray, device: str = "cpu") -> tuple[Tensor, ...]:
        """Return what a model takes for `rows`: each column as (B, T, …), T a multiple of 8, and the mask if any."""
        index = torch.from_numpy(rows)
        start, length = self.offsets[index], self.offsets[index + 1] - self.offsets[index]
        width = max(1, -(-int(length.max()) // PAD_MULTIPLE)) * PAD_MULTIPLE
        steps = torch.arange(width)
        mask = steps < length[:, None]
        places = (start[:, None] + steps).clamp_(max=max(self.tokens - 1, 0))
        arrays = [self._fill(column[places], mask, pad) for column, pad in zip(self.columns, self.pads, strict=True)]
        if self.mask:
            arrays.append(mask.long())
        return tuple(a.to(device) for a in arrays)

    @staticmethod
    def _fill(values: Tensor, mask: Tensor, pad: float) -> Tensor:
        missing = ~mask.reshape(*mask.shape, *(1,) * (values.dim() - 2))
        values = values.long() if values.dtype == torch.int32 else values
        return values.masked_fill_(missing, pad)


@dataclass(frozen=True)
class Vectors:
    """N rows that are already vectors of one length: the features of a probe."""

    features: Tensor
    """(N, H) float32."""

    def __len__(self) -> int:
        return len(self.features)

    @property
    def lengths(self) -> np.ndarray:
        return np.ones(len(self), dtype=np.int64)

    @property
    def tokens(self) -> int:
        return len(self)

    def batch(self, rows: np.ndarray, device: str = "cpu") -> tuple[Tensor, ...]:
        """Return ((B, H),)."""
        return (self.features[torch.from_numpy(rows)].to(device),)


def token_feed(rows: Sequence[Sequence[int]], pad_id: int) -> Feed:
    """Return the feed of tokenised texts; its batches are (input_ids, attention_mask), both (B, T) int64."""
    # Attention over no token at all has no answer, so a text without tokens is one padding token.
    rows = [row or [pad_id] for row in rows]
    lengths = np.fromiter(map(len, rows), dtype=np.int64, count=len(rows))
    flat = np.fromiter((i for row in rows for i in row), dtype=np.int32, count=int(lengths.sum()))
    return Feed((torch.from_numpy(flat),), offsets_of(lengths), (pad_id,), mask=True)


def bag_feed(rows: Sequence[tuple[np.ndarray, np.ndarray]]) -> Feed:
    """Return the feed of bags of words; its batches are (input_ids int64, weights float32), both (B, T)."""
    lengths = np.array([len(ids) for ids, _ in rows], dtype=np.int64)
    ids = np.concatenate([ids for ids, _ in rows] or [np.zeros(0)]).astype(np.int32)
    weights = np.concatenate([w for _, w in rows] or [np.zeros(0)]).astype(np.float32)
    if not len(ids):  # no text has a known word: one padding term keeps the columns from being empty
        ids, weights = np.zeros(1, dtype=np.int32), np.zeros(1, dtype=np.float32)
    return Feed((torch.from_numpy(ids), torch.from_numpy(weights)), offsets_of(lengths), (0, 0.0), mask=False)


def offsets_of(lengths: np.ndarray) -> Tensor:
    """Return where each row starts, and the end: (N + 1,) int64."""
    return torch.from_numpy(np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64))


def shuffled_batches(lengths: np.ndarray, size: int, order: np.random.Generator) -> Iterator[np.ndarray]:
    """Yield one epoch's batches of rows: a new order from `order`, rows of like length together."""
    rows = order.permutation(len(lengths))
    stretch = size * SORTED_BATCHES
    batches = []
    for start in range(0, len(rows), stretch):
        part = rows[start : start + stretch]
        part = part[np.argsort(lengths[part], kind="stable")]
        batches += [part[i : i + size] for i in range(0, len(part), size)]
    for i in order.permutation(len(batches)):
        yield batches[i]
