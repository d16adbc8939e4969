"""Figures that people enter over the catalogue's, each with its source: `catalog.csv` in the workspace.

One row a figure: what it is (`FIELDS`), the id of the catalogue's row, its values, where they come from, and when they
held. The catalogue itself is never changed, so that a figure can be taken back.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from pathlib import Path

from engine.config import Settings
from engine.economics.figure import Source, above_zero
from engine.errors import BadInput
from engine.files import write_text
from engine.messages import Message

FIELDS: dict[str, tuple[Message, ...]] = {
    "instance": (Message("The price an hour"),),
    "hosted": (Message("The price of a million input tokens"), Message("The price of a million output tokens")),
    "salary": (Message("The salary"),),
    "employer": (Message("The employer's factor"),),
    "label": (Message("The price of a label"),),
}
"""What can be entered, and the values each has."""
COLUMNS = ("what", "id", "values", "source", "as_of")


@dataclass(frozen=True)
class OwnFact:
    """A figure that somebody entered. Raises BadInput naming the field at fault."""

    what: str
    """A key of `FIELDS`."""
    id: str
    """Of the catalogue's row: an instance, a model, role/country/level, a country, a task."""
    values: tuple[float, ...]
    where: str
    """A web address, an offer, a contract."""
    as_of: str

    def __post_init__(self) -> None:
        fields = FIELDS.get(self.what, ())
        if not fields or len(fields) != len(self.values):
            raise BadInput("{what} is no figure of the catalogue; choose one of {known}.",
                           what=self.what, known=", ".join(FIELDS))  # fmt: skip
        for field, value in zip(fields, self.values, strict=True):
            above_zero(field, value)
        if not self.where.strip():
            raise BadInput("The figure has no source; say where it comes from, a web address or an offer.")

    @property
    def source(self) -> Source:
        return Source(self.id, self.where, self.as_of)


Own = dict[tuple[str, str], OwnFact]


def own_facts(settings: Settings) -> Own:
    """Return what was entered in this workspace, by (what, id). Raises BadInput for a file that was spoilt by hand."""
    path = _file(settings)
    if not path.exists():
        return {}
    with path.open(encoding="utf-8", newline="") as file:
        return {(f.what, f.id): f for f in (_fact(row, path) for row in csv.DictReader(file))}


def enter(settings: Settings, fact: OwnFact) -> None:
    """Keep `fact`, in place of an older one of the same row."""
    _write(settings, own_facts(settings) | {(fact.what, fact.id): fact})


def take_back(settings: Settings, what: str, row_id: str) -> None:
    """Forget what was entered for a row; the catalogue's figure holds again."""
    _write(settings, {k: f for k, f in own_facts(settings).items() if k != (what, row_id)})


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
