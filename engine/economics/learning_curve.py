"""How good more labels would make it: a power law through runs on parts of the data, with an interval.

Score(n) = 1 − (c + a·n^−b), a > 0, b > 0, 0 ≤ c < the smallest error: the form ε(m) ~ α·m^β + γ, β < 0, of J. Hestness
et al., Deep learning scaling is predictable, empirically, arXiv 1712.00409, 2017 (c is what no label mends). For each
of a grid of c, log(error − c) is fitted on log n by weighted least squares. Every curve is weighted by exp(−χ² ÷ 2)
under the points' own standard errors, inflated where the best curve misses them. The interval is the weighted 2.5 to
97.5 % of the curves, drawn with their own spread, and with the chance that the next score is measured with: a run that
is trained later falls into it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from engine.economics.figure import Figure, above_zero
from engine.economics.projection import rounded
from engine.economics.value import Z_95
from engine.errors import BadInput
from engine.messages import Message

Array = npt.NDArray[np.float64]
FEWEST_SIZES = 3
TIMES_THE_LABELS = (2, 5, 10)
"""Where the curve is read, and labels are priced."""
DRAWS = 400
GRID = 25
LEAST_SE = 1e-3
"""A score is never surer than this: another seed moves it by as much."""


@dataclass(frozen=True)
class Point:
    """The score of a run on `rows` labelled rows, with its 95 % interval."""

    rows: float
    score: float
    low: float
    high: float


@dataclass(frozen=True)
class LearningCurve:
    """Curves that fit, each (a, b, c), and how likely each is."""

    curves: Array
    """(K, 3)."""
    points: tuple[Point, ...]
    noise: Array | None = None
    """(K,) by how much a measured score misses its curve; None: not at all."""

    def at(self, rows: float) -> Figure:
        """Return the score expected with `rows` labels. Raises BadInput unless there are rows."""
        n = above_zero(Message("The number of labels"), rows)
        scores = np.clip(1 - errors(self.curves, n) + (0.0 if self.noise is None else self.noise), 0.0, 1.0)
        low, value, high = (float(v) for v in np.quantile(scores, [0.025, 0.5, 0.975]))
        formula = Message(
            "A power law through {points} runs with {least} to {most} labels, read at {rows}.",
            points=len(self.points),
            least=min(p.rows for p in self.points),
            most=max(p.rows for p in self.points),
            rows=round(n),
        )
        return Figure(value, "share", "projected", low, high, formula)


def fit(points: Sequence[Point], *, seed: int = 0) -> LearningCurve:
    """Return the curves that fit `points`.

    Raises BadInput for fewer than three different numbers of labels, and for scores that are not between 0 and 1.
    """
    if len({p.rows for p in points}) < FEWEST_SIZES:
        raise BadInput(
            "A learning curve needs runs on at least {fewest} different numbers of labels; there are {n}.",
            fewest=FEWEST_SIZES,
            n=len({p.rows for p in points}),
        )
    for p in points:
        above_zero(Message("The number of labels"), p.rows)
        if not 0 <= p.score <= 1:
            raise BadInput("A score of {value} is not between 0 and 1.", value=p.score)
    n = np.array([p.rows for p in points], dtype=np.float64)
    error = np.maximum(1 - np.array([p.score for p in points]), 1e-6)
    se = np.maximum(np.array([p.high - p.low for p in points]) / (2 * Z_95), LEAST_SE)
    random = np.random.default_rng(seed)
    floors = np.linspace(0.0, 0.98, GRID) * error.min()
    # Around the middle of what was measured, level and slope vary independently: a slope drawn upwards becomes flat.
    middle = float(np.log(n).mean())
    fits = [_straight(np.log(n) - middle, error, se, float(c)) for c in floors]
    chi2 = np.array([f[2] for f in fits])
    inflated = max(1.0, float(chi2.min()) / max(1, len(n) - 2))
    weights = np.exp(-(chi2 - chi2.min()) / (2 * inflated))
    chosen = random.choice(GRID, DRAWS, p=weights / weights.sum())
    drawn = [(*random.multivariate_normal(fits[k][0], fits[k][1] * inflated, method="eigh"), floors[k]) for k in chosen]
    level, slope, c = np.array(drawn).T
    b = np.maximum(-slope, 0.0)
    noise = random.normal(size=DRAWS) * float(np.median(se)) * np.sqrt(inflated)
    return LearningCurve(np.stack([np.exp(level + b * middle), b, c], axis=1), tuple(points), noise)


def errors(curves: Array, rows: float) -> Array:
    """Return the error of each curve (K, 3) at `rows`, at most 1."""
    a, b, c = curves.T
    return np.asarray(np.minimum(c + a * rows**-b, 1.0))


def _straight(log_n: Array, error: Array, se: Array, floor: float) -> tuple[Array, Array, float]:
    """Return (level, slope), their covariance (2, 2) and χ² of the weighted line through log(error − floor)."""
    above = error - floor
    weight = (above / se) ** 2
    x = np.stack([np.ones_like(log_n), log_n], axis=1)
    information = x.T @ (weight[:, None] * x)
    covariance = np.asarray(np.linalg.pinv(information), dtype=np.float64)
    line = covariance @ x.T @ (weight * np.log(above))
    fitted = floor + np.exp(x @ line)
    return line, covariance, float((((error - fitted) / se) ** 2).sum())


@dataclass(frozen=True)
class Purchase:
    """What buying labels would bring."""

    rows: float
    """Labels there would be."""
    score: Figure
    cost: Figure
    """USD for the labels that are missing."""
    gain_month: Figure
    """USD a month that fewer errors save."""
    months_to_repay: float | None
    """None: never, for nothing is gained."""


def purchase(
    curve: LearningCurve, rows_now: float, rows_then: float, usd_per_row: float, error_cost_month: Figure
) -> Purchase:
    """Return what going from `rows_now` to `rows_then` labels costs and saves.

    `error_cost_month` is the USD a month that errors cost now; it falls in proportion to the expected error. Raises
    BadInput for fewer labels than there are.
    """
    if rows_then < above_zero(Message("The number of labels"), rows_now):
        raise BadInput("There are {now} labels already; give more.", now=round(rows_now))
    usd = (rows_then - rows_now) * above_zero(Message("The price of a label"), usd_per_row)
    now, then = errors(curve.curves, rows_now), errors(curve.curves, rows_then)
    saved = error_cost_month.value * (1 - then / np.maximum(now, 1e-12))
    low, value, high = (float(v) for v in np.quantile(saved, [0.025, 0.5, 0.975]))
    cost = Figure(
        usd, "USD", "assumed", usd, usd,
        Message("{n} more labels × {usd} USD.", n=round(rows_then - rows_now), usd=rounded(usd_per_row)),
    )  # fmt: skip
    gain = Figure(
        value, "USD a month", "assumed", low, high,
        Message(
            "{usd} USD a month of errors × the share of errors that the curve expects to go.",
            usd=rounded(error_cost_month.value),
        ),
        error_cost_month.sources,
    )  # fmt: skip
    return Purchase(rows_then, curve.at(rows_then), cost, gain, usd / value if value > 0 else None)
