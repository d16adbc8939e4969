"""Rows of the catalogue that somebody entered, in place of a published one or beside them, each with its source.

What was entered is checked where it is entered (`engine.analytics.own_facts`): values above 0, and a source.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from engine.economics.catalog import Factor, Instance, Region
from engine.economics.facts import HostedPrice, Salary
from engine.economics.figure import Source

BASIS = "own figure"
"""Stands where a published factor says how it was computed."""


def own_salary(role: str, country: str, level: str, usd: float, source: Source) -> Salary:
    """Return a salary that somebody entered, with its source."""
    return Salary(role, country, level, 0, usd, usd, usd, source)


def own_hosted_price(price: HostedPrice, usd_in: float, usd_out: float, source: Source) -> HostedPrice:
    """Return `price` with figures that somebody entered, with their source."""
    return replace(price, usd_per_1m_input=usd_in, usd_per_1m_output=usd_out, batch_usd_per_1m=None, source=source)


def own_hosted_model(model: str, usd_in: float, usd_out: float, source: Source) -> HostedPrice:
    """Return a hosted model that the catalogue has no price of."""
    return HostedPrice(model, "", usd_in, usd_out, None, "", source)


def own_instance_price(instance: Instance, usd_per_hour: float, source: Source) -> Instance:
    """Return `instance` at a price an hour that somebody entered, with its source."""
    return replace(instance, usd_per_hour=usd_per_hour, source=source)


def own_machine(machine_id: str, values: Sequence[float], source: Source) -> Instance:
    """Return a machine without a GPU that the catalogue does not have; `machine_id` is region id/name.

    `values` are its vCPUs, its memory in GiB and its USD an hour; it has no spot price.
    """
    vcpus, memory_gib, usd_per_hour = values
    region_id, _, name = machine_id.rpartition("/")
    provider, _, region = region_id.partition("/")
    return Instance(
        provider=provider,
        region=region,
        type=name,
        vcpus=round(vcpus),
        memory_gib=memory_gib,
        gpu_name="",
        gpu_count=0,
        usd_per_hour=usd_per_hour,
        spot_usd_per_hour=None,
        spot_basis="",
        source=source,
        spot_source=None,
    )


def own_grid(values: Sequence[float], source: Source) -> tuple[Factor, ...]:
    """Return gCO2e per kWh that somebody entered, lowest, likely and highest, as the factors of a region stand."""
    low, likely, high = values
    return tuple(Factor(value, BASIS, source) for value in dict.fromkeys((likely, low, high)))


def own_region(region_id: str, grid: tuple[Factor, ...], pue: tuple[Factor, ...]) -> Region:
    """Return a region that the catalogue does not have."""
    return Region(region_id, "", grid, pue)


def own_pue(value: float, source: Source) -> tuple[Factor, ...]:
    """Return a power usage effectiveness that somebody entered, as the factors of a region stand."""
    return (Factor(value, BASIS, source),)
