"""From a stored file to a data card, and to a data set: read, check, clean, split, store."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from engine.config import Settings
from engine.datasets.dataset import Dataset, Problem
from engine.datasets.store import Raw, has_dataset, open_dataset, rename_dataset, save
from engine.datasets.texts.columns import Usual
from engine.datasets.texts.examine import Progress, draw_up_card, examine, opened
from engine.datasets.texts.options import TextCard, TextOptions
from engine.datasets.texts.split import test_part_id
from engine.errors import BadInput
from engine.messages import Message

if TYPE_CHECKING:
    import duckdb

__all__ = ["Progress", "Usual", "check", "prepare"]


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
        if has_dataset(settings, dataset_id):
            stored = open_dataset(settings, dataset_id)
            return stored if stored.name == options.name else rename_dataset(stored, options.name)
        examine(work, suspects="drop_suspects" in options.cleaning)
        work.problems += notes
        card = draw_up_card(work)
        if card.blocked:
            raise BadInput(next(p.message for p in card.problems if p.level == "block"))
        work.phase(0.9, Message("Storing the data set"))
        return save(
            settings,
            raw_id=raw.id,
            options=work.options,
            task=task,
            labels=tuple(sorted(card.classes, key=_label_order)),
            test_id=test_part_id(work.connection),
            card=card,
            write_rows=lambda path: _write_rows(work.connection, path),
        )


def _write_rows(connection: duckdb.DuckDBPyConnection, path: Path) -> None:
    """Write the table `rows` as Parquet, a batch at a time."""
    import pyarrow.parquet as pq

    reader = connection.sql("SELECT * FROM rows ORDER BY source, row").to_arrow_reader(50_000)
    with pq.ParquetWriter(path, reader.schema, compression="zstd") as writer:
        for batch in reader:
            writer.write_batch(batch)


def _label_order(label: str) -> tuple[int, float, str]:
    """Order numbers by their value, before words by their letters."""
    try:
        return (0, float(label), label)
    except ValueError:
        return (1, 0.0, label)
