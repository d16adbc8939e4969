"""The front against the definition, taken literally."""

from __future__ import annotations

import numpy as np
import pytest

from engine.economics.pareto import pareto_front
from engine.errors import BadInput


def by_definition(costs: np.ndarray) -> list[bool]:
    return [not any((q <= p).all() and (q < p).any() for q in costs) for p in costs]


def test_a_case_by_hand() -> None:
    cost_and_quality = [[1, 0.5], [2, 0.9], [3, 0.8], [4, 0.95], [1, 0.5]]
    assert pareto_front(cost_and_quality, maximise=[False, True]).tolist() == [True, True, False, True, True]


@pytest.mark.parametrize("seed", range(60))
def test_agrees_with_the_definition(seed: int) -> None:
    rng = np.random.default_rng(seed)
    axes, ties = int(rng.integers(1, 5)), seed % 2
    points = rng.integers(0, 6, (40, axes)).astype(float) if ties else rng.normal(size=(40, axes))
    maximise = rng.integers(0, 2, axes).astype(bool)
    expected = by_definition(np.where(maximise, -points, points))
    assert pareto_front(points, maximise=maximise.tolist()).tolist() == expected


def test_no_points_have_no_front() -> None:
    assert pareto_front(np.empty((0, 2)), maximise=[True, True]).tolist() == []


@pytest.mark.parametrize("bad", [float("nan"), float("inf")])
def test_values_are_finite(bad: float) -> None:
    with pytest.raises(BadInput, match=f"Point 2 is {bad} on axis 1"):
        pareto_front([[1.0, 2.0], [bad, 1.0]], maximise=[True, True])


def test_every_axis_has_a_direction() -> None:
    with pytest.raises(BadInput, match="2 axes and 1 directions"):
        pareto_front([[1.0, 2.0]], maximise=[True])
