"""The best threshold for a yes-or-no decision, from the probabilities of the test part.

Expected cost a decision at threshold t = share of positives × missed(t) × cost of a miss + share of negatives ×
alarms(t) × cost of a false alarm; every probability that occurs is tried. For calibrated probabilities the best is
near t* = alarm ÷ (alarm + miss) (C. Elkan, The foundations of cost-sensitive learning, IJCAI 2001, where a right answer
costs nothing). Net benefit at t = true positives ÷ n − false positives ÷ n × t ÷ (1 − t) (A. J. Vickers, E. B. Elkin,
Decision curve analysis: a novel method for evaluating prediction models, Medical Decision Making 26(6), 2006).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from engine.economics.figure import Figure, not_negative, share
from engine.economics.projection import rounded
from engine.economics.value import Z_95
from engine.errors import BadInput
from engine.messages import Message

Array = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Threshold:
    """The threshold that costs least: say yes when the probability is at or above it."""

    value: float
    cost: Figure
    """USD per 1,000 decisions at it."""
    at_half: Figure
    """USD per 1,000 decisions at 0.5, to see what the choice saves."""
    theory: float
    """What it would be if the probabilities were perfectly calibrated."""


def best_threshold(
    truth: npt.ArrayLike, probability: npt.ArrayLike, *, usd_miss: float, usd_alarm: float, prevalence: float = 0.0
) -> Threshold:
    """Return the threshold with the least expected cost.

    `truth` (N,) is 1 for positives, `probability` (N,) that of being one. `prevalence` is the share of positives where
    the model will work; 0: as in the test part. Raises BadInput for costs below 0, or both 0, for values that are no
    probabilities, and for a test part without positives or negatives.
    """
    positive, p = _checked(truth, probability)
    miss = not_negative(Message("The cost of a miss"), usd_miss)
    alarm = not_negative(Message("The cost of a false alarm"), usd_alarm)
    if miss + alarm == 0:
        raise BadInput("Neither a miss nor a false alarm costs anything; give one of them a price.")
    part = share(Message("The prevalence"), prevalence) if prevalence else float(positive.mean())
    candidates = np.concatenate([np.unique(p), [np.nextafter(1.0, 2.0)]])
    missed, alarms = _rates(positive, p, candidates)
    costs = part * missed * miss + (1 - part) * alarms * alarm
    best = float(min(candidates[int(costs.argmin())], 1.0))
    return Threshold(
        value=best,
        cost=_cost(positive, p, candidates[int(costs.argmin())], miss, alarm, part),
        at_half=_cost(positive, p, 0.5, miss, alarm, part),
        theory=alarm / (alarm + miss),
    )


def net_benefit(truth: npt.ArrayLike, probability: npt.ArrayLike, threshold: float) -> float:
    """Return the net benefit at `threshold` (above 0, below 1), in true positives a decision."""
    positive, p = _checked(truth, probability)
    if share(Message("The threshold"), threshold) >= 1:
        raise BadInput("The threshold is {value}; give one below 1.", value=threshold)
    said = p >= threshold
    odds = threshold / (1 - threshold)
    return float((said & positive).mean() - (said & ~positive).mean() * odds)


def _rates(positive: npt.NDArray[np.bool_], p: Array, thresholds: Array) -> tuple[Array, Array]:
    """Return for each threshold the share of positives below it and the share of negatives at or above it."""
    yes, no = np.sort(p[positive]), np.sort(p[~positive])
    missed = np.searchsorted(yes, thresholds, side="left") / len(yes)
    alarms = 1 - np.searchsorted(no, thresholds, side="left") / len(no)
    return missed, alarms


def _cost(
    positive: npt.NDArray[np.bool_], p: Array, threshold: float, miss: float, alarm: float, part: float
) -> Figure:
    (missed,), (alarms,) = _rates(positive, p, np.array([threshold]))
    yes, no = int(positive.sum()), int((~positive).sum())
    mean = part * missed * miss + (1 - part) * alarms * alarm
    spread = (part * miss) ** 2 * missed * (1 - missed) / yes + ((1 - part) * alarm) ** 2 * alarms * (1 - alarms) / no
    error = Z_95 * float(np.sqrt(spread))
    formula = Message(
        "({part} × {missed} missed × {miss} USD + {rest} × {alarms} false alarms × {alarm} USD) × 1,000.",
        part=rounded(part),
        missed=rounded(float(missed)),
        miss=miss,
        rest=rounded(1 - part),
        alarms=rounded(float(alarms)),
        alarm=alarm,
    )
    low, high = max(0.0, mean - error), mean + error
    return Figure(float(mean) * 1000, "USD per 1,000", "assumed", float(low) * 1000, float(high) * 1000, formula)


def _checked(truth: npt.ArrayLike, probability: npt.ArrayLike) -> tuple[npt.NDArray[np.bool_], Array]:
    positive = np.asarray(truth).astype(bool)
    p = np.asarray(probability, dtype=np.float64)
    if positive.shape != p.shape or positive.ndim != 1:
        raise BadInput("There are {truths} truths and {answers} answers.", truths=positive.size, answers=p.size)
    if not np.isfinite(p).all() or p.min(initial=0) < 0 or p.max(initial=0) > 1:
        raise BadInput("A probability is outside 0 to 1; evaluate the model again.")
    if positive.all() or not positive.any():
        raise BadInput("The test part needs rows of both kinds to choose a threshold.")
    return positive, p
