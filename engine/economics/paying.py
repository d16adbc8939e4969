"""When being right pays: what a run is worth after its costs, and how good it has to be for that.

Between the run and the best blind answer one can think of models whose errors are those of the run times s. Their
value is blind cost − s × cost of the run's errors; it covers the running cost where s* = (blind − running) ÷ errors.
The share of right answers there is 1 − s* × (1 − the run's). It supposes that errors keep their mix.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from engine.economics.figure import Figure, not_negative
from engine.economics.projection import rounded
from engine.economics.value import Costs, error_cost_per_1000, value_per_1000
from engine.messages import Message


@dataclass(frozen=True)
class Worth:
    """What 1,000 decisions of a run are worth, in USD."""

    errors: Figure
    """What its errors cost."""
    saved: Figure
    """Against the best blind answer."""
    net: Figure
    """After the running cost."""
    pays_from: float | None
    """The share of right answers from which it pays; None: not even without an error."""
    right: float
    """The run's own share of right answers, at the prevalence given."""


def worth(
    confusion: npt.ArrayLike,
    labels: Sequence[str],
    costs: Costs,
    running: Figure,
    *,
    prevalence: Mapping[str, float] | None = None,
) -> Worth:
    """Return what a run with this confusion matrix is worth at `running` USD per 1,000 decisions.

    Raises BadInput like `value.value_per_1000`, and for a running cost below 0.
    """
    not_negative(Message("The running cost"), running.value)
    errors = error_cost_per_1000(confusion, labels, costs, prevalence=prevalence)
    saved = value_per_1000(confusion, labels, costs, prevalence=prevalence)
    counts = np.asarray(confusion, dtype=np.float64)
    right = _right(counts, labels, prevalence)
    net = Figure(
        value=saved.value - running.value,
        unit="USD per 1,000",
        kind="assumed",
        low=saved.low - running.high,
        high=saved.high - running.low,
        formula=Message(
            "{saved} USD saved − {running} USD running cost, per 1,000 decisions.",
            saved=rounded(saved.value),
            running=rounded(running.value),
        ),
        sources=running.sources,
    )
    return Worth(errors, saved, net, pays_from(errors.value, saved.value, running.value, right), right)


def pays_from(errors: float, saved: float, running: float, right: float) -> float | None:
    """Return the share of right answers at which what is saved equals the running cost, all in USD per 1,000."""
    blind = errors + saved
    if running > blind:
        return None
    if errors <= 0 or right >= 1:
        return 0.0 if blind > 0 else 1.0
    return min(1.0, max(0.0, 1 - (blind - running) / errors * (1 - right)))


def _right(counts: npt.NDArray[np.float64], labels: Sequence[str], prevalence: Mapping[str, float] | None) -> float:
    if prevalence is None:
        return float(np.trace(counts) / counts.sum())
    weights = np.array([prevalence.get(k, 0.0) for k in labels])
    recall = np.diag(counts) / np.maximum(counts.sum(axis=1), 1)
    return float((weights * recall).sum() / weights.sum())
