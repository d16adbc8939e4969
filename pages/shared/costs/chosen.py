"""What was chosen about costs, put together once for every page that asks for it."""

from __future__ import annotations

from engine.analytics.costed import Choices
from engine.economics.catalog import Instance, Region
from engine.economics.facts import HostedPrice
from engine.economics.hosted import Tokens, Vendor
from engine.economics.labels import Labelling
from engine.economics.people import Role
from engine.economics.programme import Programme
from pages.shared import address
from pages.shared.costs.inputs import Operation

CARRIED = (
    "scenario", "instance", "region", "busy", "n", "p95", "day", "growth", "months", "customers", "headroom", "fewest",
    "scaled", "spot", "hosted", "batch", "text", "prompt", "answer", "role", "country", "level", "build", "buy",
    "hiring", "retrain", "tries", "failed", "labeller", "answers", "review", "look", "labels",
)  # fmt: skip
"""Parameters of the address that the fields about costs write, wherever they are drawn."""
Roles = tuple[Role, ...]


def choices(
    instance: Instance,
    region: Region,
    operation: Operation,
    programme: Programme,
    *,
    bought: tuple[HostedPrice | Vendor, bool],
    tokens: Tokens,
    labels: tuple[Labelling | None, float],
    people: tuple[Roles, Roles] = ((), ()),
) -> Choices:
    """Return the choices that the fields made.

    `bought` is a hosted model or a vendor and whether its answers may take a day; `people` are those who build and
    those who buy; `labels` is what one costs, None where nobody knows, and how many are bought a month.
    """
    return Choices(
        instance=instance, region=region, load=operation.load, objective=operation.objective,
        customers=operation.customers, programme=programme, hosted=bought[0], batch=bought[1], tokens=tokens,
        scaled=operation.scaled, spot=operation.spot, builders=people[0], buyers=people[1], labelling=labels[0],
        labels_a_month=labels[1],
    )  # fmt: skip


def carried() -> dict[str, str]:
    """Return the choices about costs as the address has them, for a link to another page that asks for them."""
    return address.recall_some(*CARRIED)
