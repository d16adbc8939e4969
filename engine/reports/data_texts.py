"""What only the data card of a table of texts says."""

from __future__ import annotations

from engine.datasets.dataset import Dataset
from engine.datasets.texts.options import TextCard, TextOptions
from engine.messages import Message
from engine.reports.markdown import Block, Bullets, Section
from engine.reports.wording import UNKNOWN, labels_mapped, listed

MASKS = {
    "email": Message("E-mail addresses"),
    "phone": Message("Phone numbers"),
    "account": Message("Names of accounts"),
}


def summary(dataset: Dataset) -> Message:
    """Return how many texts there are, in which classes."""
    card = dataset.card
    return Message(
        "{name}: {rows} labelled texts in {count} classes ({labels}), of {read} rows read.",
        name=dataset.name,
        rows=card.rows_used,
        count=len(dataset.labels),
        labels=listed(dataset.labels),
        read=card.rows_read,
    )


def structure(dataset: Dataset) -> tuple[Block, ...]:
    """Return which column holds what."""
    card = _card(dataset)
    return (
        Bullets(
            (
                Message("Text: column {column}", column=card.text_column),
                Message("Label: column {column}", column=card.label_column),
                Message("Columns of the file: {columns}", columns=listed(card.columns)),
            )
        ),
    )


def sections(dataset: Dataset) -> list[Section]:
    """Return lengths and languages of the texts."""
    card = _card(dataset)
    words = card.length_words
    names = ("min", "p5", "p50", "p95", "max")
    shares = Message(
        "Languages in a sample: {languages}.",
        languages=listed(f"{code} {share:.0%}" for code, share in card.languages.items()) or UNKNOWN,
    )
    if not all(name in words for name in names):
        return [Section(Message("Texts"), (shares,))]
    length = Message(
        "Words a text: half have {p50:.0f} or fewer, 5 in 100 have more than {p95:.0f}; {min:.0f} to {max:.0f} in all.",
        **{name: words[name] for name in names},
    )
    return [Section(Message("Texts"), (length, shares))]


def creation(dataset: Dataset) -> tuple[Message, ...]:
    """Return how the file was read, split, mapped and masked."""
    options = _options(dataset)
    train, validation, test = (round(100 * share) for share in options.fractions)
    items = [Message("Read as {encoding}.", encoding=_card(dataset).encoding or UNKNOWN)]
    if options.label_map:
        items.append(labels_mapped(options.label_map))
    if not options.test_raw_id:
        items.append(
            Message(
                "Split by content and class into {train}, {validation} and {test} percent with seed {seed}; no text "
                "stands in two parts.",
                train=train,
                validation=validation,
                test=test,
                seed=options.split_seed,
            )
        )
    masked = (MASKS.get(kind) or Message("Entries of kind {kind}", kind=kind) for kind in options.masks)
    return (*items, *(Message("{kind} were masked.", kind=kind) for kind in masked))


def considerations(dataset: Dataset) -> tuple[Message, ...]:
    """Return what to mind before sharing or training."""
    if any(p.kind.startswith("personal") for p in dataset.card.problems) and not _options(dataset).masks:
        return (Message("Personal data was found and not masked: mask it before you share texts or models."),)
    return ()


def _card(dataset: Dataset) -> TextCard:
    card = dataset.card
    assert isinstance(card, TextCard)
    return card


def _options(dataset: Dataset) -> TextOptions:
    assert isinstance(dataset.options, TextOptions)
    return dataset.options
