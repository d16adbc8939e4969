"""Figures and rows that people enter over the catalogue's, each with its source: `catalog.csv` in the workspace.

One row a figure: what it is (`FIELDS`), the id of the catalogue's row, its values, where they come from, and when they
held. The catalogue itself is never changed, so that a figure can be taken back.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from engine.config import Settings
from engine.economics.catalog import regions
from engine.economics.figure import Source, above_zero
from engine.errors import BadInput
from engine.files import write_text
from engine.messages import Message


@dataclass(frozen=True)
class Quantity:
    """One value that can be entered: always above 0."""

    title: Message
    most: float
    least: float = 0.0
    whole: bool = False


PRICE = Quantity(Message("The price an hour"), 1e5)
FIELDS: dict[str, tuple[Quantity, ...]] = {
    "instance": (PRICE,),
    "machine": (
        Quantity(Message("The number of vCPUs"), 10_000, 1, whole=True),
        Quantity(Message("The memory (GiB)"), 1e6),
        PRICE,
    ),
    "hosted": (
        Quantity(Message("The price of a million input tokens"), 1e6),
        Quantity(Message("The price of a million output tokens"), 1e6),
    ),
    "grid": (
        Quantity(Message("The lowest gCO2e per kWh"), 5000),
        Quantity(Message("The likely gCO2e per kWh"), 5000),
        Quantity(Message("The highest gCO2e per kWh"), 5000),
    ),
    "pue": (Quantity(Message("The PUE"), 10, 1),),
    "salary": (Quantity(Message("The salary"), 1e8),),
    "employer": (Quantity(Message("The employer's factor"), 100, 1),),
    "label": (Quantity(Message("The price of a label"), 1e6),),
}
"""What can be entered, and the values each has. A machine, a hosted model or a grid of a new id is a new row."""
NEW = ("machine", "hosted", "grid")
COLUMNS = ("what", "id", "values", "source", "as_of")
NAME = re.compile(r"[^,;|\x00-\x1f]{1,80}")


@dataclass(frozen=True)
class OwnFact:
    """A figure or row that somebody entered. Raises BadInput naming the field at fault."""

    what: str
    """A key of `FIELDS`."""
    id: str
    """Of the row: an instance, a model, a region, role/country/level, a country, a task."""
    values: tuple[float, ...]
    where: str
    """A web address, an offer, a contract."""
    as_of: str

    def __post_init__(self) -> None:
        if len(FIELDS.get(self.what, ())) != len(self.values) or not self.values:
            raise BadInput("{what} is no figure of the catalogue; choose one of {known}.",
                           what=self.what, known=", ".join(FIELDS))  # fmt: skip
        if found := faults(self.what, self.id, self.values, self.where):
            first = next(iter(found.values()))
            raise BadInput(first.text, **first.values)

    @property
    def source(self) -> Source:
        return Source(self.id, self.where, self.as_of)


def faults(what: str, row_id: str, values: Sequence[float], where: str, when: date | None = None) -> dict[str, Message]:
    """Return what is wrong with an entry, by field: "id", the position of a value ("0", "1", …), "where", "when".

    `when` it held is asked of what is being entered, not of what was kept: a clock that was set back spoils no file.
    """
    found: dict[str, Message] = {}
    if not NAME.fullmatch(row_id.strip("/ ")):
        found["id"] = Message("The name is empty, longer than 80 characters, or has a comma, a semicolon or a bar "
                              "in it; give another one.")  # fmt: skip
    for i, (quantity, value) in enumerate(zip(FIELDS[what], values, strict=True)):
        if (fault := _fault(quantity, value)) is not None:
            found[str(i)] = fault
    if what == "grid" and not found and not values[0] <= values[1] <= values[2]:
        found["1"] = Message(
            "The likely {n} gCO2e per kWh is not between the lowest, {low}, and the highest, {high}; correct one.",
            n=values[1], low=values[0], high=values[2],
        )  # fmt: skip
    if not where.strip():
        found["where"] = Message("The figure has no source; say where it comes from, a web address or an offer.")
    if when is not None and when > date.today():
        found["when"] = Message("{date} is still to come; give the day on which the figure held.", date=str(when))
    return found


def _fault(quantity: Quantity, value: float) -> Message | None:
    try:
        above_zero(quantity.title, value)
    except BadInput as error:
        return error.message
    if value > quantity.most and not quantity.least:
        return Message("{field} is {n}; give a number above 0 and up to {high}.", field=quantity.title, n=value,
                       high=quantity.most)  # fmt: skip
    if not quantity.least <= value <= quantity.most:
        return Message("{field} is {n}; give a number from {low} to {high}.", field=quantity.title, n=value,
                       low=quantity.least, high=quantity.most)  # fmt: skip
    if quantity.whole and value != round(value):
        return Message("{field} is {n}; give a whole number.", field=quantity.title, n=value)
    return None


Own = dict[tuple[str, str], OwnFact]


def own_facts(settings: Settings) -> Own:
    """Return what was entered in this workspace, by (what, id). Raises BadInput for a file that was spoilt by hand."""
    path = _file(settings)
    if not path.exists():
        return {}
    with path.open(encoding="utf-8", newline="") as file:
        return {(f.what, f.id): f for f in (_fact(row, path) for row in csv.DictReader(file))}


def enter(settings: Settings, *facts: OwnFact) -> None:
    """Keep `facts`, each in place of an older one of the same row."""
    _write(settings, own_facts(settings) | {(fact.what, fact.id): fact for fact in facts})


def take_back(settings: Settings, what: str, row_id: str) -> None:
    """Forget what was entered for a row: the catalogue's figure holds again, a row of one's own is gone.

    A new region goes with the PUE that was entered for it. Raises BadInput for a row on which something else rests.
    """
    facts = own_facts(settings)
    gone = {(what, row_id)}
    if what == "machine" and settings.instance == row_id:
        raise BadInput("The settings compute prices for {name}; choose another machine there first.", name=row_id)
    if what in {"grid", "pue"} and row_id not in regions():
        _refuse_lived_in(row_id, facts)
        gone |= {("grid", row_id), ("pue", row_id)}
    _write(settings, {k: f for k, f in facts.items() if k not in gone})


def _refuse_lived_in(region_id: str, facts: Own) -> None:
    """Raise BadInput when a machine of one's own stands in a region of one's own."""
    for what, name in facts:
        if what == "machine" and name.rpartition("/")[0] == region_id:
            raise BadInput("The machine {name} stands in {region}; remove it first.", name=name, region=region_id)


def _file(settings: Settings) -> Path:
    return settings.workspace.home / "catalog.csv"


def _write(settings: Settings, facts: Own) -> None:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for fact in facts.values():
        writer.writerow([fact.what, fact.id, ";".join(map(repr, fact.values)), fact.where, fact.as_of])
    write_text(_file(settings), text.getvalue())


def _fact(row: dict[str, str], path: Path) -> OwnFact:
    try:
        values = tuple(float(v) for v in row["values"].split(";"))
        return OwnFact(row["what"], row["id"], values, row["source"], row["as_of"])
    except (KeyError, ValueError, AttributeError) as error:
        raise BadInput(
            "{path} has a row that is no figure of the catalogue; correct it or delete the file.", path=path.name
        ) from error
