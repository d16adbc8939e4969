"""Deciding by what errors cost: the class that is cheapest to say, or the threshold, and what it saves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from engine.economics.figure import Figure
from engine.economics.threshold import Threshold, best_threshold
from engine.economics.value import Costs, confusion_of, decide_by_cost, error_cost_per_1000
from engine.errors import BadInput

if TYPE_CHECKING:
    import pandas as pd

Prevalence = Mapping[str, float] | None
"""How often each class will come, in any unit; None: as in the test part."""


@dataclass(frozen=True)
class Decision:
    """What errors cost when the most probable class is said, and when the class is said that costs least."""

    usual: Figure
    by_cost: Figure
    threshold: Threshold | None
    """For two classes: chosen on `chosen_on`, its costs on the same rows."""
    chosen_on: str
    """"validation" or "test"."""


def decision(predictions: Path, labels: Sequence[str], prices: Costs, *, prevalence: Prevalence = None) -> Decision:
    """Return what deciding by cost changes on the test part of a run's predictions (truth, p0, p1, … by part).

    For two classes the threshold is chosen on the validation part where there is one, else on the test part itself.
    With a prevalence of one's own both the choice and its costs are those of classes that come that often.
    Raises BadInput for labels, costs or a prevalence that do not fit.
    """
    import pandas as pd

    frame = pd.read_parquet(predictions)
    parts = dict(list(frame.groupby("part")))
    if "test" not in parts:
        raise BadInput("The predictions of the run have no test part; train it again.")
    names = [f"p{i}" for i in range(len(labels))]
    truth, p = parts["test"]["truth"].to_numpy(), parts["test"][names].to_numpy(dtype=np.float64)
    chosen_on = "validation" if "validation" in parts else "test"
    often = _times_as_often(parts[chosen_on]["truth"].to_numpy(), labels, prevalence)
    threshold, said = None, decide_by_cost(p, labels, prices, times_as_often=often)
    if len(labels) == 2 and (cut := _threshold(parts[chosen_on], labels, prices, prevalence)):
        threshold, said = cut, (p[:, 1] >= cut.value).astype(np.int64)

    def priced(answers: Any) -> Figure:
        return error_cost_per_1000(confusion_of(truth, answers, len(labels)), labels, prices, prevalence=prevalence)

    return Decision(priced(p.argmax(axis=1)), priced(said), threshold, chosen_on)


def _times_as_often(
    truth: npt.NDArray[np.int64], labels: Sequence[str], prevalence: Prevalence
) -> npt.NDArray[np.float64]:
    """Return (C,) how many times as often each class will come as it did among `truth`; a class without rows, once."""
    if prevalence is None:
        return np.ones(len(labels))
    there = np.bincount(truth, minlength=len(labels)) / len(truth)
    wanted = np.array([prevalence.get(label, 0.0) for label in labels])
    wanted = wanted / (wanted.sum() or 1.0)
    return np.divide(wanted, there, out=np.ones(len(labels)), where=there > 0)


def _threshold(rows: pd.DataFrame, labels: Sequence[str], prices: Costs, prevalence: Prevalence) -> Threshold | None:
    no, yes = labels
    part = prevalence.get(yes, 0.0) / (sum(prevalence.values()) or 1.0) if prevalence else None
    if part == 0:  # nothing to find: every yes would be a false alarm
        return None
    try:
        return best_threshold(
            rows["truth"].to_numpy(),
            rows["p1"].to_numpy(),
            usd_miss=prices.get((yes, no), 0.0),
            usd_alarm=prices.get((no, yes), 0.0),
            prevalence=part or 0.0,
        )
    except BadInput:  # rows of one kind only, or errors that cost nothing
        return None
