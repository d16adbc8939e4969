"""The work on the files of one data set: make its tables, note every problem on the way."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.config import Settings
from engine.datasets.dataset import Problem
from engine.datasets.interactions import findings
from engine.datasets.interactions import problems as say
from engine.datasets.interactions.clean import check_steps, clean
from engine.datasets.interactions.columns import NO_COLUMN, Found, Usual, detect_interactions, detect_items
from engine.datasets.interactions.guard import guarded
from engine.datasets.interactions.items import LoadedItems, load_items, no_items, shared_ids
from engine.datasets.interactions.load import make_tables
from engine.datasets.interactions.make import make_interactions
from engine.datasets.interactions.options import InteractionOptions
from engine.datasets.interactions.source import read_file, require_columns
from engine.datasets.interactions.split import collect, split
from engine.datasets.interactions.times import Times
from engine.datasets.licence import licence_problems
from engine.datasets.opened import Opened, Read, count, open_file
from engine.datasets.raw import Raw, open_raw
from engine.datasets.table import database
from engine.errors import Cancelled
from engine.messages import Message

if TYPE_CHECKING:
    import duckdb

Progress = Callable[[float, Message], None]
"""Called with the fraction done and the name of the phase."""
ROLES = ("user", "item", "rating", "weight", "time", "event")


@dataclass
class Work:
    """What is found while the tables are made; the tables themselves are in the connection."""

    connection: duckdb.DuckDBPyConnection
    folder: Path
    options: InteractionOptions
    settings: Settings
    usual: Usual
    source: Opened
    found: Found
    say: Progress
    should_stop: Callable[[], bool]
    items_source: Opened | None = None
    items_found: Found = field(default_factory=lambda: Found({}))
    read: Read = field(default_factory=lambda: Read(0))
    items: LoadedItems = field(default_factory=LoadedItems)
    times: Times = field(default_factory=Times)
    problems: list[Problem] = field(default_factory=list)
    steps: list[dict[str, Any]] = field(default_factory=list)
    events: dict[str, int] = field(default_factory=dict)
    split: str = ""
    """How the parts were made; "" when there are none."""

    @property
    def ready(self) -> bool:
        """Whether it is known who did something with what."""
        return "user" in self.found.columns and "item" in self.found.columns

    def phase(self, fraction: float, phase: Message) -> None:
        if self.should_stop():
            raise Cancelled("Preparing the data was cancelled.")
        self.say(fraction, phase)


@contextmanager
def opened(
    raw: Raw,
    options: InteractionOptions,
    settings: Settings,
    usual: Usual,
    progress: Progress | None,
    should_stop: Callable[[], bool] | None,
) -> Iterator[Work]:
    """Yield the work on `raw` with its columns told and the options complete, as far as the files' heads tell."""
    check_steps(options.cleaning)
    with (
        tempfile.TemporaryDirectory(dir=settings.workspace.tmp, prefix="prepare-") as name,
        database(Path(name)) as connection,
        guarded(connection, should_stop),
    ):
        connection.execute("SET TimeZone = 'UTC'")
        make_tables(connection)
        dialect = {"encoding": options.encoding, "delimiter": options.delimiter, "header": options.header}
        source = open_file(connection, raw, Path(name), **dialect)  # type: ignore[arg-type]
        given = {role: column for role in ROLES if (column := getattr(options, f"{role}_column"))}
        require_columns(source, given)
        found = detect_interactions(source.columns, source.head, usual, given)
        stop = should_stop or (lambda: False)
        work = Work(connection, Path(name), options, settings, usual, source, found, progress or _quiet, stop)
        work.options = _resolved(work)
        if options.items_raw_id:
            _open_items(work)
        yield work


def _quiet(_fraction: float, _phase: Message) -> None:
    """Say nothing."""


def _resolved(work: Work) -> InteractionOptions:
    """Return the options with what was detected written down, so that they can be repeated."""
    dialect = work.source.dialect
    named: dict[str, Any] = {f"{role}_column": work.found.columns.get(role) or _off(work, role) for role in ROLES}
    return replace(
        work.options,
        encoding=dialect.encoding.name if dialect else "",
        delimiter=dialect.delimiter if dialect else "",
        header=dialect.header if dialect else None,
        **named,
    )


