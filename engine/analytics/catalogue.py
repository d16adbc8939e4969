"""The catalogue as one workspace knows it: the published rows, with its own laid over them and its new ones added.

Pages, commands and reports ask here, so that a figure of one's own counts everywhere or nowhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from types import MappingProxyType

from engine.analytics.own_facts import OwnFact, own_facts
from engine.config import Settings
from engine.economics import catalog, facts, own_rows
from engine.economics.catalog import Instance, Region
from engine.economics.facts import HostedPrice, Salary
from engine.economics.figure import Source
from engine.errors import BadInput
from engine.messages import Message


@dataclass(frozen=True)
class Catalogue:
    """Facts with sources and dates. Two with the same rows of one's own are the same."""

    own: tuple[OwnFact, ...]
    """What people entered."""
    instances: Mapping[str, Instance] = field(compare=False)
    regions: Mapping[str, Region] = field(compare=False)
    hosted: Mapping[str, HostedPrice] = field(compare=False)

    def entered(self, what: str, row_id: str) -> OwnFact | None:
        """Return what people entered for a row, or None."""
        return next((f for f in self.own if (f.what, f.id) == (what, row_id)), None)

    def is_new(self, what: str, row_id: str) -> bool:
        """Return whether a row that people entered is published nowhere."""
        if what in {"grid", "pue"}:
            return row_id not in catalog.regions()
        return what == "machine" or (what == "hosted" and row_id not in facts.hosted_prices())

    def refuses(self, what: str, row_id: str) -> Message | None:
        """Return why a machine, hosted model or region (kind "grid") of a new name cannot be added, or None."""
        there: Mapping[str, object] = {"machine": self.instances, "hosted": self.hosted, "grid": self.regions}[what]
        if row_id in there:
            return Message("There is {name} already; choose it and enter your own figure in its place.", name=row_id)
        if what == "machine" and row_id.rpartition("/")[0] not in self.regions:
            return Message("The name of a machine has no slash; leave it out.")
        return None

    def instance(self, instance_id: str) -> Instance:
        """Return a machine. Raises NotFound, naming the nearest ones."""
        return catalog.instance(instance_id, self.instances)

    def region(self, region_id: str) -> Region:
        """Return a region. Raises NotFound, naming the nearest ones."""
        return catalog.region(region_id, self.regions)

    def regions_of(self, machines: Iterable[Instance]) -> dict[str, Region]:
        """Return the regions of some machines by id. Raises NotFound for one that has no factors."""
        return {machine.region_id: self.region(machine.region_id) for machine in machines}

    def hosted_price(self, model: str) -> HostedPrice:
        """Return what a hosted model costs. Raises NotFound, naming the nearest ones."""
        return facts.hosted_price(model, self.hosted)

    def salary(self, role: str, country: str, level: str) -> Salary:
        """Return what a role is paid. Raises NotFound where nobody has published or entered it."""
        mine = self.entered("salary", f"{role}/{country}/{level}")
        if mine is None:
            return facts.salary(role, country, level)
        return own_rows.own_salary(role, country, level, mine.values[0], mine.source)

    def employer_factor(self, country: str) -> tuple[float, Source] | None:
        """Return what an employer pays for each USD of salary and who says so; None where nobody does."""
        mine = self.entered("employer", country)
        return (mine.values[0], mine.source) if mine else facts.employer_factors().get(country)

    def label_price(self, task: str) -> tuple[float, Source] | None:
        """Return the price of a label that people entered for a task, and its source; None: they did not."""
        mine = self.entered("label", task)
        return (mine.values[0], mine.source) if mine else None


def catalogue_of(settings: Settings) -> Catalogue:
    """Return the catalogue of a workspace. Raises BadInput for a file of own figures that was spoilt by hand."""
    return laid_over(tuple(own_facts(settings).values()))


@lru_cache(maxsize=8)
def laid_over(own: tuple[OwnFact, ...]) -> Catalogue:
    """Return the published catalogue with `own` laid over it."""
    regions = _regions(own)
    return Catalogue(
        own=own,
        instances=MappingProxyType(_instances(own, regions)),
        regions=MappingProxyType(regions),
        hosted=MappingProxyType(_hosted(own)),
    )


def _instances(own: tuple[OwnFact, ...], regions: Mapping[str, Region]) -> dict[str, Instance]:
    found = dict(catalog.instances())
    for fact in own:
        if fact.what == "instance" and fact.id in found:
            found[fact.id] = own_rows.own_instance_price(found[fact.id], fact.values[0], fact.source)
        if fact.what == "machine":
            made = own_rows.own_machine(fact.id, fact.values, fact.source)
            if made.region_id not in regions:
                raise BadInput("{name} in catalog.csv stands in {region}, which has no grid there and in no published "
                               "row; add it or take the machine out.", name=fact.id, region=made.region_id)  # fmt: skip
            found[fact.id] = made
    return found


def _regions(own: tuple[OwnFact, ...]) -> dict[str, Region]:
    found = dict(catalog.regions())
    grids = {f.id: own_rows.own_grid(f.values, f.source) for f in own if f.what == "grid"}
    pues = {f.id: own_rows.own_pue(f.values[0], f.source) for f in own if f.what == "pue"}
    for name in grids | pues:
        if name in found:
            here = found[name]
            found[name] = replace(here, grid=grids.get(name, here.grid), pue=pues.get(name, here.pue))
        elif name in grids and name in pues:
            found[name] = own_rows.own_region(name, grids[name], pues[name])
        else:
            raise BadInput("{region} in catalog.csv is a new region and needs both a grid and a PUE; add the other one "
                           "or take it out.", region=name)  # fmt: skip
    return found


def _hosted(own: tuple[OwnFact, ...]) -> dict[str, HostedPrice]:
    found = dict(facts.hosted_prices())
    for fact in own:
        if fact.what == "hosted" and fact.id in found:
            found[fact.id] = own_rows.own_hosted_price(found[fact.id], fact.values[0], fact.values[1], fact.source)
        elif fact.what == "hosted":
            found[fact.id] = own_rows.own_hosted_model(fact.id, fact.values[0], fact.values[1], fact.source)
    return found
