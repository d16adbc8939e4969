"""Facts with sources and dates, from data/catalog: cloud prices, grid carbon, PUE, power of processors.

Every function reads its file once and keeps it. Every row says where it comes from and when that held.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import TypeVar

from engine.economics.figure import Source
from engine.errors import NotFound

CATALOG = Path(__file__).resolve().parents[2] / "data" / "catalog"
WORLD = "any/world"


@dataclass(frozen=True)
class Instance:
    """A machine to rent by the hour."""

    provider: str
    """"aws", "azure", "gcp", "lambda", "runpod"."""
    region: str
    """The provider's name of the region; "any" when the price is the same in all of them."""
    type: str
    vcpus: int
    memory_gib: float
    gpu_name: str
    """Empty: no GPU."""
    gpu_count: int
    usd_per_hour: float
    """On demand."""
    spot_usd_per_hour: float | None
    """Interruptible; None: no published price."""
    spot_basis: str
    """How the spot price was found."""
    source: Source
    spot_source: Source | None

    @property
    def id(self) -> str:
        """provider/region/type, as it stands in settings and URLs."""
        return f"{self.provider}/{self.region}/{self.type}"

    @property
    def region_id(self) -> str:
        """The region its carbon is counted for; the world's average when the provider names none."""
        return WORLD if self.region == "any" else f"{self.provider}/{self.region}"


@dataclass(frozen=True)
class Factor:
    """One published value of a quantity, and who published it."""

    value: float
    basis: str
    source: Source


@dataclass(frozen=True)
class Region:
    """The electricity of one cloud region: every published factor, the preferred one first."""

    id: str
    """provider/region, or `WORLD`."""
    country: str
    """ISO 3166 alpha-3; empty: the world."""
    grid: tuple[Factor, ...]
    """gCO2e per kWh."""
    pue: tuple[Factor, ...]
    """Power usage effectiveness: energy of the data centre per energy of its computers."""


@dataclass(frozen=True)
class Watts:
    """What one unit of hardware draws, idle and at full load."""

    name: str
    idle_w: float
    full_w: float
    source: Source


@cache
def instances() -> dict[str, Instance]:
    """Return every instance by id, in the order of the file: provider, region, without GPU first."""
    return {i.id: i for i in map(_instance, rows("cloud_instances.csv"))}


def instance(instance_id: str, among: Mapping[str, Instance] | None = None) -> Instance:
    """Return the instance `provider/region/type`, of the catalogue or `among`. Raises NotFound, with the nearest."""
    return _pick("instance", instance_id, instances() if among is None else among)


@cache
def regions() -> dict[str, Region]:
    """Return every region with published carbon factors, by id, the world's average last."""
    grid: dict[str, list[dict[str, str]]] = {}
    for row in rows("region_carbon.csv"):
        grid.setdefault(f"{row['provider']}/{row['region']}", []).append(row)
    return {name: _region(name, found) for name, found in grid.items()}


def region(region_id: str, among: Mapping[str, Region] | None = None) -> Region:
    """Return the region `provider/region` of the catalogue, or of `among`. Raises NotFound, naming the nearest ones."""
    return _pick("region", region_id, regions() if among is None else among)


@cache
def vcpu_watts() -> dict[str, Watts]:
    """Return idle and full watts of one vCPU by processor family; "AVG_AWS" and "AVG_AZURE" are fleet averages."""
    found = (r for r in rows("processor_watts.csv") if r["unit"] == "W per vCPU")
    return {r["processor"]: _watts(r, r["processor"], r["min_w"], r["max_w"]) for r in found}


@cache
def memory_watts_per_gib() -> Watts:
    """Return the watts of one GB of memory; the same idle and busy."""
    (row,) = (r for r in rows("processor_watts.csv") if r["processor"] == "MEMORY")
    return _watts(row, "memory", row["min_w"], row["max_w"])


