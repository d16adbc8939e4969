"""From a stored upload of pictures to a data card, and to a data set."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

from engine.config import Settings
from engine.datasets.dataset import Dataset, Problem
from engine.datasets.images.card import ImageCard
from engine.datasets.images.examine import draw_up_card, examine
from engine.datasets.images.item import SLICES
from engine.datasets.images.open import PICTURES
from engine.datasets.images.options import ImageOptions
from engine.datasets.images.scan import Progress, Row
from engine.datasets.images.work import Work
from engine.datasets.raw import Raw
from engine.datasets.store import find_prepared, save
from engine.files import disk_failure
from engine.messages import Message

TASK = "image_classification"


def check(
    raw: Raw,
    options: ImageOptions,
    settings: Settings,
    *,
    folder: Path | None = None,
    progress: Progress | None = None,
    should_stop: Callable[[], bool] | None = None,
    usual: object = None,  # noqa: ARG001 - forms are called alike, and pictures have no usual columns
) -> ImageCard:
    """Return the data card of `raw` under `options`; nothing is stored but the card's samples, in `folder` if given.

    Raises BadInput for a file that cannot be read, Cancelled when asked.
    """
    with _opened(raw, options, settings, None, progress, should_stop) as work:
        examine(work)
        return draw_up_card(work, folder)


def prepare(
    raw: Raw,
    options: ImageOptions,
    settings: Settings,
    *,
    task: str = TASK,
    progress: Progress | None = None,
    should_stop: Callable[[], bool] | None = None,
    notes: tuple[Problem, ...] = (),
    usual: object = None,  # noqa: ARG001 - forms are called alike, and pictures have no usual columns
) -> Dataset:
    """Prepare and store the data set that `options` make of `raw`; return it, at once when it is there already.

    `notes` are put on its card. Raises what `check` raises, and BadInput with the problem's sentence when the card is
    blocked; Failure when the disk is full. Nothing half-written stays.
    """
    dataset_id = options.dataset_id(raw.id)
    if stored := find_prepared(settings, dataset_id, options.name):
        return stored
    with (
        tempfile.TemporaryFile(dir=settings.workspace.tmp) as spool,
        _opened(raw, options, settings, spool, progress, should_stop) as work,
    ):
        examine(work)
        work.problems += notes
        card = draw_up_card(work, None)
        card.refuse_blocked()
        work.phase(0.95, Message("Storing the data set"))
        return _store(work, spool, task, card)


@contextmanager
def _opened(
    raw: Raw,
    options: ImageOptions,
    settings: Settings,
    spool: BinaryIO | None,
    progress: Progress | None,
    should_stop: Callable[[], bool] | None,
) -> Iterator[Work]:
    say, stop = progress or (lambda _fraction, _phase: None), should_stop or (lambda: False)
    try:
        yield Work(raw, options, settings, spool, say, stop)
    except OSError as error:
        raise disk_failure(error, settings.workspace.tmp) from error


def _store(work: Work, spool: BinaryIO, task: str, card: ImageCard) -> Dataset:
    def write(rows: Path) -> None:
        _write_rows(work, spool, rows)
        draw_up_card(work, rows.parent)

    return save(
        work.settings,
        raw_id=work.raw.id,
        options=work.options,
        task=task,
        test_id=_test_id(work),
        card=card,
        write_rows=write,
    )


def _write_rows(work: Work, spool: BinaryIO, path: Path) -> None:
    """Write rows.parquet to `path` and, in its order, the pictures of its rows beside it."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    rows = work.found.rows
    places = sorted(work.parts, key=lambda p: (rows[p].source, rows[p].row, p))
    used = [rows[p] for p in places]
    offsets = _write_pictures(spool, used, path.parent / PICTURES)
    columns: dict[str, Any] = {
        name: [getattr(r, name) for r in used]
        for name in ("row", "source", "name", "label", "patient", "width", "height", "bits", "size")
    }
    columns |= {name: [r.slices.get(name, "") for r in used] for name in SLICES}
    columns |= {"part": [work.parts[p] for p in places], "offset": offsets}
    pq.write_table(pa.table(columns), path, compression="zstd")


def _write_pictures(spool: BinaryIO, rows: list[Row], path: Path) -> list[int]:
    """Copy the pictures of `rows` from where they were written aside; return where each one starts."""
    offset, offsets = 0, []
    with path.open("wb") as target:
        for row in rows:
            spool.seek(row.offset)
            offsets.append(offset)
            offset += target.write(spool.read(row.size))
    return offsets


def _test_id(work: Work) -> str:
    """Return the SHA-256 of the test part's pictures and labels, whatever their order: 64 hex digits."""
    rows = [work.found.rows[p] for p, part in work.parts.items() if part == "test"]
    return hashlib.sha256("\n".join(sorted(f"{r.digest}\x1f{r.label}" for r in rows)).encode()).hexdigest()
