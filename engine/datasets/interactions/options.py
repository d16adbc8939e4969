"""Every choice between two uploads, interactions and items, and a data set."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from engine.datasets.dataset import Options
from engine.datasets.interactions.times import FORMATS
from engine.errors import BadInput

Split = Literal["auto", "time", "user_random"]
SPLITS: tuple[Split, ...] = ("auto", "time", "user_random")


@dataclass(frozen=True, kw_only=True)
class InteractionOptions(Options):
    """The choices for interactions of users with items, and a list of the items."""

    fractions: tuple[float, float, float] = (0.65, 0.1, 0.25)
    """Shares of train, validation and test. Train and validation are 75 %, as in published tables. With a test file,
    test is that file and the first two share the rest."""
    encoding: str = ""
    """How the bytes of the interactions become text; empty: detected. The other files' are always detected."""
    delimiter: str = ""
    """What separates columns of the interactions' CSV; empty: detected."""
    header: bool | None = None
    """Whether the first line of the interactions' CSV names the columns; None: detected."""
    user_column: str = ""
    """The column that says who; empty: detected, as the next ones. Of those after the item, "-" means none."""
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
    min_rating: float = 0.0
    """Rows rated below this, or not rated, are left out: they are not likes. 0: every interaction counts, as in
    published tables."""
    items_raw_id: str = ""
    """The raw id of the items file; empty: items are known by their ids alone."""
    item_id_column: str = ""
    """The column of the items file that the interactions name items by; empty: detected, as the next ones."""
    title_column: str = ""
    text_column: str = ""
    category_column: str = ""
    rare_below: int = 5
    """A user or an item with fewer interactions than this is rare."""
    split: Split = "auto"
    """"time": train before, validation and test after; "user_random": by lot, user by user; "auto": by time where
    there are times."""

    def __post_init__(self) -> None:
        super().__post_init__()
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
        object.__setattr__(self, "event_weights", {e: _weight(e, w) for e, w in self.event_weights.items()})


def _weight(event: str, given: float | str) -> float:
    """Return how strongly an event counts, which the command line gives as text."""
    try:
        weight = float(given)
    except ValueError:
        weight = -1.0
    if not 0 <= weight < float("inf"):
        raise BadInput("The event {event} has the weight {weight}; give a number from 0 up.", event=event, weight=given)
    return weight