@cache
def gpu_watts() -> dict[str, Watts]:
    """Return idle and full watts of one GPU, by its name in `Instance.gpu_name` and by its own name.

    Where no idle figure is published it is taken as a tenth of the rated power, the middle of the published ones.
    """
    known: dict[str, Watts] = {}
    for row in rows("gpu_power.csv"):
        watts = _watts(row, row["name"], row["idle_w"] or str(float(row["tdp_w"]) / 10), row["max_w"] or row["tdp_w"])
        known |= dict.fromkeys([row["name"], *filter(None, row["instance_names"].split(";"))], watts)
    return known


def cpu_power(name: str) -> Watts | None:
    """Return the rated power of the whole processor `name`, as the system calls it, or None when it is not known.

    Trademarks, clock speeds and core counts in the name do not count; otherwise the model must be the same.
    """
    return _cpus().get(_cpu_key(name))


@cache
def _cpus() -> dict[str, Watts]:
    return {_cpu_key(r["name"]): _watts(r, r["name"], "0", r["tdp_w"]) for r in rows("cpu_power.csv")}


def _cpu_key(name: str) -> str:
    """ "Intel(R) Xeon(R) Platinum 8375C CPU @ 2.90GHz" and "Intel Xeon Platinum 8375C" have the same key."""
    plain = re.sub(r"\((r|tm)\)|\bcpu\b|@.*|\b\d+-core\b|\bprocessor\b|\bwith radeon.*", " ", name.lower())
    return " ".join(re.sub(r"^\d+th gen ", "", " ".join(plain.split())).split())


def rows(filename: str) -> list[dict[str, str]]:
    """Return the rows of one file of the catalogue, as text."""
    with (CATALOG / filename).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _instance(row: dict[str, str]) -> Instance:
    what = f"{row['provider']} {row['instance_type']}, {row['region']}"
    spot = row["spot_usd_per_hour"]
    return Instance(
        provider=row["provider"],
        region=row["region"],
        type=row["instance_type"],
        vcpus=int(row["vcpus"]),
        memory_gib=float(row["memory_gib"]),
        gpu_name=row["gpu_name"],
        gpu_count=int(row["gpu_count"]),
        usd_per_hour=float(row["usd_per_hour"]),
        spot_usd_per_hour=float(spot) if spot else None,
        spot_basis=row["spot_basis"],
        source=Source(f"{what}: on-demand price", row["source"], row["as_of"]),
        spot_source=Source(f"{what}: spot price", row["spot_source"], row["spot_as_of"]) if spot else None,
    )


def _region(name: str, found: list[dict[str, str]]) -> Region:
    provider = name.split("/")[0]
    pue = [r for r in rows("pue.csv") if r["provider"] == provider]
    return Region(
        id=name,
        country=found[0]["country"],
        grid=_factors(found, "gco2e_per_kwh", name),
        pue=_factors(pue, "pue", name),
    )


def _factors(found: list[dict[str, str]], column: str, name: str) -> tuple[Factor, ...]:
    preferred_first = sorted(found, key=lambda r: r["preferred"] != "yes")
    return tuple(
        Factor(float(r[column]), r["basis"], Source(f"{name}: {r['basis']}", r["source"], r["as_of"]))
        for r in preferred_first
    )


def _watts(row: dict[str, str], name: str, idle_w: str, full_w: str) -> Watts:
    return Watts(name, float(idle_w), float(full_w), Source(f"Power of {name}", row["source"], row["as_of"]))


Found = TypeVar("Found", Instance, Region)


def _pick(what: str, wanted: str, known: Mapping[str, Found]) -> Found:
    if wanted in known:
        return known[wanted]
    near = ", ".join(get_close_matches(wanted, known, n=3, cutoff=0) or list(known)[:3])
    if what == "region":
        raise NotFound("There is no region {id} in the catalogue; the nearest are {near}.", id=wanted, near=near)
    raise NotFound("There is no instance {id} in the catalogue; the nearest are {near}.", id=wanted, near=near)
