"""What a person should know about the rows before training on them: problems that block, warn, or are only said."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from engine.datasets.clean import STEPS, TOO_LONG, affected
from engine.datasets.columns import MAX_LABELS
from engine.datasets.dataset import PrepareOptions, Problem
from engine.datasets.load import BATCH_ROWS, Loaded, Source
from engine.datasets.personal import CANDIDATE, KINDS, find, masked_example
from engine.datasets.suspects import MAX_ROWS, Suspect
from engine.messages import Message

if TYPE_CHECKING:
    import duckdb

MIN_ROWS = 30
"""Fewer usable rows than this teach nothing and measure nothing."""
FEW_ROWS_OF_A_CLASS = 20
IMBALANCE = 20
"""The largest class may have this many times the rows of the smallest before it is said."""
MAX_REJECTED_SHARE = 0.5
LONG_WORDS = 256
"""Longer texts are cut by most encoders."""
SHOWN_ROWS = 100


def missing_columns(source: Source) -> list[Problem]:
    """Return a block for each column that could not be told."""
    columns = ", ".join(source.columns[:30])
    found = []
    if not source.text:
        message = Message(
            "No column of {filename} looks like text; name the text column. The columns are: {columns}.",
            filename=source.raw.filename,
            columns=columns,
        )
        found.append(Problem("block", "no_text_column", message))
    if not source.label:
        message = Message(
            "No column of {filename} looks like a label; name the label column. The columns are: {columns}.",
            filename=source.raw.filename,
            columns=columns,
        )
        found.append(Problem("block", "no_label_column", message))
    return found


def reading_problems(connection: duckdb.DuckDBPyConnection, loaded: Loaded, options: PrepareOptions) -> list[Problem]:
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
    count, lines = len(loaded.rejects), ", ".join(str(r.line) for r in loaded.rejects[:5])
    share = count / loaded.rows_read
    message = Message(
        "{count} of {rows} rows have another number of columns than the first line or an open quote and cannot be read; "
        "they are left out. See lines {lines}.",
        count=count,
        rows=loaded.rows_read,
        lines=lines,
    )
    if share > MAX_REJECTED_SHARE:
        message = Message(
            "{count} of {rows} rows cannot be read with this delimiter and these quotes (lines {lines}, …); choose "
            "another delimiter or save the file again as CSV.",
            count=count,
            rows=loaded.rows_read,
            lines=lines,
        )
    level = "block" if share > MAX_REJECTED_SHARE else "warn"
    return [Problem(level, "rejected_rows", message, count=count)]  # type: ignore[arg-type]


def _broken(loaded: Loaded, options: PrepareOptions) -> list[Problem]:
    if not loaded.broken_characters:
        return []
    message = Message(
        "{count} characters could not be read as {encoding} and stand as �; choose another encoding if there are many.",
        count=loaded.broken_characters,
        encoding=options.encoding,
    )
    return [Problem("warn", "broken_characters", message, count=loaded.broken_characters)]


def _sampled(loaded: Loaded) -> list[Problem]:
    if not loaded.sampled_from:
        return []
    message = Message("The file has {rows} rows; an even sample of them is used.", rows=loaded.sampled_from)
    return [Problem("note", "sampled", message, count=loaded.sampled_from)]


def _missing(connection: duckdb.DuckDBPyConnection, options: PrepareOptions) -> list[Problem]:
    count, rows = affected(connection, STEPS["drop_missing"])
    if not count:
        return []
    message = Message("{count} rows have no text or no label and are left out.", count=count)
    level = "note" if "drop_missing" in options.cleaning else "warn"
    return [Problem(level, "missing", message, rows, count, "drop_missing")]  # type: ignore[arg-type]


def _long(connection: duckdb.DuckDBPyConnection) -> list[Problem]:
    count, rows = affected(connection, TOO_LONG)
    if not count:
        return []
    message = Message("{count} rows have a text of more than 100,000 characters and are left out.", count=count)
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
        message = Message("{rows} rows can be used; training needs at least {minimum}.", rows=rows, minimum=MIN_ROWS)
        found.append(Problem("block", "too_few_rows", message, count=rows))
    return found + _small_classes(classes, groups, parts) + _look_alikes(classes) + _balance(classes)


def _small_classes(classes: dict[str, int], groups: dict[str, int], parts: int) -> list[Problem]:
    tiny = [label for label in classes if groups.get(label, 0) < parts]
    small = [label for label in classes if parts <= groups.get(label, 0) and classes[label] < FEW_ROWS_OF_A_CLASS]
    found = []
    if tiny:
        message = Message(
            "{labels} have fewer than {minimum} different texts, so they cannot stand in every part; map them to "
            "another label, leave them out, or add rows.",
            labels=", ".join(tiny[:10]),
            minimum=parts,
        )
        found.append(Problem("block", "tiny_class", message, count=len(tiny)))
    if small:
        message = Message(
            "{labels} have fewer than {minimum} rows; their figures will be uncertain.",
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


def repetition_problems(connection: duckdb.DuckDBPyConnection, options: PrepareOptions) -> list[Problem]:
    """Return duplicates, near duplicates, and texts with two labels, of the table `data`."""
    known = (
        ("duplicates", "drop_duplicates", Message("{count} rows repeat an earlier row word for word.")),
        ("near_duplicates", "drop_near_duplicates", Message("{count} rows are nearly the same as an earlier row.")),
        ("conflicts", "drop_conflicts", Message("{count} rows have a text that also stands with another label.")),
    )
    found = []
    for kind, step, message in known:
        count, rows = affected(connection, STEPS[step])
        if count:
            level = "note" if step in options.cleaning else "warn"
            said = Message(message.text, count=count)
            found.append(Problem(level, kind, said, rows, count, step, _examples(connection, rows[:3])))  # type: ignore[arg-type]
    return found


def suspect_problems(suspects: Sequence[Suspect], options: PrepareOptions, *, sampled: bool) -> list[Problem]:
    """Return the labels that are probably wrong; `sampled` says that only the first MAX_ROWS by content were checked."""
    if not suspects:
        return []
    message = Message(
        "{count} labels are probably wrong: a model trained on the other rows is sure of another class.",
        count=len(suspects),
    )
    if sampled:
        message = Message(
            "{count} labels among {rows} rows looked at are probably wrong: a model trained on the other rows is sure of "
            "another class.",
            count=len(suspects),
            rows=MAX_ROWS,
        )
    examples = tuple(f"{s.row}: {s.label} → {s.likely} ({s.probability:.0%})" for s in suspects[:5])
    rows = tuple(sorted(s.row for s in suspects[:SHOWN_ROWS]))
    level = "note" if "drop_suspects" in options.cleaning else "warn"
    return [Problem(level, "suspects", message, rows, len(suspects), "drop_suspects", examples)]  # type: ignore[arg-type]


def personal_problems(connection: duckdb.DuckDBPyConnection) -> list[Problem]:
    """Return e-mail addresses, phone numbers and account names found in the table `data`."""
    rows: dict[str, list[int]] = {kind: [] for kind in KINDS}
    examples: dict[str, list[str]] = {kind: [] for kind in KINDS}
    counts = dict.fromkeys(KINDS, 0)
    cursor = connection.execute("SELECT row, text FROM data WHERE regexp_matches(text, ?) ORDER BY row", [CANDIDATE])
    while batch := cursor.fetchmany(BATCH_ROWS):
        for row, text in batch:
            for kind in KINDS:
                if finds := find(kind, text):
                    counts[kind] += 1
                    if len(rows[kind]) < SHOWN_ROWS:
                        rows[kind].append(row)
                        examples[kind].append(masked_example(kind, finds[0]))
    said = {
        "email": Message("{count} rows hold e-mail addresses.", count=counts["email"]),
        "phone": Message("{count} rows hold phone numbers.", count=counts["phone"]),
        "account": Message("{count} rows hold names or numbers of accounts.", count=counts["account"]),
    }
    return [
        Problem("warn", f"personal_{k}", said[k], tuple(rows[k]), counts[k], f"mask:{k}", tuple(examples[k][:3]))
        for k in KINDS
        if counts[k]
    ]


def _examples(connection: duckdb.DuckDBPyConnection, rows: Sequence[int]) -> tuple[str, ...]:
    found = connection.execute(
        "SELECT row, label, left(text, 120) FROM data WHERE row IN (SELECT unnest(?)) ORDER BY row", [list(rows)]
    )
    return tuple(f"{row}: {_masked(text)} [{label}]" for row, label, text in found.fetchall())


def _masked(text: str) -> str:
    from engine.datasets.personal import mask

    return mask(text, KINDS)
