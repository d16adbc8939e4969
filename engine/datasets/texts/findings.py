"""What is found in the texts themselves: repetitions, doubtful labels, personal data."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from engine.datasets.dataset import Problem
from engine.datasets.texts.clean import STEPS, affected
from engine.datasets.texts.load import BATCH_ROWS
from engine.datasets.texts.options import TextOptions
from engine.datasets.texts.personal import CANDIDATE, KINDS, find, mask, masked_example
from engine.datasets.texts.suspects import MAX_ROWS, Suspect
from engine.messages import Message

if TYPE_CHECKING:
    import duckdb

SHOWN_ROWS = 100


def repetition_problems(connection: duckdb.DuckDBPyConnection, options: TextOptions) -> list[Problem]:
    """Return duplicates, near duplicates, and texts with two labels, of the table `data`."""
    known = (
        ("duplicates", "drop_duplicates", Message("Rows that repeat an earlier row word for word: {count}.")),
        (
            "near_duplicates",
            "drop_near_duplicates",
            Message("Rows that are nearly the same as an earlier row: {count}."),
        ),
        ("conflicts", "drop_conflicts", Message("Rows whose text also stands with another label: {count}.")),
    )
    found = []
    for kind, step, message in known:
        count, rows = affected(connection, STEPS[step])
        if count:
            level = "note" if step in options.cleaning else "warn"
            said = Message(message.text, count=count)
            found.append(Problem(level, kind, said, rows, count, step, _examples(connection, rows[:3])))  # type: ignore[arg-type]
    return found


def suspect_problems(suspects: Sequence[Suspect], options: TextOptions, *, sampled: bool) -> list[Problem]:
    """Return the labels that are probably wrong; `sampled` says that only MAX_ROWS were looked at."""
    if not suspects:
        return []
    message = Message(
        "{count} labels are probably wrong: a model trained on the other rows is sure of another class.",
        count=len(suspects),
    )
    if sampled:
        message = Message(
            "Labels that look wrong: {count} among the {rows} looked at. A model trained on the other rows is sure of "
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
        "email": Message("Rows with e-mail addresses: {count}.", count=counts["email"]),
        "phone": Message("Rows with phone numbers: {count}.", count=counts["phone"]),
        "account": Message("Rows with names or numbers of accounts: {count}.", count=counts["account"]),
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
    return tuple(f"{row}: {mask(text, KINDS)} [{label}]" for row, label, text in found.fetchall())
