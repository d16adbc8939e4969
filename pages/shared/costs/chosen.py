"""What was chosen about costs, put together once for every page that asks for it."""

from __future__ import annotations

from engine.analytics.costed import Choices
from engine.economics.catalog import Instance, Region
from engine.economics.facts import HostedPrice
from engine.economics.hosted import Tokens, Vendor
from engine.economics.labels import Labelling
from engine.economics.people import Role
from engine.economics.programme import Programme
from pages.shared.costs.inputs import Operation

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
