"""Shares of a training part: nested, stratified, and nobody in one by halves."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from engine.datasets.share import nested
from engine.errors import BadInput

SHARES = (0.05, 0.125, 0.25, 0.5, 0.8, 1.0)


def rows(count: int, seed: int = 0, **columns: object) -> pd.DataFrame:
    random = np.random.default_rng(seed)
    labels = random.choice(["rare", "usual", "often"], count, p=[0.1, 0.3, 0.6])
    return pd.DataFrame({"row": np.arange(1, count + 1), "label": labels, **columns})


@pytest.mark.parametrize("seed", range(5))
def test_a_smaller_share_lies_within_a_larger_one_and_keeps_the_balance(seed: int) -> None:
    table = rows(1000, seed, text=[f"Sentence {i}" for i in range(1000)])
    before = np.zeros(1000, dtype=bool)
    for share in SHARES:
        chosen = nested(table, share, seed=seed)
        assert not (before & ~chosen).any()
        counts, whole = table[chosen]["label"].value_counts(), table["label"].value_counts()
        assert ((counts - share * whole).abs() <= 1).all()
        before = chosen
    assert before.all()


@pytest.mark.parametrize("column", ["patient", "user", "text"])
def test_what_belongs_together_is_in_whole_or_not_at_all(column: str) -> None:
    table = rows(600).assign(**{column: [f"p{i // 7}" for i in range(600)]})
    chosen = nested(table, 0.3)
    shares = pd.Series(chosen).groupby(table[column].to_numpy()).mean()
    assert set(shares) == {0.0, 1.0}
    assert 0.2 < chosen.mean() < 0.45


def test_pictures_of_nobody_in_particular_stand_alone() -> None:
    table = rows(200, patient="")
    assert nested(table, 0.5).sum() == pytest.approx(100, abs=3)


def test_every_class_has_somebody_and_another_seed_another_half() -> None:
    table = rows(300)
    assert set(table[nested(table, 0.001)]["label"]) == {"rare", "usual", "often"}
    assert (nested(table, 0.5, seed=1) != nested(table, 0.5, seed=2)).any()


@pytest.mark.parametrize("share", [0, -0.5, 1.2, float("nan")])
def test_a_share_that_cannot_be_is_a_sentence(share: float) -> None:
    with pytest.raises(BadInput, match=r"The share of the training part is .*; give one above 0 and at most 1"):
        nested(rows(10), share)
