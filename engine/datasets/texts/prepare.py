"""From a stored file to a data card, and to a data set: read, check, clean, split, store."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from engine.config import Settings
from engine.datasets.dataset import Dataset, Problem
from engine.datasets.store import Raw, find_prepared, save
from engine.datasets.table import write_parquet
from engine.datasets.texts.columns import Usual
from engine.datasets.texts.examine import Progress, draw_up_card, examine, opened
from engine.datasets.texts.options import TextCard, TextOptions
from engine.datasets.texts.split import test_part_id
from engine.messages import Message

__all__ = ["Progress", "Usual", "check", "prepare"]

ROWS = "SELECT * FROM rows ORDER BY source, row"


def check(
    raw: Raw,
    options: TextOptions,
    settings: Settings,
    *,
    usual: Usual,
    folder: Path | None = None,  # noqa: ARG001 - forms are called alike, and there is nothing to show beside the card
    progress: Progress | None = None,
    should_stop: Callable[[], bool] | None = None,
) -> TextCard:
    """Return the data card of `raw` under `options`, with suspected wrong labels; nothing is stored.

    Raises BadInput for a file that cannot be read or a column, mask or step that does not exist, Cancelled when asked.
    """
    with opened(raw, options, settings, usual, progress, should_stop) as work:
        examine(work, suspects=True)
        return draw_up_card(work)


def prepare(
    raw: Raw,
    options: TextOptions,
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
        examine(work, suspects="drop_suspects" in options.cleaning)
        work.problems += notes
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
            write_rows=lambda path: write_parquet(work.connection, ROWS, path, batch_rows=50_000),
        )
