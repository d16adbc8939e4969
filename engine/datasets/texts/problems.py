"""What a person should know about a file and its classes: problems that block, warn, or are only said."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.datasets.dataset import Problem
from engine.datasets.texts.clean import STEPS, TOO_LONG, affected
from engine.datasets.texts.columns import MAX_LABELS, untold
from engine.datasets.texts.load import Loaded, Source
from engine.datasets.texts.options import TextOptions
from engine.messages import Message

if TYPE_CHECKING:
    import duckdb

MIN_ROWS = 30
"""Fewer usable rows than this teach nothing and measure nothing."""
FEW_ROWS_OF_A_CLASS = 20
IMBALANCE = 20
"""The largest class may have this many times the rows of the smallest before it is said."""
MAX_REJECTED_SHARE = 0.5
SHOWN_ROWS = 100
MAIN_LANGUAGE_SHARE = 0.8
"""Below this share of one language the texts count as mixed."""


def language_problems(languages: dict[str, float]) -> list[Problem]:
    """Return a warning when the texts are in several languages."""
    if not languages or max(languages.values()) >= MAIN_LANGUAGE_SHARE:
        return []
    shares = ", ".join(f"{code} {share:.0%}" for code, share in languages.items())
    return [Problem("warn", "languages", Message("The texts are in several languages: {shares}.", shares=shares))]


def missing_columns(source: Source) -> list[Problem]:
    """Return a block for each column that could not be told."""
    missing = untold(source.opened.raw.filename, source.opened.columns, text=source.text, label=source.label)
    return [Problem("block", f"no_{role}_column", message) for role, message in missing.items()]


def reading_problems(connection: duckdb.DuckDBPyConnection, loaded: Loaded, options: TextOptions) -> list[Problem]:
    """Return what went wrong between the bytes and the table `file`."""
    return [
        *_rejects(loaded),
        *_broken(loaded, options),
        *_sampled(loaded),
        *_missing(connection, options),
        *_long(connection),
    ]


def _rejects(loaded: Loaded) -> list[Problem]:
    if not loaded.rejects:
        return []
    count, rows = sum(r.lines for r in loaded.rejects), tuple(r.row for r in loaded.rejects[:SHOWN_ROWS])
    share = count / loaded.rows_read
    message = Message(
        "Lines that cannot be read: {count} of {rows}. They have another number of columns than the first line, or an "
        "open quote; they are left out.",
        count=count,
        rows=loaded.rows_read,
    )
    if share > MAX_REJECTED_SHARE:
        message = Message(
            "Lines that cannot be read with this delimiter and these quotes: {count} of {rows}; choose another "
            "delimiter or save the file again as CSV.",
            count=count,
            rows=loaded.rows_read,
        )
    level = "block" if share > MAX_REJECTED_SHARE else "warn"
    return [Problem(level, "rejected_rows", message, rows, count)]  # type: ignore[arg-type]


def _broken(loaded: Loaded, options: TextOptions) -> list[Problem]:
    if not loaded.broken_characters:
        return []
    message = Message(
        "Characters that could not be read as {encoding}: {count}. They stand as �; choose another encoding if there "
        "are many.",
        count=loaded.broken_characters,
        encoding=options.encoding,
    )
    return [Problem("warn", "broken_characters", message, count=loaded.broken_characters)]


def _sampled(loaded: Loaded) -> list[Problem]:
    if not loaded.sampled_from:
        return []
    message = Message(
        "Every row cannot be used of a file with {rows} rows; an even sample of {used} is.",
        rows=loaded.sampled_from,
        used=loaded.used,
    )
    return [Problem("note", "sampled", message, count=loaded.sampled_from)]


def _missing(connection: duckdb.DuckDBPyConnection, options: TextOptions) -> list[Problem]:
    count, rows = affected(connection, STEPS["drop_missing"])
    if not count:
        return []
    message = Message("Rows without text or label: {count}; they are left out.", count=count)
    level = "note" if "drop_missing" in options.cleaning else "warn"
    return [Problem(level, "missing", message, rows, count, "drop_missing")]  # type: ignore[arg-type]


def _long(connection: duckdb.DuckDBPyConnection) -> list[Problem]:
    count, rows = affected(connection, TOO_LONG)
    if not count:
        return []
    message = Message("Rows with a text of more than 100,000 characters: {count}; they are left out.", count=count)
    return [Problem("warn", "oversized_text", message, rows, count)]


def class_problems(classes: dict[str, int], groups: dict[str, int], *, parts: int) -> list[Problem]:
    """Return problems of the classes. `classes`: label → rows; `groups`: label → different texts; `parts`: 2 or 3."""
    rows = sum(classes.values())
    if not rows:
        message = Message("No row has both a text and a label; give a file with rows below the line of column names.")
        return [Problem("block", "no_rows", message)]
    if len(classes) > MAX_LABELS:
        message = Message(
            "The label column holds {count} different values; at most {limit} classes can be learnt. Choose another "
            "label column or map the labels.",
            count=len(classes),
            limit=MAX_LABELS,
        )
        return [Problem("block", "too_many_classes", message, count=len(classes))]
    found = []
    if len(classes) == 1:
        message = Message(
            "Every row has the label {label}; a model needs at least two classes.", label=next(iter(classes))
        )
        found.append(Problem("block", "one_class", message, count=rows))
    if rows < MIN_ROWS:
        message = Message(
            "Rows that can be used: {rows}; training needs at least {minimum}.", rows=rows, minimum=MIN_ROWS
        )
        found.append(Problem("block", "too_few_rows", message, count=rows))
    return found + _small_classes(classes, groups, parts) + _look_alikes(classes) + _balance(classes)


def _small_classes(classes: dict[str, int], groups: dict[str, int], parts: int) -> list[Problem]:
    tiny = [label for label in classes if groups.get(label, 0) < parts]
    small = [label for label in classes if parts <= groups.get(label, 0) and classes[label] < FEW_ROWS_OF_A_CLASS]
    found = []
    if tiny:
        message = Message(
            "Labels with fewer than {minimum} different texts cannot stand in every part: {labels}; map them to "
            "another label, leave them out, or add rows.",
            labels=", ".join(tiny[:10]),
            minimum=parts,
        )
        found.append(Problem("block", "tiny_class", message, count=len(tiny)))
    if small:
        message = Message(
            "Labels with fewer than {minimum} rows: {labels}; their figures will be uncertain.",
            labels=", ".join(small[:10]),
            minimum=FEW_ROWS_OF_A_CLASS,
        )
        found.append(Problem("warn", "small_class", message, count=len(small)))
    return found


def _look_alikes(classes: dict[str, int]) -> list[Problem]:
    plain: dict[str, list[str]] = {}
    for label in classes:
        plain.setdefault(" ".join(label.casefold().split()), []).append(label)
    alike = [names for names in plain.values() if len(names) > 1]
    if not alike:
        return []
    message = Message(
        "Some labels differ only in case or blanks: {labels}. Map them to one.",
        labels="; ".join(" / ".join(names) for names in alike[:5]),
    )
    return [Problem("warn", "look_alike_labels", message, count=sum(map(len, alike)))]


def _balance(classes: dict[str, int]) -> list[Problem]:
    most, least = max(classes.values()), min(classes.values())
    if most <= IMBALANCE * least:
        return []
    message = Message(
        "The largest class has {times} times the rows of the smallest; watch macro-F1 rather than accuracy.",
        times=round(most / least),
    )
    return [Problem("warn", "imbalance", message, count=most)]
