"""Carrying a measured speed to another machine: the rule, and how far it may be off.

Rule. One vCPU there does what one core did here, times 0.5 to 1.5: a vCPU is usually one of two threads of a core
(AWS, "CPU options for EC2 instances"; Google Cloud, "CPU platforms"), and processors differ by generation.

- Serving scales with vCPUs, because one copy of the model can answer on each core.
- Training of one small model is not counted faster on more vCPUs than it was measured on, only slower on fewer; the
  fast end of the range does count them.
- A GPU is not counted: a speed measured on a processor says nothing about one.

"""

from __future__ import annotations

from dataclasses import dataclass

from engine.economics.figure import Figure, above_zero
from engine.messages import Message

PER_VCPU_LOW, PER_VCPU_HIGH = 0.5, 1.5
SERVING_RULE = Message(
    "One vCPU there is taken to serve as much as one core here, times {low} to {high}.",
    low=PER_VCPU_LOW,
    high=PER_VCPU_HIGH,
)
TRAINING_RULE = Message(
    "Training is taken to last as long as here, and longer on fewer vCPUs; the range counts {low} to {high} times the "
    "speed of a core and, at best, every vCPU.",
    low=PER_VCPU_LOW,
    high=PER_VCPU_HIGH,
)


@dataclass(frozen=True)
class Speed:
    """How many times as fast as here: the value that is quoted, the slow end and the fast end."""

    value: float
    low: float
    high: float


def serving_speed(cores_here: float, vcpus: float) -> Speed:
    """Return the speed-up of serving from `cores_here` measured cores to `vcpus`."""
    ratio = vcpus / above_zero(Message("The number of cores measured on"), cores_here)
    return Speed(ratio, ratio * PER_VCPU_LOW, ratio * PER_VCPU_HIGH)


def training_speed(cores_here: float, vcpus: float) -> Speed:
    """Return the speed-up of training one model from `cores_here` measured cores to `vcpus`."""
    ratio = vcpus / above_zero(Message("The number of cores measured on"), cores_here)
    counted = min(ratio, 1.0)
    return Speed(counted, counted * PER_VCPU_LOW, ratio * PER_VCPU_HIGH)


def throughput(per_second: float, cores_here: float, vcpus: float) -> Figure:
    """Return the predictions a second on `vcpus`, projected from `per_second` measured on `cores_here` cores."""
    above_zero(Message("The measured throughput"), per_second)
    speed = serving_speed(cores_here, vcpus)
    return Figure(
        value=per_second * speed.value,
        unit="per s",
        kind="projected",
        low=per_second * speed.low,
        high=per_second * speed.high,
        formula=Message(
            "{per_second} per s measured × {vcpus} vCPUs ÷ {cores} cores. {rule}",
            per_second=rounded(per_second),
            vcpus=vcpus,
            cores=cores_here,
            rule=SERVING_RULE,
        ),
    )


def rounded(value: float) -> float:
    """Return `value` to four significant digits, for a sentence."""
    return float(f"{value:.4g}")
