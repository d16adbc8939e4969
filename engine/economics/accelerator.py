"""What a GPU would do, projected from the arithmetic that was measured here: a range, and a wide one.

Hours = FLOPs ÷ (peak FLOP/s of the GPU × efficiency). The efficiency is that of the run here, where this machine's own
peak was measured (`training.peak`): arithmetic a second ÷ that of large matrix products. A GPU, which waits more for
what is small, is taken to reach 30 % of that share of its published peak, 10 to 100 %: an assumption, for none was
measured.

Where no peak was measured, nothing is known before it runs: 40 % is near what large trainings report (A. Chowdhery et
al., PaLM, arXiv 2204.02311, 2022: 46.2 %), and small batches of short texts are taken to reach a few percent. The range
then counts 2 to 40 %, the value 10 %; all three are assumptions.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from engine.economics.catalog import Instance, rows
from engine.economics.facts import ServerlessGpu
from engine.economics.figure import Figure, Source, above_zero
from engine.economics.projection import rounded
from engine.economics.training import hourly_price
from engine.errors import BadInput
from engine.messages import Message

ASSUMED = (0.10, 0.40, 0.02)
"""Of the peak: value, best, worst."""
OF_HERE = (0.3, 1.0, 0.1)
"""Of the efficiency reached here: value, best, worst."""


@dataclass(frozen=True)
class Efficiency:
    """The share of its peak that a GPU is taken to reach, above 0 and up to 1."""

    value: float
    best: float
    worst: float
    rule: Message
    """What it rests on."""


UNMEASURED = Efficiency(
    *ASSUMED,
    Message(
        "No GPU was measured, nor the peak of this machine: a GPU is assumed to reach {value} of its published peak, "
        "{worst} to {best}.",
        value=ASSUMED[0],
        worst=ASSUMED[2],
        best=ASSUMED[1],
    ),
)


def efficiency_here(flops_per_s: float, peak_flops_per_s: float) -> Figure:
    """Return the share of this machine's measured peak that was reached, at most 1. Raises BadInput for 0 or less."""
    reached = above_zero(Message("The arithmetic a second"), flops_per_s)
    peak = above_zero(Message("The peak of this machine"), peak_flops_per_s)
    share = min(1.0, reached / peak)
    formula = Message(
        "{reached} FLOP/s ÷ {peak} FLOP/s of large matrix products on this machine.",
        reached=f"{reached:.3g}",
        peak=f"{peak:.3g}",
    )
    return Figure(share, "share", "measured", share, share, formula)


def carried(here: Figure) -> Efficiency:
    """Return what a GPU is taken to reach, from the efficiency `here`."""
    value, best, worst = (here.value * f for f in OF_HERE)
    rule = Message(
        "{share} of the peak of this machine was measured here. No GPU was: it is assumed to reach {value} times that "
        "share of its published peak, {worst} to {best} times.",
        share=rounded(here.value),
        value=OF_HERE[0],
        worst=OF_HERE[2],
        best=OF_HERE[1],
    )
    return Efficiency(value, best, worst, rule)


@dataclass(frozen=True)
class Peak:
    """The most a GPU computes with 16-bit numbers."""

    tflops: float
    source: Source


@cache
def peaks() -> dict[str, Peak]:
    """Return the peak of every GPU whose figure is published, by its own name and by that of instances."""
    known: dict[str, Peak] = {}
    for row in rows("gpu_power.csv"):
        if row["peak_bf16_tflops"]:
            source = Source(f"Peak of {row['name']}, 16-bit", row["flops_source"], row["as_of"])
            peak = Peak(float(row["peak_bf16_tflops"]), source)
            known |= dict.fromkeys([row["name"], *filter(None, row["instance_names"].split(";"))], peak)
    return known


def flops_per_prediction(parameters: float, tokens: float) -> float:
    """Return the arithmetic of one prediction: 2 × parameters × tokens, a multiplication and an addition a weight.

    So J. Kaplan et al., Scaling laws for neural language models, arXiv 2001.08361, 2020, count a forward pass, leaving
    embeddings out. Here embeddings are counted although they are only looked up, and attention over the text is not:
    for short texts too much.
    """
    return 2 * above_zero(Message("The parameters"), parameters) * above_zero(Message("The tokens of a text"), tokens)


