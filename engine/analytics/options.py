"""What else one could do with a run: another precision, a GPU, other decisions, more labels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from engine.analytics.costed import Choices, Costs, costs
from engine.economics import accelerator
from engine.economics.catalog import Instance, instances
from engine.economics.facts import ServerlessGpu, serverless_gpus
from engine.economics.figure import Figure
from engine.economics.learning_curve import Point
from engine.economics.threshold import Threshold, best_threshold
from engine.economics.value import Costs as ErrorCosts
from engine.economics.value import confusion_of, decide_by_cost, error_cost_per_1000
from engine.errors import BadInput
from engine.messages import Message

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Precision:
    """One exported form of the model and what it costs to keep."""

    name: str
    score: float | None
    """Macro-F1 where it was judged, NaN-free; None: not judged."""
    p50_ms: float
    costs: Costs | None
    refused: Message | None
    """Why it has no costs."""


def precisions(run: Mapping[Any, Any], variants: pd.DataFrame, choices: Choices) -> list[Precision]:
    """Return every timed variant of a run (`RunDetail.variants`) under the same choices."""
    found = []
    for variant in variants.dropna(subset=["p50_ms", "p95_ms"]).to_dict("records"):
        score = variant["macro_f1"]
        try:
            cost, refused = costs(run, choices, variant=variant), None
        except BadInput as error:
            cost, refused = None, error.message
        found.append(
            Precision(str(variant["name"]), score if score == score else None, variant["p50_ms"], cost, refused)
        )
    return found


@dataclass(frozen=True)
class GpuOffer:
    """A GPU that one could rent."""

    name: str
    train: Figure | None
    """USD of one training; None: paid by the second, for serving."""
    per_1000: Figure | None
    """USD per 1,000 predictions while it is busy; None: the arithmetic of a prediction is not known."""
    usd_per_hour: float


def gpu_offers(run: Mapping[Any, Any], flops_per_prediction: float | None) -> list[GpuOffer]:
    """Return the cheapest machine with one GPU of each kind, and GPUs paid by the second, cheapest an hour first.

    Projected from the arithmetic of the run's training; empty when that was not counted.
    """
    flops = run.get("flops")
    if not isinstance(flops, (int, float)) or not flops > 0:
        return []
    rented = [_rented(i, float(flops), flops_per_prediction) for i in _cheapest_by_gpu().values()]
    by_second = (
        [_by_second(o, flops_per_prediction) for o in serverless_gpus().values()] if flops_per_prediction else []
    )
    return sorted([*rented, *(o for o in by_second if o)], key=lambda o: o.usd_per_hour)


def achieved(run: Mapping[Any, Any]) -> Figure | None:
    """Return the arithmetic a second that the training of `run` reached here; None when it was not counted."""
    flops, seconds = run.get("flops"), run.get("train_seconds")
    if not all(isinstance(v, (int, float)) and v > 0 for v in (flops, seconds)):
        return None
    return accelerator.achieved_flops_per_s(float(str(flops)), float(str(seconds)))


def _cheapest_by_gpu() -> dict[str, Instance]:
    found: dict[str, Instance] = {}
    for i in instances().values():
        if i.gpu_count == 1 and i.gpu_name in accelerator.peaks():
            best = found.get(i.gpu_name)
            found[i.gpu_name] = i if best is None or i.usd_per_hour < best.usd_per_hour else best
    return found


def _rented(instance: Instance, flops: float, each: float | None) -> GpuOffer:
    busy = each and accelerator.gpu_per_1000(each, instance.gpu_name, instance.usd_per_hour, instance.source)
    name = f"{instance.gpu_name} · {instance.id}"
    return GpuOffer(name, accelerator.gpu_train_cost(flops, instance), busy or None, instance.usd_per_hour)


def _by_second(offer: ServerlessGpu, each: float | None) -> GpuOffer | None:
    try:
        busy = accelerator.serverless_per_1000(each or 0.0, offer)
    except BadInput:  # a GPU whose peak nobody published
        return None
    return GpuOffer(offer.id, None, busy, offer.usd_per_second * 3600)


@dataclass(frozen=True)
class Decision:
    """What errors cost when the most probable class is said, and when the class is said that costs least."""

    usual: Figure
    by_cost: Figure
    threshold: Threshold | None
    """For two classes: chosen on `chosen_on`, its costs on the same rows."""
    chosen_on: str
    """"validation" or "test"."""


def decision(predictions: Path, labels: Sequence[str], prices: ErrorCosts) -> Decision:
    """Return what deciding by cost changes on the test part of a run's predictions (truth, p0, p1, … by part).

    For two classes the threshold is chosen on the validation part where there is one, else on the test part itself.
    Raises BadInput for labels or costs that do not fit.
    """
    import pandas as pd

    frame = pd.read_parquet(predictions)
    parts = dict(list(frame.groupby("part")))
    if "test" not in parts:
        raise BadInput("The predictions of the run have no test part; train it again.")
    names = [f"p{i}" for i in range(len(labels))]
    truth, p = parts["test"]["truth"].to_numpy(), parts["test"][names].to_numpy(dtype=np.float64)
    chosen_on = "validation" if "validation" in parts else "test"
    threshold, said = None, decide_by_cost(p, labels, prices)
    if len(labels) == 2 and (cut := _threshold(parts[chosen_on], labels, prices)):
        threshold, said = cut, (p[:, 1] >= cut.value).astype(np.int64)

    def priced(answers: Any) -> Figure:
        return error_cost_per_1000(confusion_of(truth, answers, len(labels)), labels, prices)

    return Decision(priced(p.argmax(axis=1)), priced(said), threshold, chosen_on)


def _threshold(rows: pd.DataFrame, labels: Sequence[str], prices: ErrorCosts) -> Threshold | None:
    no, yes = labels
    try:
        return best_threshold(
            rows["truth"].to_numpy(),
            rows["p1"].to_numpy(),
            usd_miss=prices.get((yes, no), 0.0),
            usd_alarm=prices.get((no, yes), 0.0),
        )
    except BadInput:  # rows of one kind only, or errors that cost nothing
        return None


def learning_points(alike: pd.DataFrame, quality: str) -> list[Point]:
    """Return the scores of runs that differ by their number of labels (`queries.learning_runs`), fewest first."""
    wanted = ["train_rows", quality, f"{quality}_low", f"{quality}_high"]
    if any(name not in alike for name in wanted):
        return []
    return [Point(*map(float, row)) for row in alike[wanted].dropna().itertuples(index=False)]
