"""Near duplicates: pictures that differ in compression, size, brightness or noise only.

Each picture has a difference hash of 64 bits: is a cell of a grid of 9 × 8 brighter than the one before it (Krawetz,
"Kind of like that", 2013). Two pictures are near duplicates when at most MAX_BITS of them differ and their grids of
16 × 16 correlate with at least MIN_CORRELATION. On 150 ultrasound pictures, JPEG at quality 20, half the size, noise of
8 grey levels and a tenth more brightness changed at most 8 bits and left 0.998; unrelated pictures of one kind come as
close in one of the two now and then, but not in both.

To find pairs, the bits are cut into BLOCKS, and pictures that agree in any two blocks meet in a bucket: all pairs with
up to BLOCKS − 2 differing bits do. In a bucket a picture is compared with the NEXT ones only, so the work grows with
the number of pictures and not with its square.
"""

from __future__ import annotations

from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from engine.datasets.images.picture import small

MAX_BITS = 8
MIN_CORRELATION = 0.985
BLOCKS, BLOCK_BITS = 8, 8
NEXT = 12
GRID = 16
CHUNK = 4_000
"""Pairs whose grids are compared at once."""


def difference_hash(pixels: NDArray[np.uint8]) -> int:
    """Return the 64 bits of a rendered picture."""
    grid = small(pixels, 9, 8)
    return int.from_bytes(np.packbits(grid[:, 1:] > grid[:, :-1]).tobytes(), "big")


def grid_of(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return the rendered picture as 256 cells, row by row."""
    return small(pixels, GRID, GRID).ravel()


def similar_pairs(hashes: NDArray[np.uint64], grids: NDArray[np.uint8]) -> NDArray[np.int64]:
    """Return (n, 2) places of near duplicates, the earlier one first. `hashes` is (N,), `grids` (N, 256)."""
    met = np.empty(0, np.int64)
    for blocks in combinations(range(BLOCKS), 2):  # most pairs meet again and again
        met = np.sort(np.concatenate([met, _meetings(hashes, *blocks)]))
        met = met[np.diff(met, prepend=-1) > 0]
    pairs = np.stack([met >> 32, met & 0xFFFFFFFF], axis=1)
    alike = [
        _correlation(grids[part[:, 0]], grids[part[:, 1]]) >= MIN_CORRELATION
        for part in np.array_split(pairs, len(pairs) // CHUNK + 1)
    ]
    return pairs[np.concatenate(alike)]


def _meetings(hashes: NDArray[np.uint64], first: int, second: int) -> NDArray[np.int64]:
    """Return pairs that agree in two blocks and differ in few bits, packed: earlier one × 2³² + later one."""
    keys = _block(hashes, first) << np.uint64(BLOCK_BITS) | _block(hashes, second)
    order = np.lexsort((hashes, keys))
    found = []
    for step in range(1, min(NEXT, len(order) - 1) + 1):
        a, b = order[:-step], order[step:]
        same = keys[a] == keys[b]
        a, b = a[same], b[same]
        close = np.bitwise_count(hashes[a] ^ hashes[b]) <= MAX_BITS
        found.append(np.minimum(a[close], b[close]) << 32 | np.maximum(a[close], b[close]))
    return np.concatenate(found) if found else np.empty(0, np.int64)


def _block(hashes: NDArray[np.uint64], place: int) -> NDArray[np.uint64]:
    return hashes >> np.uint64(place * BLOCK_BITS) & np.uint64((1 << BLOCK_BITS) - 1)


def _correlation(a: NDArray[np.uint8], b: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Return the correlation of each row of `a` with that of `b`; 0 where one of them is flat."""
    one, other = (x.astype(np.float32) - x.mean(axis=1, keepdims=True, dtype=np.float32) for x in (a, b))
    norm = np.sqrt((one**2).sum(axis=1) * (other**2).sum(axis=1))
    alike: NDArray[np.float32] = np.divide((one * other).sum(axis=1), norm, out=np.zeros_like(norm), where=norm > 1e-6)
    return alike


class Groups:
    """Things that belong together, by union-find: the smallest of a group names it."""

    def __init__(self, size: int) -> None:
        self._parent = list(range(size))

    def root(self, place: int) -> int:
        while (above := self._parent[place]) != place:
            self._parent[place] = self._parent[above]
            place = above
        return place

    def join(self, a: int, b: int) -> None:
        one, other = self.root(a), self.root(b)
        self._parent[max(one, other)] = min(one, other)
