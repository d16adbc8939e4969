"""The data card: what is in a data set, how it was made, what is wrong with it, and who may use it."""

from __future__ import annotations

from engine.datasets.dataset import PARTS, DataCard, Dataset, PrepareOptions
from engine.messages import Message
from engine.reports.markdown import Block, Bullets, Cell, Section, Table
from engine.reports.wording import SYNTHETIC, UNKNOWN, licence, listed

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
MASKS = {
    "email": Message("E-mail addresses"),
    "phone": Message("Phone numbers"),
    "account": Message("Names of accounts"),
}
SHOWN_ROWS = 10


def sections(dataset: Dataset) -> list[Section]:
    """Return the sections of the card of `dataset`, in the order data cards usually have."""
    card, options = dataset.card, dataset.options
    return [
        Section(Message("Dataset summary"), _summary(dataset, card)),
        Section(Message("Licensing information"), (licence(card.licence, card.commercial_use),)),
        Section(Message("Dataset structure"), (_fields(card), _parts(dataset, card))),
        Section(Message("Texts"), _texts(card)),
        Section(Message("Dataset creation"), (_creation(dataset, options), *_cleaning(card, options))),
        Section(Message("Known problems"), _problems(card)),
        Section(Message("Considerations for using the data"), (Bullets(_considerations(card, options)),)),
    ]


def _summary(dataset: Dataset, card: DataCard) -> tuple[Block, ...]:
    what = Message(
        "{name}: {rows} labelled texts in {count} classes ({labels}), of {read} rows read.",
        name=dataset.name,
        rows=card.rows_used,
        count=len(dataset.labels),
        labels=listed(dataset.labels),
        read=card.rows_read,
    )
    return (what, SYNTHETIC) if card.synthetic else (what,)


def _fields(card: DataCard) -> Bullets:
    return Bullets(
        (
            Message("Text: column {column}", column=card.text_column),
            Message("Label: column {column}", column=card.label_column),
            Message("Columns of the file: {columns}", columns=listed(card.columns)),
        )
    )


def _parts(dataset: Dataset, card: DataCard) -> Table:
    """Rows of each class in each part, and their sums."""
    counts = {label: [card.parts.get(part, {}).get(label, 0) for part in PARTS] for label in dataset.labels}
    sums = [sum(column) for column in zip(*counts.values(), strict=True)]
    classes: list[tuple[Cell, ...]] = [(label, *row, sum(row)) for label, row in counts.items()]
    return Table(
        head=(Message("Class"), *(PART_NAMES[part] for part in PARTS), Message("All")),
        rows=(*classes, (Message("All"), *sums, sum(sums))),
    )


def _texts(card: DataCard) -> tuple[Block, ...]:
    words = card.length_words
    names = ("min", "p5", "p50", "p95", "max")
    length = Message(
        "Words a text: half have {p50:.0f} or fewer, 5 in 100 have more than {p95:.0f}; {min:.0f} to {max:.0f} in all.",
        **{name: words[name] for name in names},
    )
    shares = Message(
        "Languages in a sample: {languages}.",
        languages=listed(f"{code} {share:.0%}" for code, share in card.languages.items()) or UNKNOWN,
    )
    return (length, shares) if all(name in words for name in names) else (shares,)


def _creation(dataset: Dataset, options: PrepareOptions) -> Bullets:
    train, validation, test = (round(100 * share) for share in options.fractions)
    split = (
        Message("Test part: a file of its own, SHA-256 {raw_id}.", raw_id=options.test_raw_id)
        if options.test_raw_id
        else Message(
            "Split by content and class into {train}, {validation} and {test} percent with seed {seed}; no text stands "
            "in two parts.",
            train=train,
            validation=validation,
            test=test,
            seed=options.split_seed,
        )
    )
    card = dataset.card
    items = [
        Message("Source file: SHA-256 {raw_id}, read as {encoding}.", raw_id=dataset.raw_id, encoding=card.encoding),
        split,
        Message("Data set: {id}; test part: {test_id}.", id=dataset.id, test_id=dataset.test_id),
        Message("Prepared at {at} (UTC).", at=dataset.created_at),
    ]
    if options.label_map:
        mapped = listed(f"{old} → {new or '∅'}" for old, new in options.label_map.items())
        items.insert(1, Message("Labels mapped: {labels}.", labels=mapped))
    return Bullets(tuple(items))


def _cleaning(card: DataCard, options: PrepareOptions) -> tuple[Block, ...]:
    done = [
        Message(
            "{step}: {count} rows.",
            step=STEPS.get(s["step"]) or Message("Step {name}", name=s["step"]),
            count=s["rows_dropped"],
        )
        for s in card.steps
    ]
    done += [
        Message("{kind} were masked.", kind=MASKS.get(kind) or Message("Entries of kind {kind}", kind=kind))
        for kind in options.masks
    ]
    return (Bullets(tuple(done)),) if done else (Message("Nothing was cleaned or masked."),)


def _problems(card: DataCard) -> tuple[Block, ...]:
    if not card.problems:
        return (Message("None was found."),)
    rows = tuple(
        (LEVELS[p.level], p.message, p.count, listed(p.rows[:SHOWN_ROWS]) + ("…" if p.count > SHOWN_ROWS else ""))
        for p in card.problems
    )
    head = (Message("Kind"), Message("What was found"), Message("Rows"), Message("Row numbers"))
    return (Table(head, rows),)


def _considerations(card: DataCard, options: PrepareOptions) -> tuple[Message, ...]:
    found = [p for p in card.problems if p.kind.startswith("personal")]
    items = [Message("Labels are as the file has them; nobody checked each of them here.")]
    if found and not options.masks:
        items.append(Message("Personal data was found and not masked: mask it before you share texts or models."))
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
