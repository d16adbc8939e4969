"""The business model against independent libraries, on random inputs."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
import pyxirr
from scipy.stats import qmc, triang

with warnings.catch_warnings():  # SALib's own imports warn; its figures are what is wanted
    warnings.simplefilter("ignore")
    from SALib.analyze import sobol as analyze_sobol
    from SALib.sample import sobol as sample_sobol
    from SALib.test_functions import Ishigami

from engine.economics.business import finance, sampling, sensitivity
from engine.economics.business.spread import Spread


@pytest.mark.parametrize("seed", range(30))
def test_npv_is_that_of_pyxirr(seed: int) -> None:
    random = np.random.default_rng(seed)
    flows = random.normal(0, 1e5, int(random.integers(2, 80)))
    rate = float(random.uniform(-0.5, 2))
    assert finance.npv(rate, flows) == pytest.approx(pyxirr.npv(rate, flows), rel=1e-9)


@pytest.mark.parametrize("seed", range(30))
def test_irr_is_that_of_pyxirr_where_money_goes_out_and_then_comes_in(seed: int) -> None:
    random = np.random.default_rng(seed)
    out = -random.uniform(0, 1e5, int(random.integers(1, 30)))
    back = random.uniform(0, 1e5, int(random.integers(1, 30))) * 10 ** random.uniform(-0.5, 1)
    flows = np.concatenate([out, back])
    (found,) = finance.rates_of_return(flows)
    assert found == pytest.approx(pyxirr.irr(flows, silent=True), rel=1e-6, abs=1e-9)


def test_flows_of_one_direction_have_no_rate_and_mixed_ones_may_have_several() -> None:
    assert finance.rates_of_return(np.array([100.0, 50.0])) == []
    assert finance.rates_of_return(np.array([-100.0, 230.0, -132.0])) == pytest.approx([0.1, 0.2])


def test_points_are_those_of_scipy() -> None:
    ours = sampling.points(1024, sampling.MOST_DIMENSIONS, scrambled=False)
    theirs = qmc.Sobol(sampling.MOST_DIMENSIONS, scramble=False).random(1024)
    assert set(map(tuple, ours.T.round(9))) == set(map(tuple, theirs.round(9)))


@pytest.mark.parametrize("seed", range(5))
def test_scrambled_points_still_fill_every_dimension_evenly(seed: int) -> None:
    found = sampling.points(1024, 40, seed=seed)
    assert ((found > 0) & (found < 1)).all()
    for row in found:
        assert len(set((row * 1024).astype(int))) == 1024
    assert qmc.discrepancy(found[:6].T) < 0.2 * qmc.discrepancy(np.random.default_rng(seed).random((1024, 6)))


@pytest.mark.parametrize(("low", "likely", "high"), [(0, 1, 4), (2, 2, 5), (1, 6, 6), (-3, 0, 1)])
def test_a_spread_is_the_triangular_distribution_of_scipy(low: float, likely: float, high: float) -> None:
    shares = np.linspace(0, 1, 101)
    expected = triang((likely - low) / (high - low), low, high - low).ppf(shares)
    assert np.allclose(Spread(low, likely, high).at(shares), expected)


def test_indices_are_those_of_salib_on_ishigami() -> None:
    problem = {"num_vars": 3, "names": ["a", "b", "c"], "bounds": [[-np.pi, np.pi]] * 3}
    values = Ishigami.evaluate(sample_sobol.sample(problem, 4096, calc_second_order=False, seed=1))
    theirs = analyze_sobol.analyze(problem, values, calc_second_order=False, seed=1)
    ours = sensitivity.sobol(lambda u: Ishigami.evaluate((2 * u.T - 1) * np.pi), ["a", "b", "c"], rows=4096, seed=1)
    assert list(ours.first.values()) == pytest.approx(theirs["S1"], abs=0.02)
    assert list(ours.total.values()) == pytest.approx(theirs["ST"], abs=0.02)
    # Ishigami & Homma (1990), a = 7, b = 0.1.
    assert list(ours.first.values()) == pytest.approx([0.3139, 0.4424, 0.0], abs=0.02)
    assert list(ours.total.values()) == pytest.approx([0.5576, 0.4424, 0.2437], abs=0.02)


def test_what_never_varies_explains_nothing() -> None:
    found = sensitivity.sobol(lambda u: np.ones(u.shape[1]), ["a", "b"], rows=64)
    assert set(found.first.values()) | set(found.total.values()) == {0.0}
