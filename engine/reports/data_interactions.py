"""What only the data card of interactions says."""

from __future__ import annotations

from engine.datasets.dataset import Dataset
from engine.datasets.interactions.card import InteractionCard
from engine.datasets.interactions.options import InteractionOptions
from engine.messages import Message
from engine.reports.markdown import Block, Bullets, Section, Table
from engine.reports.wording import listed

SPLITS = {
    "time": Message("Split by time: what came first is trained on, what came last is the test part."),
    "user_random": Message("Split at random, person by person, with seed {seed}."),
}


def summary(dataset: Dataset) -> Message:
    """Return how many people and items there are."""
    card = _card(dataset)
    return Message(
        "{name}: {rows} interactions of {users} people with {items} items.",
        name=dataset.name,
        rows=card.rows_used,
        users=card.users,
        items=card.items,
    )


def structure(dataset: Dataset) -> tuple[Block, ...]:
    """Return which column holds what."""
    card = _card(dataset)
    return (
        Bullets(
            (
                Message("Columns used: {columns}", columns=listed(f"{k}: {v}" for k, v in card.used_columns.items())),
                Message("Columns of the file: {columns}", columns=listed(card.columns)),
                Message("Columns of the items file: {columns}", columns=listed(card.item_columns) or Message("none")),
            )
        ),
    )


def sections(dataset: Dataset) -> list[Section]:
    """Return how the interactions are spread over people and items."""
    card = _card(dataset)
    spread: list[Block] = [
        Message(
            "Of all pairs of a person and an item, {density:.2%} occurred; the most popular tenth of the items has "
            "{top:.0%} of the interactions.",
            density=card.density,
            top=card.top_shares.get("10%", 0.0),
        ),
        Message(
            "People with few interactions: {users}; items nobody has touched: {items}.",
            users=card.cold_users,
            items=card.cold_items,
        ),
    ]
    if card.time_from:
        spread.append(Message("From {first} to {last} (UTC).", first=card.time_from, last=card.time_to))
    if card.categories:
        rows = tuple((name, items, count) for name, items, count in card.categories)
        spread.append(Table((Message("Category"), Message("Items"), Message("Interactions")), rows))
    return [Section(Message("Interactions"), tuple(spread))]


def creation(dataset: Dataset) -> tuple[Message, ...]:
    """Return how the interactions were split."""
    how = _card(dataset).split.split("+")[0]
    said = SPLITS.get(how)
    items = [Message(said.text, seed=dataset.options.split_seed)] if said else []
    options = dataset.options
    if isinstance(options, InteractionOptions) and options.min_rating is not None:
        items.append(Message("Only ratings of {rating} and above count.", rating=options.min_rating))
    return tuple(items)


def considerations(_dataset: Dataset) -> tuple[Message, ...]:
    """Return what to mind before training."""
    return (
        Message("What people were shown decides what they took: a model of it repeats what was shown before."),
        Message("Ids of people stand in the data set; replace them before you share it."),
    )


def _card(dataset: Dataset) -> InteractionCard:
    card = dataset.card
    assert isinstance(card, InteractionCard)
    return card
