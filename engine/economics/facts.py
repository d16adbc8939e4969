"""Facts about people, labels and what can be bought, from data/catalog: salaries, prices of models, of labels, of GPUs.

Like `catalog`: every function reads its file once, every row says where it comes from and when that held. Where no
price exists there is no row, and who asks gets NotFound with what to do; a foreign figure never stands in silently.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache

from engine.economics.catalog import Instance, rows
from engine.economics.figure import Source
from engine.errors import NotFound


@dataclass(frozen=True)
class HostedPrice:
    """What a provider asks for a model it hosts, in USD per million tokens."""

    model: str
    provider: str
    usd_per_1m_input: float
    usd_per_1m_output: float
    batch_usd_per_1m: tuple[float, float] | None
    """(input, output) for answers that may take a day; None: not offered."""
    ends: str
    """When the provider will withdraw it, ISO 8601; empty: not announced."""
    source: Source


@dataclass(frozen=True)
class Salary:
    """What people of one role, country and level are paid, in USD a year, before what the employer adds."""

    role: str
    country: str
    """ISO 3166 alpha-2."""
    level: str
    """"EN" entry, "MI" mid, "SE" senior, "EX" executive, "ALL"."""
    people: int
    """How many were asked; 0: a figure of one's own."""
    p25_usd: float
    median_usd: float
    p75_usd: float
    source: Source

    @property
    def id(self) -> str:
        return f"{self.role}/{self.country}/{self.level}"


@dataclass(frozen=True)
class LabelRate:
    """What one answer of one labeller costs."""

    id: str
    task: str
    name: str
    usd_per_label: float
    source: Source


@dataclass(frozen=True)
class ServerlessGpu:
    """A GPU that is paid by the second it computes, and not while it waits."""

    provider: str
    gpu: str
    memory_gib: float
    usd_per_second: float
    source: Source

    @property
    def id(self) -> str:
        return f"{self.provider}/{self.gpu}"


@cache
def hosted_prices() -> dict[str, HostedPrice]:
    """Return every hosted model's price by its name."""
    return {r["model"]: _hosted(r) for r in rows("hosted_prices.csv")}


@cache
def salaries() -> dict[str, Salary]:
    """Return every salary by role/country/level."""
    return {s.id: s for s in map(_salary, rows("salaries.csv"))}


@cache
def label_rates() -> dict[str, LabelRate]:
    """Return every published price of a label by its id."""
    return {r["id"]: _label_rate(r) for r in rows("label_prices.csv")}


@cache
def serverless_gpus() -> dict[str, ServerlessGpu]:
    """Return every GPU that is paid by the second, by provider/gpu."""
    return {g.id: g for g in map(_serverless, rows("serverless_gpu.csv"))}


@cache
def employer_factors() -> dict[str, tuple[float, Source]]:
    """Return by country what an employer pays for each USD of salary, and who says so."""
    return {
        r["country"]: (float(r["multiplier"]), Source(f"{r['country']}: {r['basis']}", r["source"], r["as_of"]))
        for r in rows("employer_cost.csv")
    }


@cache
def _interruptions() -> dict[str, tuple[str, Source]]:
    return {
        name: (r["interrupted_a_month"], Source(f"{name}: spot interruptions a month", r["source"], r["as_of"]))
        for r in rows("spot_interruption.csv")
        if (name := f"{r['provider']}/{r['region']}/{r['instance_type']}")
    }


def interruption(instance: Instance) -> tuple[float, float, Source] | None:
    """Return the lowest and highest share of spot machines taken back in a month; None: not published.

    AWS publishes bands: "<5%", "5-10%", …, ">20%". The open band is read as 20 to 40 %, an assumption.
    """
    found = _interruptions().get(instance.id)
    if found is None:
        return None
    band, source = found
    if band.startswith("<"):
        return 0.0, float(band.strip("<%")) / 100, source
    if band.startswith(">"):
        low = float(band.strip(">%")) / 100
        return low, 2 * low, source
    low, high = (float(end) / 100 for end in band.strip("%").split("-"))
    return low, high, source


def hosted_price(model: str, among: Mapping[str, HostedPrice] | None = None) -> HostedPrice:
    """Return the price of `model`. Raises NotFound for one that is not, or no longer, in the catalogue or `among`."""
    if model in (known := hosted_prices() if among is None else among):
        return known[model]
    near = ", ".join(get_close_matches(model, known, n=3, cutoff=0))
    raise NotFound(
        "The catalogue has no price of {model}, or no longer; the nearest are {near}.", model=model, near=near
    )


def salary(role: str, country: str, level: str) -> Salary:
    """Return what `role` is paid in `country` at `level`. Raises NotFound where nobody has published it."""
    if found := salaries().get(f"{role}/{country}/{level}"):
        return found
    known = sorted({s.country for s in salaries().values() if (s.role, s.level) == (role, level)})
    raise NotFound(
        "No salary of {role} ({level}) is published for {country}; enter one with its source. Published: {known}.",
        role=role,
        level=level,
        country=country or "–",
        known=", ".join(known) or "–",
    )


def _hosted(row: dict[str, str]) -> HostedPrice:
    batch = row["usd_per_1m_input_batch"], row["usd_per_1m_output_batch"]
    where = f"{row['source']} ({row['vendor_url']})" if row["vendor_url"] else row["source"]
    return HostedPrice(
        model=row["model"],
        provider=row["provider"],
        usd_per_1m_input=float(row["usd_per_1m_input"]),
        usd_per_1m_output=float(row["usd_per_1m_output"]),
        batch_usd_per_1m=(float(batch[0]), float(batch[1])) if all(batch) else None,
        ends=row["ends"],
        source=Source(f"{row['model']}: price of tokens", where, row["as_of"]),
    )


def _salary(row: dict[str, str]) -> Salary:
    what = f"{row['role']}, {row['country']}, {row['level']}: salary, n = {row['people']}"
    return Salary(
        role=row["role"],
        country=row["country"],
        level=row["level"],
        people=int(row["people"]),
        p25_usd=float(row["p25_usd"]),
        median_usd=float(row["median_usd"]),
        p75_usd=float(row["p75_usd"]),
        source=Source(what, row["source"], row["as_of"]),
    )


def _label_rate(row: dict[str, str]) -> LabelRate:
    source = Source(row["name"], row["source"], row["as_of"])
    return LabelRate(row["id"], row["task"], row["name"], float(row["usd_per_label"]), source)


def _serverless(row: dict[str, str]) -> ServerlessGpu:
    source = Source(f"{row['provider']} {row['gpu']}: price a second", row["source"], row["as_of"])
    return ServerlessGpu(
        row["provider"], row["gpu"], float(row["gpu_memory_gib"]), float(row["usd_per_second"]), source
    )
