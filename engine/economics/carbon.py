"""Greenhouse gas of training and serving: energy × grid × PUE, as a range over the published factors.

gCO2e = kWh × gCO2e per kWh of the grid × PUE (Green Algorithms v3.0; codecarbon 3.3.2 and Cloud Carbon Footprint
multiply the same three). The value uses the preferred factor of a region, the range the lowest and highest published.
"""

from __future__ import annotations

from engine.economics.catalog import Instance, Region
from engine.economics.figure import Figure, Kind, not_negative
from engine.economics.power import instance_power
from engine.economics.projection import SERVING_RULE, rounded, throughput
from engine.economics.serving import hours_per_1000
from engine.errors import BadInput
from engine.messages import Message


def energy(kwh: float, method: str, *, low: float | None = None, high: float | None = None) -> Figure:
    """Return measured energy as a figure. `method` is "rapl" (counters: measured) or "power_model" (projected).

    Raises BadInput for energy below 0, another method, or a range that leaves the value out.
    """
    not_negative(Message("The energy"), kwh)
    kinds: dict[str, Kind] = {"rapl": "measured", "power_model": "projected"}
    if method not in kinds:
        raise BadInput("The method is {method}; choose rapl or power_model.", method=method)
    formula = (
        Message("{kwh} kWh from the processor's energy counters.", kwh=rounded(kwh))
        if method == "rapl"
        else Message("{kwh} kWh from the power model: published watts × time measured.", kwh=rounded(kwh))
    )
    low, high = min(kwh if low is None else low, kwh), max(kwh if high is None else high, kwh)
    return Figure(kwh, "kWh", kinds[method], low, high, formula)


def training_carbon(kwh: Figure, region: Region) -> Figure:
    """Return the gCO2e of one training, as if the energy `kwh` (of the computer alone) were drawn in `region`."""
    return grid_carbon(kwh, region, "gCO2e")


def serving_energy_per_1000(throughput_per_s: float, cores_here: int, instance: Instance, utilisation: float) -> Figure:
    """Return the kWh of `instance` for 1,000 predictions, from the throughput measured on `cores_here` cores.

    kWh = watts at `utilisation` × hours for 1,000 predictions ÷ 1000; `instance_power` gives the watts.
    """
    there = throughput(throughput_per_s, cores_here, instance.vcpus)
    power = instance_power(instance, utilisation)
    pairs = ((power.watts, there.value), (power.low, there.high), (power.high, there.low))
    value, low, high = (watts * hours_per_1000(t, utilisation) / 1000 for watts, t in pairs)
    formula = Message(
        "{watts} W ÷ ({throughput} per s × 3600 s × {utilisation} utilisation). {rule}",
        watts=rounded(power.watts),
        throughput=rounded(there.value),
        utilisation=utilisation,
        rule=SERVING_RULE,
    )
    return Figure(value, "kWh per 1,000", "projected", low, high, formula, power.sources)


def carbon_per_1000(
    throughput_per_s: float, cores_here: int, instance: Instance, utilisation: float, region: Region
) -> Figure:
    """Return the gCO2e of 1,000 predictions on `instance` in `region`."""
    kwh = serving_energy_per_1000(throughput_per_s, cores_here, instance, utilisation)
    return grid_carbon(kwh, region, "gCO2e per 1,000", SERVING_RULE)


def grid_carbon(kwh: Figure, region: Region, unit: str, rule: Message | None = None) -> Figure:
    """Return the emission of `kwh` (of computers alone) in `region`: × grid × PUE, over every published factor."""
    grid, pue = region.grid[0], region.pue[0]
    grids, pues = [f.value for f in region.grid], [f.value for f in region.pue]
    formula = Message(
        "{kwh} kWh × {grid} gCO2e per kWh ({basis}) × {pue} PUE.",
        kwh=rounded(kwh.value),
        grid=grid.value,
        basis=grid.basis,
        pue=pue.value,
    )
    if rule is not None:
        formula = Message("{formula} {rule}", formula=formula, rule=rule)
    return Figure(
        value=kwh.value * grid.value * pue.value,
        unit=unit,
        kind="projected",
        low=kwh.low * min(grids) * min(pues),
        high=kwh.high * max(grids) * max(pues),
        formula=formula,
        sources=tuple(dict.fromkeys((*kwh.sources, *(f.source for f in (*region.grid, *region.pue))))),
    )
