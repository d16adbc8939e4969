"""What the models that learn by steps read: padded batches of histories, some of each kept back to be found."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import torch
from torch import Tensor

from engine.training.feed import SORTED_BATCHES
from engine.training.ranking.data import Log
from engine.training.streams import stream

MOST_READ = 200
"""Items of one history that a step reads."""
MOST_WANTED = 20
"""Items of one history that a step asks for."""


def shuffled(users: np.ndarray, lengths: np.ndarray, size: int, generator: np.random.Generator) -> Iterator[np.ndarray]:
    """Yield `users` in a new order, `size` at a time, those of similar length (U,) together: little is padding."""
    order = generator.permutation(users)
    stretch = size * SORTED_BATCHES
    pieces = [order[start : start + stretch] for start in range(0, len(order), stretch)]
    batches = [
        piece[np.argsort(lengths[piece], kind="stable")][start : start + size]
        for piece in pieces
        for start in range(0, len(piece), size)
    ]
    for place in generator.permutation(len(batches)):
        yield batches[place]


def left_out(log: Log, size: int, seed: int) -> Callable[[], Iterator[tuple[Tensor, Tensor, Tensor, Tensor]]]:
    """Return a function that yields one epoch of (places (B, T), weights (B, T), taken (B, S), kept (B, S)).

    A random half of each history is read and some of the rest is to be found; of long histories a new part each time.
    """
    generator = stream(seed, "batches")
    users = np.flatnonzero(log.histories.lengths >= 2)

    def epoch() -> Iterator[tuple[Tensor, Tensor, Tensor, Tensor]]:
        for chosen in shuffled(users, log.histories.lengths, size, generator):
            halves = [_halves(log.histories.of(user), generator) for user in chosen]
            places, weights = _padded([read for read, _ in halves], log.items)
            taken, kept = _padded([wanted for _, wanted in halves], log.items)
            yield places, weights, taken.clamp(max=log.items - 1), kept

    return epoch


def sequences(log: Log, window: int, size: int, ahead: int, seed: int) -> Callable[[], Iterator[tuple[Tensor, Tensor]]]:
    """Return a function that yields one epoch of (places (B, T), wanted (B, T)), the newest last.

    Each place leads to one of the next `ahead` items, drawn anew each epoch; of histories longer than the window, a
    stretch that is drawn anew as well.
    """
    generator = stream(seed, "sequences")
    users = np.flatnonzero(log.histories.lengths >= 2)

    def epoch() -> Iterator[tuple[Tensor, Tensor]]:
        for chosen in shuffled(users, log.histories.lengths, size, generator):
            stretches = [_stretch(log.histories.of(user), window + 1, generator) for user in chosen]
            places, _ = _padded([s[:-1] for s in stretches], log.items, front=True)
            wanted, _ = _padded([_following(s, ahead, generator) for s in stretches], log.items, front=True)
            yield places, wanted

    return epoch


def _halves(history: np.ndarray, generator: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    shuffled_items = generator.permutation(history)
    middle = max(1, len(history) // 2)
    return shuffled_items[:middle][:MOST_READ], shuffled_items[middle:][:MOST_WANTED]


def _stretch(history: np.ndarray, most: int, generator: np.random.Generator) -> np.ndarray:
    if len(history) <= most:
        return history
    start = int(generator.integers(0, len(history) - most + 1))
    return history[start : start + most]


def _following(history: np.ndarray, ahead: int, generator: np.random.Generator) -> np.ndarray:
    place = np.arange(1, len(history))
    found: np.ndarray = history[np.minimum(place + generator.integers(0, ahead, len(place)), len(history) - 1)]
    return found


def _padded(rows: list[np.ndarray], pad: int, *, front: bool = False) -> tuple[Tensor, Tensor]:
    """Return (codes, 1 where there is one), both (B, T)."""
    width = max(map(len, rows))
    codes = np.full((len(rows), width), pad, dtype=np.int64)
    for place, row in enumerate(rows):
        codes[place, slice(width - len(row), width) if front else slice(0, len(row))] = row
    found = torch.from_numpy(codes)
    return found, (found != pad).float()
