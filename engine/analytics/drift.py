"""Whether what an endpoint is asked has drifted away from what its model was judged on.

Only what its answers add up to is known, no inputs: when the world changes, their mix and how sure the model is of them
change with it. Of classes the mix is which were answered; of lists it is how popular what they hold is, by bands of the
catalogue. It is compared with the answers to the run's own test part by the population stability index,
PSI = Σ (p − q) · ln(p / q) over the classes, with p the shares of a day and q those of the test part; the symmetrised
Kullback-Leibler divergence (Kullback and Leibler, 1951). Half an answer is added to each class, so that an empty one
has a logarithm.

PSI grows by chance alone when answers are few. Without drift it is distributed as (1/n + 1/m) · χ² with C − 1 degrees
of freedom, for n and m rows and C classes (Yurdakul and Naranjo, "Statistical properties of the population stability
index", Journal of Risk Model Validation 14(4), 2020): beyond the 95th percentile of that, a change is no chance. Of
lists, whose items depend on each other, n and m count lists: their shares vary no more than one item's would, so that
chance exceeds the limit less often still. How much a change matters is said by the usual marks 0.1 and 0.25 (Siddiqi,
"Credit Risk Scorecards", 2006).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Literal

import numpy as np

from engine.analytics.database import Index
from engine.analytics.drift_reference import Reference, reference
from engine.config import Settings

if TYPE_CHECKING:
    import pandas as pd

Verdict = Literal["too few", "stable", "some", "large"]
SOME, LARGE = 0.1, 0.25
LEAST_ROWS = 50
"""Fewer answers a day say nothing about their mix."""
Z_95 = 1.6448536269514722
"""The 95th percentile of the standard normal distribution."""


@dataclass(frozen=True)
class Day:
    """What one version answered on one day, beside the test part."""

    day: date
    """UTC."""
    rows: int
    """Answers: rows, or lists."""
    shares: Mapping[str, float]
    """Of the predicted classes or the bands of what was recommended, together 1."""
    confidence: float | None
    """The mean probability of the predicted class; None for lists."""
    items: int
    """Items in the histories that were given; 0 where there are none."""
    unknown: int
    """How many of them nobody of the training data took."""
    psi: float
    limit: float
    """What PSI exceeds once in twenty days without any drift, with so many rows."""

    @property
    def verdict(self) -> Verdict:
        """Return "stable" unless PSI is beyond chance and beyond 0.1; from 0.25 on it is "large"."""
        if self.rows < LEAST_ROWS:
            return "too few"
        if self.psi <= self.limit or self.psi < SOME:
            return "stable"
        return "some" if self.psi < LARGE else "large"


@dataclass(frozen=True)
class Drift:
    """One version of an endpoint over its days, oldest first."""

    reference: Reference
    days: tuple[Day, ...]

    def shares(self) -> pd.DataFrame:
        """Return day, label, share, one row a class and day, for a chart; the test part's have no day."""
        import pandas as pd

        total = self.reference.rows
        rows: list[tuple[date | None, str, float]]
        rows = [(None, label, n / total) for label, n in self.reference.counts.items()]
        rows += [(d.day, label, d.shares.get(label, 0.0)) for d in self.days for label in self.reference.counts]
        return pd.DataFrame(rows, columns=["day", "label", "share"])


def drift(index: Index, settings: Settings, model: str, version: str, run_id: str, *, days: int = 30) -> Drift:
    """Return how the answers of one version of an endpoint moved over the last `days`.

    Raises BadInput for a run that kept no answers to compare with, NotFound for one that is gone.
    """
    known = reference(settings, run_id)
    found = index.rows(
        "SELECT served_at::DATE AS day, label, sum(predictions)::BIGINT FROM usage_classes "
        "WHERE model = ? AND version = ? AND served_at >= (now() AT TIME ZONE 'UTC') - to_days(?) "
        "GROUP BY ALL ORDER BY day",
        [model, version, days],
    )
    sums = index.rows(
        "SELECT served_at::DATE AS day, sum(confidence), sum(items_given)::BIGINT, sum(items_unknown)::BIGINT "
        "FROM usage WHERE model = ? AND version = ? GROUP BY day",
        [model, version],
    )
    beside = {day: more for day, *more in sums}
    counted: dict[date, dict[str, int]] = {}
    for day, label, n in found:
        counted.setdefault(day, {})[label] = n
    return Drift(known, tuple(_day(day, counts, beside[day], known) for day, counts in counted.items()))


def stability_index(now: Sequence[float], before: Sequence[float]) -> float:
    """Return the PSI of two lists of counts over the same classes; 0 when their shares are equal."""
    p, q = (_smoothed(counts) for counts in (now, before))
    return float(((p - q) * np.log(p / q)).sum())


def chance_limit(rows: int, reference_rows: int, classes: int) -> float:
    """Return what PSI exceeds one time in twenty without drift: (1/n + 1/m) · χ²(C − 1; 0.95).

    The percentile of χ² is Wilson and Hilferty's (1931), within 2 % of the exact one: k (1 − 2/9k + z √(2/9k))³.
    """
    k = max(1, classes - 1)
    chi2 = k * (1 - 2 / (9 * k) + Z_95 * (2 / (9 * k)) ** 0.5) ** 3
    return float((1 / rows + 1 / reference_rows) * chi2)


def _smoothed(counts: Sequence[float]) -> np.ndarray:
    values = np.asarray(counts, dtype=float) + 0.5
    return np.asarray(values / values.sum())


def _day(day: date, counted: Mapping[str, int], beside: Sequence[float | None], known: Reference) -> Day:
    """Return a day. `beside` is the sum of probabilities, the items given, and how many of these are unknown."""
    now = [counted.get(label, 0) / known.unit for label in known.counts]
    total, (confidence, items, unknown) = sum(counted.values()) / known.unit, beside
    rows = round(total)
    return Day(
        day=day,
        rows=rows,
        shares={label: n / total for label, n in zip(known.counts, now, strict=True)},
        confidence=None if known.of_lists else (confidence or 0.0) / total,
        items=int(items or 0),
        unknown=int(unknown or 0),
        psi=stability_index(now, list(known.counts.values())),
        limit=chance_limit(max(1, rows), known.rows, len(known.counts)),
    )
