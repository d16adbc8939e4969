"""Named random streams, all from one seed: adding one changes none of the others."""

from __future__ import annotations

import zlib

import numpy as np


def stream(seed: int, name: str) -> np.random.Generator:
    """Return the stream called `name` of `seed`; the same pair always gives the same numbers."""
    return np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(zlib.crc32(name.encode()),)))


def torch_seed(seed: int, name: str) -> int:
    """Return the seed for a torch generator of the stream called `name`."""
    return int(stream(seed, name).integers(2**63 - 1))