def achieved_flops_per_s(flops: float, seconds: float) -> Figure:
    """Return the arithmetic a second that training reached here. Raises BadInput unless both were measured."""
    rate = above_zero(Message("The arithmetic of training"), flops) / above_zero(
        Message("The measured training time"), seconds
    )
    formula = Message("{flops} FLOPs ÷ {seconds} s.", flops=f"{flops:.3g}", seconds=rounded(seconds))
    return Figure(rate, "FLOP/s", "measured", rate, rate, formula)


def gpu_train_hours(flops: float, instance: Instance, reached: Efficiency = UNMEASURED) -> Figure:
    """Return the hours that a training of `flops` would last on the GPUs of `instance`.

    Raises BadInput for a machine without a GPU, or one whose peak is not published.
    """
    peak = _peak(instance)
    per_hour = peak.tflops * 1e12 * instance.gpu_count * 3600
    work = above_zero(Message("The arithmetic of training"), flops)
    value, low, high = (work / (per_hour * e) for e in (reached.value, reached.best, reached.worst))
    formula = Message(
        "{flops} FLOPs ÷ ({count} × {tflops} TFLOP/s of {gpu}). {rule}",
        flops=f"{flops:.3g}",
        count=instance.gpu_count,
        tflops=peak.tflops,
        gpu=instance.gpu_name,
        rule=reached.rule,
    )
    return Figure(value, "h", "projected", low, high, formula, (peak.source,))


def gpu_train_cost(flops: float, instance: Instance, reached: Efficiency = UNMEASURED, *, spot: bool = False) -> Figure:
    """Return the USD of a training of `flops` on the GPUs of `instance`."""
    price, source = hourly_price(instance, spot=spot)
    hours = gpu_train_hours(flops, instance, reached)
    formula = Message("{hours} h × {price} USD per h of {instance}. {rule}",
                      hours=rounded(hours.value), price=price, instance=instance.id, rule=reached.rule)  # fmt: skip
    value, low, high = (h * price for h in (hours.value, hours.low, hours.high))
    return Figure(value, "USD", "projected", low, high, formula, (source, *hours.sources))


def gpu_per_1000(
    flops_per_prediction: float, gpu: str, usd_per_hour: float, source: Source, reached: Efficiency = UNMEASURED
) -> Figure:
    """Return the USD per 1,000 predictions of a GPU that is always busy, from the arithmetic of one prediction."""
    peak = _known(gpu)
    work = above_zero(Message("The arithmetic of a prediction"), flops_per_prediction) * 1000
    above_zero(Message("The price an hour"), usd_per_hour)
    ends = (reached.value, reached.best, reached.worst)
    value, low, high = (work / (peak.tflops * 1e12 * e * 3600) * usd_per_hour for e in ends)
    formula = Message(
        "{flops} FLOPs a prediction × 1,000 ÷ ({tflops} TFLOP/s of {gpu}) × {price} USD per h, always busy. {rule}",
        flops=f"{flops_per_prediction:.3g}",
        tflops=peak.tflops,
        gpu=gpu,
        price=rounded(usd_per_hour),
        rule=reached.rule,
    )
    return Figure(value, "USD per 1,000", "projected", low, high, formula, (source, peak.source))


def serverless_per_1000(flops_per_prediction: float, offer: ServerlessGpu, reached: Efficiency = UNMEASURED) -> Figure:
    """Return the USD per 1,000 predictions of a GPU paid by the second it computes."""
    gpu = next((g for g in (offer.gpu, *offer.gpu.replace(" PRO", "").split("/")) if g in peaks()), offer.gpu)
    return gpu_per_1000(flops_per_prediction, gpu, offer.usd_per_second * 3600, offer.source, reached)


def _peak(instance: Instance) -> Peak:
    if not instance.gpu_count:
        raise BadInput("{instance} has no GPU; choose a machine with one.", instance=instance.id)
    return _known(instance.gpu_name)


def _known(gpu: str) -> Peak:
    if gpu not in peaks():
        raise BadInput("The peak of {gpu} is not in the catalogue; choose another GPU.", gpu=gpu)
    return peaks()[gpu]
