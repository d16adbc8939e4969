"""What was found out about users, items and what happened between them."""

from __future__ import annotations

from dataclasses import dataclass, field

from engine.datasets.dataset import DataCard, Part


@dataclass(frozen=True, kw_only=True)
class InteractionCard(DataCard):
    """The card of interactions. Figures are of the rows used, after cleaning.

    `parts`: part → {"interactions", "users", "items", "new_users", "new_items"}; new: without an interaction in train.
    `samples`: {"row", "user", "item", "title", "rating", "time", "event"}. `labels_found`: event as it stands in the
    file → rows.
    """

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

    def part_rows(self, part: Part) -> int:
        return self.parts.get(part, {}).get("interactions", 0)
