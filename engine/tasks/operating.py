"""Where to draw the line: the threshold that costs least, and what an answer is worth where it will be used.

Plain arithmetic on points of an ROC curve as `engine.tasks.detection` gives them, so that a page can redraw it while a
cost or a prevalence is moved. The threshold is chosen on the validation part and looked up on the test part.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from engine.errors import BadInput
from engine.tasks.bootstrap import Interval, percentile_interval


@dataclass(frozen=True)
class Costs:
    """What an error costs, in any one unit, and how frequent the class is where the model will be used."""

    miss: float
    false_alarm: float
    prevalence: float
    """Share of cases that have the class, 0 to 1."""

    def __post_init__(self) -> None:
        for name in ("miss", "false_alarm"):
            if not getattr(self, name) >= 0:
                raise BadInput("{name} costs {value}; give 0 or more.", name=name, value=getattr(self, name))
        if not 0 <= self.prevalence <= 1:
            raise BadInput("prevalence is {value}; give a share from 0 to 1.", value=self.prevalence)

    def of(self, sensitivity: float, specificity: float) -> float:
        """Return the expected cost of a case."""
        missed = self.prevalence * (1 - sensitivity) * self.miss
        return missed + (1 - self.prevalence) * (1 - specificity) * self.false_alarm


def cheapest(points: Sequence[Mapping[str, Any]], costs: Costs) -> dict[str, Any]:
    """Return the ROC point of least expected cost, with its "cost"; of equals the one that misses least.

    Acting on nobody counts as a point too: its threshold is None. Metz 1978, "Basic principles of ROC analysis".
    """
    nobody: dict[str, Any] = {"threshold": None, "sensitivity": 0.0, "specificity": 1.0}
    found = [{**p, "cost": costs.of(float(p["sensitivity"]), float(p["specificity"]))} for p in (nobody, *points)]
    return min(found, key=lambda p: (p["cost"], -p["sensitivity"]))


def at_threshold(points: Sequence[Mapping[str, Any]], threshold: float | None) -> dict[str, Any]:
    """Return sensitivity and specificity at `threshold` on another part's curve: the last point at or above."""
    above = [p for p in points if threshold is not None and p["threshold"] >= threshold]
    if not above:
        return {"threshold": threshold, "sensitivity": 0.0, "specificity": 1.0}
    return {**min(above, key=lambda p: p["threshold"]), "threshold": threshold}


def predictive_values(sensitivity: float, specificity: float, prevalence: float) -> tuple[float | None, float | None]:
    """Return the positive and the negative predictive value where `prevalence` of the cases have the class.

    By Bayes' theorem; None where no case would get that answer.
    """
    (right, wrong), (calm, missed) = _odds(sensitivity, specificity, prevalence)
    return _share(right, wrong), _share(calm, missed)


DRAWS = 10_000


def predictive_intervals(
    sensitivity: float, specificity: float, prevalence: float, positives: int, negatives: int
) -> tuple[Interval, Interval]:
    """Return both predictive values with their 95 % intervals, the prevalence being known.

    `positives` and `negatives` are the independent cases that sensitivity and specificity were judged on. Both are
    drawn from their posterior under Jeffreys' prior, whose intervals of a share hold it as often as they say: Brown,
    Cai and DasGupta 2001, "Interval Estimation for a Binomial Proportion", section 4. The draws are always the same.
    """
    draw = np.random.default_rng(0)
    found = draw.beta(sensitivity * positives + 0.5, (1 - sensitivity) * positives + 0.5, DRAWS)
    left = draw.beta(specificity * negatives + 0.5, (1 - specificity) * negatives + 0.5, DRAWS)
    values = predictive_values(sensitivity, specificity, prevalence)
    alarm, calm = (
        percentile_interval(float("nan") if value is None else value, right / (right + wrong))
        for value, (right, wrong) in zip(values, _odds(found, left, prevalence), strict=True)
    )
    return alarm, calm


def _odds(sensitivity: Any, specificity: Any, prevalence: float) -> tuple[tuple[Any, Any], tuple[Any, Any]]:
    """Return the shares of all cases, numbers or arrays: right and wrong alarms, right and wrong all-clears."""
    alarms = (sensitivity * prevalence, (1 - specificity) * (1 - prevalence))
    return alarms, (specificity * (1 - prevalence), (1 - sensitivity) * prevalence)


def _share(right: float, wrong: float) -> float | None:
    return right / (right + wrong) if right + wrong > 0 else None
