"""What was found out about users, items and what happened between them."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

from engine.datasets.dataset import Problem


@dataclass(frozen=True)
class InteractionCard:
    """What was found out about the interactions of one data set. Figures are of the rows used, after cleaning."""

    rows_read: int
    """Rows in the interactions file."""
    rows_used: int
    """Interactions left after cleaning."""
    problems: tuple[Problem, ...]
    licence: str
    commercial_use: bool | None
    synthetic: bool
    classes: dict[str, int] = field(default_factory=dict)
    """Empty: a ranking has no classes."""
    parts: dict[str, dict[str, int]] = field(default_factory=dict)
    """Part → {"interactions", "users", "items", "new_users", "new_items"}; new: without an interaction in train."""
    steps: tuple[dict[str, Any], ...] = ()
    """Cleaning steps as done: {"step", "rows_dropped"}."""
    samples: tuple[dict[str, Any], ...] = ()
    """A few interactions: {"row", "user", "item", "title", "rating", "time", "event"}."""
    labels_found: dict[str, int] = field(default_factory=dict)
    """Event as it stands in the file → rows; the two hundred most frequent."""
    encoding: str = ""
    delimiter: str = ""
    columns: tuple[str, ...] = ()
    """Of the interactions file."""
    used_columns: dict[str, str] = field(default_factory=dict)
    """What a column is taken for ("user", "item", "rating", "weight", "time", "event") → its name."""
    item_columns: tuple[str, ...] = ()
    """Of the items file; empty without one."""
    used_item_columns: dict[str, str] = field(default_factory=dict)
    """"id", "title", "text", "category" → the name of the column."""
    users: int = 0
    items: int = 0
    """Items with interactions."""
    items_listed: int = 0
    """Items of the items file."""
    density: float = 0.0
    """Different pairs of user and item among all that are possible, from 0 to 1."""
    popularity: tuple[tuple[float, float], ...] = ()
    """(share of the items, the most popular first; share of the interactions they have), both from 0 to 1."""
    top_shares: dict[str, float] = field(default_factory=dict)
    """"1%" and "10%" of the items, the most popular → their share of the interactions."""
    per_user: dict[str, float] = field(default_factory=dict)
    """min, p5, p25, p50, p75, p95, max, mean of interactions a user."""
    per_item: dict[str, float] = field(default_factory=dict)
    """The same of interactions an item that has any."""
    user_histogram: tuple[tuple[float, float, int], ...] = ()
    """(from, to, users) by interactions a user."""
    time_from: str = ""
    """The first interaction, UTC, ISO 8601; empty without times."""
    time_to: str = ""
    time_format: str = ""
    """How times were read, a key of `times.FORMATS`."""
    split: str = ""
    """How the parts were made: "time" or "user_random"; "test_file" is added where the test part is a file."""
    cold_users: int = 0
    """Users with fewer than `rare_below` interactions."""
    cold_items: int = 0
    """Items of the items file that nobody has touched."""
    items_without_metadata: int = 0
    """Items with interactions that the items file does not have."""
    ratings: dict[str, int] = field(default_factory=dict)
    """Rating → interactions, ascending; in ten bins when there are more than 20 different ones."""
    events: dict[str, dict[str, float]] = field(default_factory=dict)
    """Event → {"interactions", "weight"}, the most frequent first."""
    duplicates: int = 0
    """Interactions that repeat a pair of user and item."""
    categories: tuple[tuple[str, int, int], ...] = ()
    """(category, its items, their interactions), the twenty with most interactions."""

    @property
    def blocked(self) -> bool:
        """Whether training on this data makes no sense."""
        return any(problem.level == "block" for problem in self.problems)

    def to_json(self) -> dict[str, Any]:
        return {"schema_version": 1, **asdict(self), "problems": [p.to_json() for p in self.problems]}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> InteractionCard:
        known = {k: v for k, v in data.items() if k != "schema_version"}
        rows = ("popularity", "user_histogram", "categories")
        flat = ("steps", "samples", "columns", "item_columns")
        return cls(
            **{
                **known,
                "problems": tuple(Problem.from_json(p) for p in data["problems"]),
                **{k: tuple(tuple(row) for row in data[k]) for k in rows if k in data},
                **{k: tuple(data[k]) for k in flat if k in data},
            }
        )
