"""Vendors whose answers to a run's own test part were brought in, as what could be bought instead of the run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from engine.analytics.catalogue import catalogue_of
from engine.analytics.costed import Costs
from engine.analytics.priced import or_none
from engine.config import Settings
from engine.economics import budget
from engine.economics.facts import HostedPrice
from engine.economics.hosted import Crossing, Vendor, vendor_per_1000
from engine.errors import BadInput
from engine.jobs.runs import open_run

if TYPE_CHECKING:
    import pandas as pd


def vendor_of(row: Mapping[Any, Any]) -> Vendor | None:
    """Return the vendor of a row of `queries.bought`; None where nobody said what its answers cost."""
    usd = or_none(row["usd_per_1000"])
    return None if usd is None else Vendor(str(row["run_id"]), str(row["label"]), usd, str(row["finished_at"])[:10])


def vendors(rows: pd.DataFrame) -> dict[str, Vendor]:
    """Return by id the vendors of `queries.bought` whose price is known, oldest first."""
    needed = rows[["run_id", "label", "usd_per_1000", "finished_at"]]  # a row has some sixty columns
    found = (vendor_of(row) for row in needed.to_dict("records"))
    return {vendor.id: vendor for vendor in found if vendor}


def offered(settings: Settings, name: str) -> HostedPrice | Vendor:
    """Return what could be bought by its name: a hosted model of the catalogue, or a vendor by the run of its answers.

    Raises NotFound where there is neither, and BadInput where nobody said what the vendor's answers cost.
    """
    known = catalogue_of(settings).hosted
    if name in known:
        return known[name]
    run = open_run(settings.workspace.runs, name)
    found = vendor_of(run.report() | {"run_id": run.run_id, "label": run.label})
    if found is None:
        raise BadInput("What {name} asks for 1,000 answers is not known.", name=run.label)
    return found


@dataclass(frozen=True)
class Beside:
    """What a vendor measured on a run's test part, and from which volume building is cheaper than buying there."""

    row: Mapping[Any, Any]
    """Of `queries.bought`: its quality, latency and price."""
    meeting: Crossing | None
    """None: its price is not known."""


def beside(found: Costs, rows: pd.DataFrame) -> list[Beside]:
    """Return every row of `queries.bought` beside the run of `found`; people who look after buying are the same."""
    made = []
    for row in rows.to_dict("records"):
        vendor = vendor_of(row)
        offer = budget.Buy(vendor_per_1000(vendor), found.buy.monthly) if vendor else None
        made.append(Beside(row, budget.meeting(found.build, offer) if offer else None))
    return made
