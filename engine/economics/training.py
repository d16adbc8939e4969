"""What it costs to train a model: hours measured here, priced there."""

from __future__ import annotations

from engine.economics.catalog import Instance
from engine.economics.figure import Figure, Source, not_negative
from engine.economics.projection import TRAINING_RULE, rounded, training_speed
from engine.errors import BadInput
from engine.messages import Message


def hourly_price(instance: Instance, *, spot: bool = False) -> tuple[float, Source]:
    """Return USD an hour and where the price comes from. Raises BadInput when no spot price is published."""
    if not spot:
        return instance.usd_per_hour, instance.source
    if instance.spot_usd_per_hour is None or instance.spot_source is None:
        raise BadInput(
            "{instance} has no published spot price; choose on-demand or another instance.", instance=instance.id
        )
    return instance.spot_usd_per_hour, instance.spot_source


def train_hours(seconds: float, cores_here: int, instance: Instance) -> Figure:
    """Return the hours training would last on `instance`, projected from `seconds` on `cores_here` cores."""
    hours = not_negative(Message("The measured training time"), seconds) / 3600
    speed = training_speed(cores_here, instance.vcpus)
    formula = Message(
        "{hours} h measured on {cores} cores, on {vcpus} vCPUs. {rule}",
        hours=rounded(hours),
        cores=cores_here,
        vcpus=instance.vcpus,
        rule=TRAINING_RULE,
    )
    return Figure(hours / speed.value, "h", "projected", hours / speed.high, hours / speed.low, formula)


def train_cost(seconds: float, cores_here: int, instance: Instance, *, spot: bool = False) -> Figure:
    """Return the USD that one training costs on `instance`: hours there × price an hour.

    `seconds` were measured on `cores_here` cores of this machine; `train_hours` tells how they are carried over.
    Raises BadInput for a negative time, no cores, or a spot price that is not published.
    """
    price, source = hourly_price(instance, spot=spot)
    hours = train_hours(seconds, cores_here, instance)
    formula = Message(
        "{hours} h × {price} USD per h of {instance}. {rule}",
        hours=rounded(hours.value),
        price=price,
        instance=instance.id,
        rule=TRAINING_RULE,
    )
    value, low, high = (h * price for h in (hours.value, hours.low, hours.high))
    return Figure(value, "USD", "projected", low, high, formula, (source,))
