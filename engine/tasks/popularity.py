"""How popular what is recommended is, and whether what people had is known: what is counted of lists, without items.

The catalogue is cut into bands by how many people of the training data took each item. How lists share out over the
bands tells when a model begins to recommend something else, without anybody writing down what was recommended.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

LIST = 10
"""Items of a list that count: as many as a list is judged by."""
BANDS: dict[str, float] = {"0-1": 0.01, "1-5": 0.05, "5-20": 0.2, "20-50": 0.5, "50-100": 1.0}
"""Band → the share of the catalogue, the most taken first, at which it ends."""


def bands_of(counts: Sequence[int] | np.ndarray) -> np.ndarray:
    """Return (I,) int64, the place in `BANDS` of each item; `counts` says how many people took it.

    The first band has an item at least. Items taken alike stand in the order of the catalogue.
    """
    taken = np.asarray(counts)
    ranks = np.empty(len(taken), dtype=np.int64)
    ranks[np.argsort(-taken, kind="stable")] = np.arange(len(taken))
    ends = np.maximum(1, np.round(np.array(list(BANDS.values())) * len(taken)))
    return np.minimum(np.searchsorted(ends, ranks, side="right"), len(BANDS) - 1)


def mix_of(lists: np.ndarray, bands: np.ndarray) -> dict[str, int]:
    """Return band → how many of the first `LIST` items of the lists are in it.

    `lists` (N, K) are item codes, best first, padded with -1; `bands` (I,) as `bands_of` gives them.
    """
    shown = lists[:, :LIST]
    found = np.bincount(bands[shown[shown >= 0]], minlength=len(BANDS))
    return dict(zip(BANDS, map(int, found), strict=True))


def new_share(items: np.ndarray, counts: np.ndarray) -> float:
    """Return the share of `items` (codes) that nobody of the training data took, `counts` (I,); 0 for none."""
    return float((np.asarray(counts)[items] == 0).mean()) if len(items) else 0.0


def in_lists(mix: Mapping[str, float]) -> dict[str, float]:
    """Return a mix counted in lists instead of items.

    The items of one list depend on each other, so that lists are what chance is reckoned by: the mean of a list varies
    no more than one item does.
    """
    return {band: count / LIST for band, count in mix.items()}
