"""Carbon of a year of serving, and where the same machine is cleanest and where it is cheapest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from engine.economics.capacity import Objective, Plan, Service, plan
from engine.economics.carbon import grid_carbon
from engine.economics.catalog import Instance, Region, instances, regions
from engine.economics.demand import Load
from engine.economics.figure import Figure
from engine.economics.hosting import HOSTING_RULE, hosting_month
from engine.economics.power import instance_power
from engine.economics.projection import rounded
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


def places(like: Instance, load: Load, service: Service, objective: Objective, *, scaled: bool = False) -> list[Place]:
    """Return every region that rents a machine alike, with its cheapest one, cheapest first.

    Alike is: as many vCPUs, the same GPUs. `like` itself stands for its own region, at its own price.
    """
    found = {like.region_id: like}
    for other in alike(like, list(instances().values())):
        best = found.get(other.region_id)
        if other.region_id != like.region_id and (best is None or other.usd_per_hour < best.usd_per_hour):
            found[other.region_id] = other
    known = regions()
    # Machines alike need the same number: they are counted once.
    counted = plan(load, service, like, objective)
    plans = {name: replace(counted, instance=i) for name, i in found.items() if name in known}
    made = [
        Place(
            p.instance, known[name], hosting_month(p, scaled=scaled), serving_year_carbon(p, known[name], scaled=scaled)
        )
        for name, p in plans.items()
    ]
    return sorted(made, key=lambda p: (p.month.value, p.year_carbon.value))


def alike(like: Instance, among: Sequence[Instance]) -> list[Instance]:
    """Return the machines of `among` with as many vCPUs and the same GPUs as `like`."""
    wanted = (like.vcpus, like.gpu_name, like.gpu_count)
    return [i for i in among if (i.vcpus, i.gpu_name, i.gpu_count) == wanted]


def cleanest(found: Sequence[Place]) -> Place:
    """Return the place that emits least; of equals, the cheaper."""
    return min(found, key=lambda p: (p.year_carbon.value, p.month.value))
