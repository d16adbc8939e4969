"""When being right pays: what a run is worth after its costs, and how good it has to be for that.

Between the run and the best blind answer one can think of models whose errors are those of the run times s. Their
value is blind cost − s × cost of the run's errors; it covers the running cost where s* = (blind − running) ÷ errors.
The share of right answers there is 1 − s* × (1 − the run's). It supposes that errors keep their mix; a run whose errors
cost nothing has none to keep, and the mix of the best blind answer stands in.

A list has no classes. It is right when the person finds anything among its ten items, an error is a list in which they
find nothing, and the best blind answer is the same list for everybody: what is popular.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from engine.economics.figure import Figure, not_negative
from engine.economics.projection import rounded
from engine.economics.value import Costs, blind_answer, error_cost_per_1000, value_per_1000
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


Ends = tuple[float, float, float]
"""Value, low, high."""


@dataclass(frozen=True)
class Finds:
    """How often people find something among the ten items shown, as shares of people."""

    rate: Ends
    over_popular: Ends
    """How much more often than in the list of what is popular, person by person."""


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
    mix = (errors.value, right)
    if errors.value <= 0:
        blind = blind_answer(counts, labels, costs, prevalence=prevalence)
        mix = (saved.value, _right(blind, labels, prevalence))
    least = pays_from(*mix, errors.value + saved.value, running.value)
    return Worth(errors, saved, _net(saved, running), least, right)


def lists_worth(finds: Finds, usd_poor: float, running: Figure) -> Worth:
    """Return what lists are worth at `running` USD per 1,000, when one in which nobody finds anything costs `usd_poor`.

    Raises BadInput for a price or a running cost below 0.
    """
    not_negative(Message("The running cost"), running.value)
    price = not_negative(Message("The cost of a poor recommendation"), usd_poor)
    rate, low, high = finds.rate
    missed = Message("{share} of lists in which nobody finds anything × {usd} USD × 1,000.",
                     share=rounded(1 - rate), usd=rounded(price))  # fmt: skip
    poor, fewest, most_poor = ((1 - end) * price * 1000 for end in (rate, high, low))
    errors = Figure(poor, "USD per 1,000", "assumed", fewest, most_poor, missed)
    more = Message("{share} more people find something than in the list of what is popular × {usd} USD × 1,000.",
                   share=rounded(finds.over_popular[0]), usd=rounded(price))  # fmt: skip
    value, least, most = (end * price * 1000 for end in finds.over_popular)
    saved = Figure(value, "USD per 1,000", "assumed", least, most, more)
    popular = rate - finds.over_popular[0]
    least_rate = popular + running.value / (price * 1000) if price else 2.0
    return Worth(errors, saved, _net(saved, running), least_rate if least_rate <= 1 else None, rate)


def _net(saved: Figure, running: Figure) -> Figure:
    return Figure(
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


def pays_from(errors: float, right: float, blind: float, running: float) -> float | None:
    """Return the share of right answers at which what is saved equals the running cost; None: not even without errors.

    `errors` is what the errors of some model cost that is `right` so often, `blind` what the best blind answer costs,
    and `running` the running cost, all in USD per 1,000.
    """
    if running > blind:
        return None
    if errors <= 0:
        return 1.0
    return min(1.0, max(0.0, 1 - (blind - running) / errors * (1 - right)))


def _right(counts: npt.NDArray[np.float64], labels: Sequence[str], prevalence: Mapping[str, float] | None) -> float:
    if prevalence is None:
        return float(np.trace(counts) / counts.sum())
    weights = np.array([prevalence.get(k, 0.0) for k in labels])
    recall = np.diag(counts) / np.maximum(counts.sum(axis=1), 1)
    return float((weights * recall).sum() / weights.sum())
