"""How popular lists are: the bands of a catalogue, and what is counted of lists in them."""

from __future__ import annotations

import numpy as np
import pytest

from engine.tasks.popularity import BANDS, LIST, bands_of, in_lists, mix_of, new_share


@pytest.mark.parametrize("items", [1, 3, 10, 100, 1682])
def test_bands_hold_their_shares_of_the_catalogue_the_most_taken_first(items: int) -> None:
    counts = np.random.default_rng(items).permutation(items)
    bands = bands_of(counts)
    assert bands[counts.argmax()] == 0
    assert (np.diff(bands[np.argsort(-counts)]) >= 0).all(), "what was taken more is in no later band"
    if items >= 100:
        shares = np.cumsum(np.bincount(bands, minlength=len(BANDS))) / items
        np.testing.assert_allclose(shares, list(BANDS.values()), atol=1 / items)


def test_a_mix_counts_the_items_that_are_shown() -> None:
    bands = bands_of(np.arange(100, 0, -1))
    lists = np.array([[*range(20)], [*range(50, 60), *range(10)], [99, *[-1] * 19]])
    mix = mix_of(lists, bands)
    assert mix == {"0-1": 1, "1-5": 4, "5-20": 5, "20-50": 0, "50-100": 11}
    assert sum(in_lists(mix).values()) == pytest.approx(2 + 1 / LIST)


def test_new_is_what_nobody_took() -> None:
    counts = np.array([5, 0, 1, 0])
    assert new_share(np.array([0, 1, 2, 3, 3]), counts) == pytest.approx(0.6)
    assert new_share(np.array([], dtype=np.int64), counts) == 0
