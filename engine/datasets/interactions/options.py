"""Every choice between two uploads, interactions and items, and a data set."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, replace
from typing import Any, Literal

from engine.datasets.interactions.times import FORMATS
from engine.errors import BadInput
from engine.files import sha256_json

Split = Literal["auto", "time", "user_random"]
SPLITS: tuple[Split, ...] = ("auto", "time", "user_random")
TUPLES = ("cleaning", "fractions")


@dataclass(frozen=True)
class InteractionOptions:
    """Every choice between the bytes of an upload and a data set; with the raw id it makes the data set's id."""

    name: str
    """What people call the data set."""
    split_seed: int = 0
    """Seeds the random split."""
    fractions: tuple[float, float, float] = (0.65, 0.1, 0.25)
    """Shares of train, validation and test. Train and validation are 75 %, as in published tables. With a test file,
    test is that file and the first two share the rest."""
    test_raw_id: str = ""
    """The raw id of a separate test file; empty: a part is split off."""
    licence: str = ""
    """The licence of the data, as the user knows it; empty: unknown."""
    commercial_use: bool | None = None
    """Whether that licence allows commercial use; None: unknown."""
    synthetic: bool = False
    """Whether the data was generated; every screen then says so."""
    encoding: str = ""
    """How the bytes of the interactions become text; empty: detected. The other files' are always detected."""
    delimiter: str = ""
    """What separates columns of the interactions' CSV; empty: detected."""
    header: bool | None = None
    """Whether the first line of the interactions' CSV names the columns; None: detected."""
    user_column: str = ""
    """The column that says who; empty: detected, as the next ones."""
    item_column: str = ""
    rating_column: str = ""
    """How much the user liked it, a number."""
    weight_column: str = ""
    """How strongly the interaction counts, a number above 0: plays, pieces bought."""
    time_column: str = ""
    time_format: str = ""
    """How times are written, a key of `times.FORMATS`; empty: detected."""
    event_column: str = ""
    """What the user did: view, cart, purchase."""
    event_weights: dict[str, float] = field(default_factory=dict)
    """Event → how strongly it counts; 0 leaves its rows out. Events that are not named count as usual for their name
    (`names.USUAL_EVENT_WEIGHTS`), else 1."""
    min_rating: float | None = None
    """Rows rated below this are left out: they are not likes. None: every interaction counts, as in published
    tables."""
    items_raw_id: str = ""
    """The raw id of the items file; empty: items are known by their ids alone."""
    item_id_column: str = ""
    """The column of the items file that the interactions name items by; empty: detected, as the next ones."""
    title_column: str = ""
    text_column: str = ""
    category_column: str = ""
    cleaning: tuple[str, ...] = ()
    """Steps, in order: "ignore_times", "drop_duplicates", "drop_rare_users", "drop_rare_items"."""
    rare_below: int = 5
    """A user or an item with fewer interactions than this is rare."""
    split: Split = "auto"
    """"time": train before, validation and test after; "user_random": by lot, user by user; "auto": by time where
    there are times."""

    def __post_init__(self) -> None:
        if len(self.fractions) != 3 or min(self.fractions) <= 0 or abs(sum(self.fractions) - 1) > 1e-9:
            raise BadInput(
                "The shares of train, validation and test are {fractions}; give three shares above 0 that sum to 1.",
                fractions=", ".join(str(f) for f in self.fractions),
            )
        if self.split not in SPLITS:
            raise BadInput(
                "There is no split {split}; choose from: {choices}.", split=self.split, choices=", ".join(SPLITS)
            )
        if self.time_format and self.time_format not in FORMATS:
            raise BadInput(
                "There is no way of writing times called {format}; choose from: {choices}.",
                format=self.time_format,
                choices=", ".join(FORMATS),
            )
        for event, weight in self.event_weights.items():
            if not 0 <= weight < float("inf"):
                raise BadInput("The event {event} has the weight {weight}; give 0 or more.", event=event, weight=weight)

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> InteractionOptions:
        return cls(**{**data, **{k: tuple(data[k]) for k in TUPLES if k in data}})

    def dataset_id(self, raw_id: str) -> str:
        """Return the id of the data set these options make of `raw_id`: 64 hex digits. The name does not count."""
        return sha256_json({"raw_id": raw_id} | replace(self, name="").to_json())
