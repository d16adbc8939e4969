"""Carbon of a year of serving, and where the same machine is cleanest and where it is cheapest."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from engine.economics.capacity import Plan
from engine.economics.carbon import grid_carbon
from engine.economics.catalog import Instance, Region
from engine.economics.figure import Figure
from engine.economics.hosting import HOSTING_RULE, hosting_month
from engine.economics.power import instance_power
from engine.economics.projection import rounded
from engine.economics.training import hourly_price
from engine.messages import Message

MONTHS = 12


def serving_year_energy(plan: Plan, *, scaled: bool = False) -> Figure:
    """Return the kWh that a plan's machines draw in a year: watts at their utilisation × machine-hours.

    kWh = watts × machine-hours a month × 12 ÷ 1000 (Cloud Carbon Footprint's form; `power` gives the watts).
    """
    busy = min(1.0, plan.scaled_utilisation if scaled else plan.utilisation)
    power = instance_power(plan.instance, busy)
    hours = plan.scaled_hours if scaled else plan.fixed_hours
    pairs = zip((power.watts, power.low, power.high), hours, strict=True)
    value, low, high = (watts * h * MONTHS / 1000 for watts, h in pairs)
    formula = Message(
        "{watts} W × {hours} machine-hours a month × 12 ÷ 1,000. {rule}",
        watts=rounded(power.watts),
        hours=rounded(hours[0]),
        rule=HOSTING_RULE,
    )
    return Figure(value, "kWh a year", "projected", low, high, formula, power.sources)


def serving_year_carbon(plan: Plan, region: Region, *, scaled: bool = False) -> Figure:
    """Return the gCO2e of a year of serving in `region`."""
    return grid_carbon(serving_year_energy(plan, scaled=scaled), region, "gCO2e a year")


@dataclass(frozen=True)
class Place:
    """One machine somewhere: what a month costs and what a year emits there."""

    instance: Instance
    region: Region
    month: Figure
    year_carbon: Figure


def places(
    plan: Plan, among: Iterable[Instance], known: Mapping[str, Region], *, scaled: bool = False, spot: bool = False
) -> list[Place]:
    """Return every region of `known` that rents a machine of `among` alike, with its cheapest one, cheapest first.

    Alike is: as many vCPUs and the same GPUs as the machine of `plan`, which itself stands for its own region. Prices
    are on demand, or with `spot` those of interruptible machines; a region that publishes none is then left out.
    """
    like = plan.instance
    found = {like.region_id: like}
    for other in alike(like, among, spot=spot):
        best = found.get(other.region_id)
        if other.region_id != like.region_id and (best is None or _usd(other, spot=spot) < _usd(best, spot=spot)):
            found[other.region_id] = other
    # Machines alike need the same number: they are counted once.
    plans = {name: replace(plan, instance=i) for name, i in found.items() if name in known}
    made = [
        Place(
            p.instance, known[name], hosting_month(p, scaled=scaled, spot=spot),
            serving_year_carbon(p, known[name], scaled=scaled),
        )
        for name, p in plans.items()
    ]  # fmt: skip
    return sorted(made, key=lambda p: (p.month.value, p.year_carbon.value))


def alike(like: Instance, among: Iterable[Instance], *, spot: bool = False) -> list[Instance]:
    """Return the machines of `among` with as many vCPUs and the same GPUs as `like`; `spot`: that have such a price."""
    wanted = (like.vcpus, like.gpu_name, like.gpu_count)
    same = (i for i in among if (i.vcpus, i.gpu_name, i.gpu_count) == wanted)
    return [i for i in same if not spot or i.spot_usd_per_hour is not None]


def _usd(instance: Instance, *, spot: bool) -> float:
    return hourly_price(instance, spot=spot)[0]


def cleanest(found: Sequence[Place]) -> Place:
    """Return the place that emits least; of equals, the cheaper."""
    return min(found, key=lambda p: (p.year_carbon.value, p.month.value))
