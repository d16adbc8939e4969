"""From stored files of interactions and items to a card, and to a data set: read, check, clean, split, store."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from engine.config import Settings
from engine.datasets.dataset import Dataset, Problem, by_level
from engine.datasets.interactions import figures
from engine.datasets.interactions.card import InteractionCard
from engine.datasets.interactions.columns import Usual
from engine.datasets.interactions.examine import Progress, Work, examine, opened
from engine.datasets.interactions.options import InteractionOptions
from engine.datasets.interactions.split import test_part_id
from engine.datasets.interactions.write import write_tables
from engine.datasets.opened import count
from engine.datasets.raw import Raw
from engine.datasets.store import find_prepared, save
from engine.messages import Message


def check(
    raw: Raw,
    options: InteractionOptions,
    settings: Settings,
    *,
    usual: Usual,
    folder: Path | None = None,  # noqa: ARG001 - forms are called alike, and there is nothing to show beside the card
    progress: Progress | None = None,
    should_stop: Callable[[], bool] | None = None,
) -> InteractionCard:
    """Return the card of the interactions in `raw` under `options`; nothing is stored.

    Raises BadInput for a file that cannot be read or has too many rows, for a column or step that does not exist,
    Cancelled when asked.
    """
    with opened(raw, options, settings, usual, progress, should_stop) as work:
        examine(work)
        work.phase(0.9, Message("Drawing up the card"))
        return draw_up_card(work)


def prepare(
    raw: Raw,
    options: InteractionOptions,
    settings: Settings,
    *,
    usual: Usual,
    task: str,
    progress: Progress | None = None,
    should_stop: Callable[[], bool] | None = None,
    notes: tuple[Problem, ...] = (),
) -> Dataset:
    """Prepare and store the data set that `options` make of `raw`; return it, at once when it is there already.

    `notes` are put on its card.
    Raises what `check` raises, and BadInput with the problem's sentence when the card is blocked; Failure when the disk
    is full. Nothing half-written stays.
    """
    with opened(raw, options, settings, usual, progress, should_stop) as work:
        dataset_id = work.options.dataset_id(raw.id)
        if stored := find_prepared(settings, dataset_id, options.name):
            return stored
        examine(work)
        work.problems += notes
        work.phase(0.85, Message("Drawing up the card"))
        card = draw_up_card(work)
        card.refuse_blocked()
        work.phase(0.9, Message("Storing the data set"))
        return save(
            settings,
            raw_id=raw.id,
            options=work.options,
            task=task,
            test_id=test_part_id(work.connection),
            card=card,
            write_rows=lambda path: write_tables(work.connection, path.parent),
        )


def draw_up_card(work: Work) -> InteractionCard:
    """Return the card of the tables that `examine` made."""
    options, dialect, source = work.options, work.source.dialect, work.items_source
    card = InteractionCard(
        rows_read=work.read.rows,
        rows_used=0,
        problems=by_level(work.problems),
        licence=options.licence,
        commercial_use=options.commercial_use,
        synthetic=options.synthetic,
        steps=tuple(work.steps),
        labels_found=work.events,
        encoding=dialect.encoding.name if dialect else "",
        delimiter=dialect.delimiter if dialect else "",
        columns=work.source.columns,
        used_columns=work.found.columns,
        item_columns=source.columns if source else (),
        used_item_columns=work.items_found.columns,
        time_format=work.times.format,
    )
    return _with_figures(work, card) if work.ready else card


def _with_figures(work: Work, card: InteractionCard) -> InteractionCard:
    connection = work.connection
    users, items, pairs = (
        figures.counts(connection, "user"),
        figures.counts(connection, "item"),
        figures.pairs(connection),
    )
    used, (first, last) = int(users.sum()), figures.span(connection)
    return replace(
        card,
        rows_used=used,
        parts=figures.part_counts(connection) if work.split else {},
        split=work.split + ("+test_file" if work.split and work.options.test_raw_id else ""),
        samples=figures.samples(connection),
        users=len(users),
        items=len(items),
        items_listed=work.items.listed,
        density=pairs / (len(users) * len(items)) if pairs else 0.0,
        popularity=figures.popularity(items),
        top_shares={"1%": figures.top_share(items, 0.01), "10%": figures.top_share(items, 0.1)},
        per_user=figures.summary(users),
        per_item=figures.summary(items),
        user_histogram=figures.histogram(users),
        time_from=first,
        time_to=last,
        cold_users=int((users < work.options.rare_below).sum()),
        cold_items=count(connection, "(FROM listed WHERE code NOT IN (SELECT item FROM data))"),
        items_without_metadata=count(
            connection, "(SELECT DISTINCT item FROM data WHERE item NOT IN (SELECT code FROM listed))"
        ),
        ratings=figures.ratings(connection),
        events=figures.events(connection),
        duplicates=used - pairs,
        categories=figures.categories(connection),
    )