def _off(work: Work, role: str) -> str:
    """Return NO_COLUMN where it was chosen that no column has the role, else nothing."""
    return NO_COLUMN if getattr(work.options, f"{role}_column") == NO_COLUMN else ""


def _open_items(work: Work) -> None:
    options = work.options
    source = open_file(work.connection, open_raw(work.settings, options.items_raw_id), work.folder)
    require_columns(source, _given_item_columns(options))
    work.items_source = source


def _given_item_columns(options: InteractionOptions) -> dict[str, str]:
    given = {
        "id": options.item_id_column,
        "title": options.title_column,
        "text": options.text_column,
        "category": options.category_column,
    }
    return {role: column for role, column in given.items() if column}


def examine(work: Work) -> None:
    """Make the tables `data`, `listed`, `test` and `rows`, and note every problem on the way."""
    work.problems += [*say.missing_columns(work.source, work.found), *licence_problems(work.options)]
    no_items(work.connection)
    if not work.ready:
        return
    work.phase(0.02, Message("Reading the interactions"))
    work.read = _load(work, work.source, work.found, "data")
    work.phase(0.45, Message("Reading the items"))
    _load_items(work)
    work.phase(0.55, Message("Looking for duplicates"))
    work.problems += findings.content_problems(work.connection, work.options)
    work.steps += clean(work.connection, work.options)
    if work.options.test_raw_id:
        work.phase(0.65, Message("Reading the test file"))
        _load_test(work)
    work.phase(0.75, Message("Splitting"))
    _split(work)


def _load(work: Work, source: Opened, found: Found, table: str) -> Read:
    """Make `table` of the interactions in `source` and note what is wrong with its rows."""
    options, limit = work.options, work.settings.max_interactions
    made = make_interactions(work.connection, source, found, options, work.folder, table, max_rows=limit)
    work.problems += say.reading(made.read, made.loaded, source, found, made.times, options)
    if table == "data":
        work.times, work.events = made.times, made.events
        work.problems += findings.event_problems(made.events, made.weights, options)
        if options.min_rating:
            work.steps.append({"step": "min_rating", "rows_dropped": made.loaded.low})
    return made.read


def _load_items(work: Work) -> None:
    connection, source = work.connection, work.items_source
    if source is None:
        return
    given = _given_item_columns(work.options)
    work.items_found = detect_items(
        source.columns, work.usual, given, lambda column: shared_ids(connection, source, column)
    )
    columns = work.items_found.columns
    if "id" not in columns:
        work.problems.append(say.no_shared_item(source))
        return
    wanted = list(dict.fromkeys(columns.values()))
    read = read_file(connection, source, work.folder, wanted, max_rows=work.settings.data_sample_rows)
    work.items = load_items(connection, columns, wanted)
    connection.execute("DROP TABLE file")
    work.problems += say.item_problems(connection, source, read, work.items)


def _load_test(work: Work) -> None:
    raw = open_raw(work.settings, work.options.test_raw_id)
    source = open_file(work.connection, raw, work.folder)
    known = {r: c for r, c in work.found.columns.items() if c in source.columns}
    known |= {role: NO_COLUMN for role in ROLES if _off(work, role)}
    found = detect_interactions(source.columns, source.head, work.usual, known)
    if missing := say.missing_columns(source, found):
        work.problems += missing
        work.connection.execute("CREATE OR REPLACE TABLE test AS SELECT * FROM data LIMIT 0")
        return
    read = _load(work, source, found, "test")
    work.problems += findings.test_file(work.connection, source, read)


def _split(work: Work) -> None:
    connection, options = work.connection, work.options
    work.problems += findings.size_problems(connection)
    if any(p.level == "block" for p in work.problems) or not count(connection, "data"):
        return
    timed = bool(connection.execute("SELECT count(time) = count(*) FROM data").fetchone()[0])  # type: ignore[index]
    by_time = options.split == "time" or (options.split == "auto" and timed)
    if by_time and not timed:
        work.problems.append(findings.no_times_to_split_by())
        return
    work.split = split(connection, options, by_time=by_time)
    if by_time and work.split != "time":
        work.problems.append(findings.times_do_not_split())
    collect(connection, test_file=bool(options.test_raw_id))
    work.problems += findings.part_problems(
        connection, by_time=work.split == "time", test_file=bool(options.test_raw_id)
    )
