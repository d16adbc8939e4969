"""The work on one file: make its tables, note every problem on the way, and draw up the card."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.config import Settings
from engine.datasets.dataset import Problem, by_level
from engine.datasets.licence import licence_problems
from engine.datasets.store import Raw, open_raw
from engine.datasets.table import bounded, database
from engine.datasets.texts import card as figures
from engine.datasets.texts.clean import check_steps, clean, look_for_suspects
from engine.datasets.texts.columns import Usual
from engine.datasets.texts.findings import personal_problems, repetition_problems, suspect_problems
from engine.datasets.texts.load import Loaded, Source, load, make_data, open_source
from engine.datasets.texts.near import group_near_duplicates
from engine.datasets.texts.options import TextCard, TextOptions
from engine.datasets.texts.personal import KINDS
from engine.datasets.texts.problems import (
    MIN_ROWS,
    class_problems,
    language_problems,
    missing_columns,
    reading_problems,
)
from engine.datasets.texts.split import collect, drop_what_the_test_file_has, split
from engine.errors import BadInput, Cancelled
from engine.messages import Message

if TYPE_CHECKING:
    import duckdb

Progress = Callable[[float, Message], None]
"""Called with the fraction done and the name of the phase."""


@dataclass
class Work:
    """What is found while the tables are made; the tables themselves are in the connection."""

    connection: duckdb.DuckDBPyConnection
    folder: Path
    options: TextOptions
    usual: Usual
    settings: Settings
    source: Source
    say: Progress
    should_stop: Callable[[], bool]
    loaded: Loaded = field(default_factory=lambda: Loaded(0))
    problems: list[Problem] = field(default_factory=list)
    steps: list[dict[str, Any]] = field(default_factory=list)
    labels_found: dict[str, int] = field(default_factory=dict)
    languages: dict[str, float] = field(default_factory=dict)
    has_parts: bool = False
    """Whether the table `rows` was made."""

    def phase(self, fraction: float, phase: Message) -> None:
        if self.should_stop():
            raise Cancelled("Preparing the data was cancelled.")
        self.say(fraction, phase)


@contextmanager
def opened(
    raw: Raw,
    options: TextOptions,
    settings: Settings,
    usual: Usual,
    progress: Progress | None,
    should_stop: Callable[[], bool] | None,
) -> Iterator[Work]:
    """Yield the work on `raw` with its columns told and the options complete."""
    check_steps(options.cleaning)
    for kind in options.masks:
        if kind not in KINDS:
            raise BadInput("There is no mask {mask}; choose from: {choices}.", mask=kind, choices=", ".join(KINDS))
    with (
        tempfile.TemporaryDirectory(dir=settings.workspace.tmp, prefix="prepare-") as name,
        database(Path(name)) as connection,
    ):
        source = open_source(connection, raw, options, usual, Path(name))
        say, stop = progress or (lambda _fraction, _phase: None), should_stop or (lambda: False)
        with bounded():
            yield Work(connection, Path(name), source.resolve(options), usual, settings, source, say, stop)


def examine(work: Work, *, suspects: bool) -> None:
    """Make the tables `file`, `data`, `test` and `rows`, and note every problem on the way."""
    work.problems += [*missing_columns(work.source), *licence_problems(work.options)]
    if not (work.source.text and work.source.label):
        return
    connection, options = work.connection, work.options
    work.phase(0.02, Message("Reading the file"))
    work.loaded = load(connection, work.source, work.folder, max_rows=work.settings.data_sample_rows)
    work.problems += reading_problems(connection, work.loaded, options)
    work.labels_found = figures.labels_found(connection)
    work.phase(0.2, Message("Looking for personal data"))
    make_data(connection, "data", options.label_map, options.masks)
    work.problems += personal_problems(connection)
    work.languages = figures.language_shares(connection)
    work.problems += language_problems(work.languages)
    work.phase(0.35, Message("Looking for duplicates"))
    group_near_duplicates(connection)
    work.problems += repetition_problems(connection, options)
    if suspects:
        work.phase(0.55, Message("Looking for wrong labels"))
        found, sampled = look_for_suspects(connection, work.should_stop)
        work.problems += suspect_problems(found, options, sampled=sampled)
    _clean_and_split(work)


def _clean_and_split(work: Work) -> None:
    connection, options = work.connection, work.options
    work.phase(0.75, Message("Cleaning and splitting"))
    work.steps = clean(connection, options.cleaning)
    test_file = bool(options.test_raw_id)
    if test_file and not _read_test_file(work):
        return
    classes, parts = figures.class_counts(connection, "data"), 2 if test_file else 3
    blocks = class_problems(classes, figures.group_counts(connection), parts=parts)
    work.problems += blocks
    if classes and not any(p.level == "block" for p in blocks):
        split(connection, options.fractions, options.split_seed, test_file=test_file)
        collect(connection, test_file=test_file)
        work.has_parts = True


def _read_test_file(work: Work) -> bool:
    """Make the table `test`, and take out of `data` what stands there too; return whether anything is left to train."""
    connection, options = work.connection, work.options
    raw = open_raw(work.settings, options.test_raw_id)
    given = replace(options, encoding="", delimiter="", header=None)
    source = open_source(connection, raw, given, work.usual, work.folder)
    loaded = load(connection, source, work.folder, max_rows=work.settings.data_sample_rows)
    make_data(connection, "test", options.label_map, options.masks)
    rows, known = figures.class_counts(connection, "test"), figures.class_counts(connection, "data")
    work.problems += _test_file_problems(raw.filename, rows, known, loaded)
    shared = drop_what_the_test_file_has(connection)
    work.steps.append({"step": "drop_rows_of_the_test_file", "rows_dropped": shared})
    left = sum(figures.class_counts(connection, "data").values())
    if sum(known.values()) >= MIN_ROWS > left:
        message = Message(
            "Rows of the data that also stand in the test file {filename}: {count}; those that are left are too few to "
            "train on: {left}. Give a test file of other rows, or none.",
            filename=raw.filename,
            count=shared,
            left=left,
        )
        work.problems.append(Problem("block", "test_file_has_the_data", message, count=shared))
        return False
    if shared:
        message = Message(
            "Rows that also stand in the test file: {count}; they are left out of training.", count=shared
        )
        work.problems.append(Problem("note", "rows_of_the_test_file", message, count=shared))
    return True


def _test_file_problems(filename: str, rows: dict[str, int], known: dict[str, int], loaded: Loaded) -> list[Problem]:
    found = []
    if not rows:
        message = Message("The test file {filename} has no row with a text and a label.", filename=filename)
        found.append(Problem("block", "empty_test_file", message))
    if strange := sorted(set(rows) - set(known)):
        message = Message(
            "The test file {filename} has labels that the data has not: {labels}; map them or correct the file.",
            filename=filename,
            labels=", ".join(strange[:10]),
        )
        found.append(Problem("block", "strange_test_labels", message, count=len(strange)))
    if left_out := loaded.rows_read - sum(rows.values()):
        message = Message("Rows of the test file that cannot be used: {count}; they are left out.", count=left_out)
        found.append(Problem("warn", "test_rows_left_out", message, count=left_out))
    return found


def draw_up_card(work: Work) -> TextCard:
    connection, options, ready = work.connection, work.options, bool(work.source.text and work.source.label)
    classes = figures.class_counts(connection, "data") if ready else {}
    summary, histogram = figures.lengths(connection) if ready else ({}, ())
    return TextCard(
        rows_read=work.loaded.rows_read,
        rows_used=sum(classes.values()),
        encoding=options.encoding,
        delimiter=options.delimiter,
        columns=work.source.opened.columns,
        text_column=work.source.text,
        label_column=work.source.label,
        classes=dict(list(classes.items())[: figures.KEPT_CLASSES]),
        length_words=summary,
        length_histogram=histogram,
        languages=work.languages,
        problems=by_level(work.problems),
        licence=options.licence,
        commercial_use=options.commercial_use,
        synthetic=options.synthetic,
        parts=figures.part_counts(connection) if work.has_parts else {},
        steps=tuple(work.steps),
        samples=figures.samples(connection) if ready else (),
        labels_found=work.labels_found,
    )
