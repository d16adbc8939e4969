"""The data card: what is in a data set, how it was made, what is wrong with it, and who may use it."""

from __future__ import annotations

from engine.datasets.dataset import PARTS, DataCard, Dataset
from engine.messages import Message
from engine.reports.data_forms import DETAILS
from engine.reports.markdown import Block, Bullets, Cell, Section, Table
from engine.reports.wording import licence, listed, synthetic

PART_NAMES = {"train": Message("Train"), "validation": Message("Validation"), "test": Message("Test")}
LEVELS = {"block": Message("blocks"), "warn": Message("warning"), "note": Message("note")}
STEPS = {
    "drop_missing": Message("Rows without text or label were left out"),
    "drop_duplicates": Message("Repeated rows were left out"),
    "drop_near_duplicates": Message("Near duplicates were left out"),
    "drop_conflicts": Message("Rows with the same text and different labels were left out"),
    "drop_suspects": Message("Rows with a suspected wrong label were left out"),
    "drop_rows_of_the_test_file": Message("Rows that are also in the test file were left out"),
}
SHOWN_ROWS = 10


def sections(dataset: Dataset) -> list[Section]:
    """Return the sections of the card of `dataset`, in the order data cards usually have."""
    card = dataset.card
    details = DETAILS[dataset.task]
    return [
        Section(Message("Dataset summary"), (details.summary(dataset), *synthetic(card.synthetic))),
        Section(Message("Licensing information"), (licence(card.licence, card.commercial_use),)),
        Section(Message("Dataset structure"), (*details.structure(dataset), _parts(dataset, card))),
        *details.sections(dataset),
        Section(Message("Dataset creation"), (_creation(dataset, details.creation(dataset)), _cleaning(card))),
        Section(Message("Known problems"), _problems(card)),
        Section(
            Message("Considerations for using the data"),
            (Bullets(_considerations(card, details.considerations(dataset))),),
        ),
    ]


def _parts(dataset: Dataset, card: DataCard) -> Table:
    """Rows of each class in each part, and their sums; without classes, what else the parts count."""
    names = dataset.labels or tuple(dict.fromkeys(name for part in card.parts.values() for name in part))
    counts = {name: [card.parts.get(part, {}).get(name, 0) for part in PARTS] for name in names}
    sums = [sum(column) for column in zip(*counts.values(), strict=True)]
    classes: list[tuple[Cell, ...]] = [(label, *row, sum(row)) for label, row in counts.items()]
    return Table(
        head=(Message("Class"), *(PART_NAMES[part] for part in PARTS), Message("All")),
        rows=(*classes, (Message("All"), *sums, sum(sums))),
    )


def _creation(dataset: Dataset, own: tuple[Message, ...]) -> Bullets:
    options = dataset.options
    items = [Message("Source file: SHA-256 {raw_id}.", raw_id=dataset.raw_id), *own]
    if options.test_raw_id:
        items.append(Message("Test part: a file of its own, SHA-256 {raw_id}.", raw_id=options.test_raw_id))
    items.append(Message("Data set: {id}; test part: {test_id}.", id=dataset.id, test_id=dataset.test_id))
    items.append(Message("Prepared at {at} (UTC).", at=dataset.created_at))
    return Bullets(tuple(items))


def _cleaning(card: DataCard) -> Block:
    done = [
        Message(
            "{step}: {count} rows.",
            step=STEPS.get(s["step"]) or Message("Step {name}", name=s["step"]),
            count=s["rows_dropped"],
        )
        for s in card.steps
    ]
    return Bullets(tuple(done)) if done else Message("Nothing was cleaned.")


def _problems(card: DataCard) -> tuple[Block, ...]:
    if not card.problems:
        return (Message("None was found."),)
    rows = tuple(
        (LEVELS[p.level], p.message, p.count, listed(p.rows[:SHOWN_ROWS]) + ("…" if p.count > SHOWN_ROWS else ""))
        for p in card.problems
    )
    head = (Message("Kind"), Message("What was found"), Message("Rows"), Message("Row numbers"))
    return (Table(head, rows),)


def _considerations(card: DataCard, own: tuple[Message, ...]) -> tuple[Message, ...]:
    items = [*own]
    if card.classes:
        items.insert(0, Message("Labels are as the file has them; nobody checked each of them here."))
    if not card.licence:
        items.append(Message("Nobody named a licence: ask the owner before you share or sell what is made of it."))
    if card.classes and max(card.classes.values()) > 3 * min(card.classes.values()):
        rare = min(card.classes, key=lambda label: card.classes[label])
        items.append(
            Message(
                "Class {label} is rare ({count} rows): figures for it are the least sure.",
                label=rare,
                count=card.classes[rare],
            )
        )
    if card.synthetic:
        items.append(Message("Replace it with real data before deciding anything."))
    return tuple(items)
