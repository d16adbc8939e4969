"""What else one could do with a run: another precision, a GPU, more labels."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from engine.analytics.costed import Choices, Costs, costs
from engine.analytics.priced import or_none
from engine.economics import accelerator
from engine.economics.accelerator import Efficiency
from engine.economics.catalog import Instance
from engine.economics.facts import ServerlessGpu, serverless_gpus
from engine.economics.figure import Figure
from engine.economics.learning_curve import Point
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


def gpu_offers(run: Mapping[Any, Any], flops_per_prediction: float | None, among: Iterable[Instance]) -> list[GpuOffer]:
    """Return the cheapest machine of `among` with each GPU, one of it, and GPUs paid by the second, the cheapest first.

    Projected from the arithmetic of the run's training, and from how much of this machine's peak training and serving
    reached where that was measured; empty when the arithmetic was not counted.
    """
    if (flops := _positive(run, "flops")) is None:
        return []
    training, serving = _reached(achieved(run), run), _reached(_served(run, flops_per_prediction), run)
    rented = [_rented(i, flops, training, flops_per_prediction, serving) for i in _cheapest_by_gpu(among).values()]
    by_second = [_by_second(o, flops_per_prediction, serving) for o in serverless_gpus().values()]
    return sorted([*rented, *(o for o in by_second if o)], key=lambda o: o.usd_per_hour)


def achieved(run: Mapping[Any, Any]) -> Figure | None:
    """Return the arithmetic a second that the training of `run` reached here; None when it was not counted."""
    flops, seconds = _positive(run, "flops"), _positive(run, "train_seconds")
    return accelerator.achieved_flops_per_s(flops, seconds) if flops and seconds else None


def efficiency(run: Mapping[Any, Any]) -> Figure | None:
    """Return the share of this machine's peak that the training of `run` reached; None when it was not measured."""
    return _share_of_peak(achieved(run), run)


def _share_of_peak(rate: Figure | None, run: Mapping[Any, Any]) -> Figure | None:
    peak = _positive(run, "peak_flops_per_s")
    return accelerator.efficiency_here(rate.value, peak) if rate and peak else None


def _reached(rate: Figure | None, run: Mapping[Any, Any]) -> Efficiency:
    share = _share_of_peak(rate, run)
    return accelerator.carried(share) if share else accelerator.UNMEASURED


def _served(run: Mapping[Any, Any], flops_per_prediction: float | None) -> Figure | None:
    """Return the arithmetic a second of serving in bulk here."""
    per_s = _positive(run, "throughput_per_s")
    return accelerator.achieved_flops_per_s(per_s * flops_per_prediction, 1) if per_s and flops_per_prediction else None


def _positive(run: Mapping[Any, Any], name: str) -> float | None:
    value = or_none(run.get(name))
    return value if value and value > 0 else None


def _cheapest_by_gpu(among: Iterable[Instance]) -> dict[str, Instance]:
    found: dict[str, Instance] = {}
    for i in among:
        if i.gpu_count == 1 and i.gpu_name in accelerator.peaks():
            best = found.get(i.gpu_name)
            found[i.gpu_name] = i if best is None or i.usd_per_hour < best.usd_per_hour else best
    return found


def _rented(
    instance: Instance, flops: float, training: Efficiency, each: float | None, serving: Efficiency
) -> GpuOffer:
    price = instance.usd_per_hour
    busy = accelerator.gpu_per_1000(each, instance.gpu_name, price, instance.source, serving) if each else None
    name = f"{instance.gpu_name} · {instance.id}"
    return GpuOffer(name, accelerator.gpu_train_cost(flops, instance, training), busy, price)


def _by_second(offer: ServerlessGpu, each: float | None, serving: Efficiency) -> GpuOffer | None:
    if not each:
        return None
    try:
        busy = accelerator.serverless_per_1000(each, offer, serving)
    except BadInput:  # a GPU whose peak nobody published
        return None
    return GpuOffer(offer.id, None, busy, offer.usd_per_second * 3600)


def learning_points(alike: pd.DataFrame, quality: str) -> list[Point]:
    """Return the scores of runs that differ by their number of labels (`queries.learning_runs`), fewest first."""
    wanted = ["train_rows", quality, f"{quality}_low", f"{quality}_high"]
    if any(name not in alike for name in wanted):
        return []
    return [Point(*map(float, row)) for row in alike[wanted].dropna().itertuples(index=False)]
