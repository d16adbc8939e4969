"""What it costs to serve a model: throughput measured here, priced there."""

from __future__ import annotations

import math

from engine.economics.catalog import Instance
from engine.economics.figure import Figure, above_zero, share
from engine.economics.projection import SERVING_RULE, rounded, throughput
from engine.economics.training import hourly_price
from engine.messages import Message


def hours_per_1000(throughput_per_s: float, utilisation: float) -> float:
    """Return the hours a machine runs for 1,000 predictions: 1000 ÷ (throughput × 3600 × utilisation).

    `utilisation` is the share of its capacity that is used, above 0 and up to 1: a machine that is busy 30 % of the
    time costs its whole hour. Raises BadInput for a throughput of 0 or less and for any other share.
    """
    above_zero(Message("The throughput"), throughput_per_s)
    return 1000 / (throughput_per_s * 3600 * share(Message("The utilisation"), utilisation))


def usd_per_1000(usd_per_hour: float, throughput_per_s: float, utilisation: float) -> float:
    """Return USD per 1,000 predictions: price an hour ÷ (throughput × 3600 × utilisation) × 1000. Definition."""
    return above_zero(Message("The price an hour"), usd_per_hour) * hours_per_1000(throughput_per_s, utilisation)


def cost_per_1000(
    throughput_per_s: float, cores_here: int, instance: Instance, utilisation: float, *, spot: bool = False
) -> Figure:
    """Return USD per 1,000 predictions on `instance`, from `throughput_per_s` measured on `cores_here` cores.

    Raises BadInput for a throughput, core count or utilisation out of range, or a spot price that is not published.
    """
    price, source = hourly_price(instance, spot=spot)
    there = throughput(throughput_per_s, cores_here, instance.vcpus)
    formula = Message(
        "{price} USD per h of {instance} ÷ ({throughput} per s × 3600 s × {utilisation} utilisation) × 1,000. {rule}",
        price=price,
        instance=instance.id,
        throughput=rounded(there.value),
        utilisation=utilisation,
        rule=SERVING_RULE,
    )
    value, low, high = (usd_per_1000(price, t, utilisation) for t in (there.value, there.high, there.low))
    return Figure(value, "USD per 1,000", "projected", low, high, formula, (source,))


def cost_at_load(
    throughput_per_s: float, cores_here: int, instance: Instance, rows_per_s: float, *, spot: bool = False
) -> Figure:
    """Return USD per 1,000 predictions at a measured load: machines × price an hour ÷ predictions an hour × 1,000.

    There are as many machines as the load needs at full use, at least one, and each is paid for whether it is busy or
    not: at a small load a prediction is dear. `throughput_per_s` was measured on `cores_here` cores; the range counts
    the machines for the slow and the fast end of what one does there. Raises BadInput as `cost_per_1000`.
    """
    price, source = hourly_price(instance, spot=spot)
    above_zero(Message("The load"), rows_per_s)
    there = throughput(throughput_per_s, cores_here, instance.vcpus)
    machines = {end: max(1, math.ceil(rows_per_s / getattr(there, end))) for end in ("low", "value", "high")}
    formula = Message(
        "{machines} × {price} USD per h of {instance} ÷ ({rate} per s × 3600 s) × 1,000; one does {throughput} per s. "
        "{rule}",
        machines=machines["value"],
        price=price,
        instance=instance.id,
        rate=rounded(rows_per_s),
        throughput=rounded(there.value),
        rule=SERVING_RULE,
    )
    value, low, high = (n * price / (rows_per_s * 3600) * 1000 for n in (machines[e] for e in ("value", "high", "low")))
    return Figure(value, "USD per 1,000", "projected", low, high, formula, (source,))
