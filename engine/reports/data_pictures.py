"""What only the data card of a set of pictures says."""

from __future__ import annotations

from engine.datasets.dataset import Dataset
from engine.datasets.images.card import ImageCard
from engine.datasets.images.options import ImageOptions
from engine.messages import Message
from engine.reports.markdown import Block, Bullets, Section, Table
from engine.reports.wording import UNKNOWN, labels_mapped, listed

ASSISTED = Message(
    "Identifiers were removed on the way in by an allow-list of attributes (DICOM PS3.15, Annex E, basic profile): "
    "assisted, never guaranteed. Look at the pictures before you share them."
)
MOST_SHOWN = 40


def summary(dataset: Dataset) -> Message:
    """Return how many pictures there are, in which classes."""
    card = dataset.card
    return Message(
        "{name}: {rows} labelled pictures in {count} classes ({labels}), of {read} read.",
        name=dataset.name,
        rows=card.rows_used,
        count=len(dataset.labels),
        labels=listed(dataset.labels),
        read=card.rows_read,
    )


def structure(dataset: Dataset) -> tuple[Block, ...]:
    """Return what kind of pictures they are and what is looked for."""
    card = _card(dataset)
    items = [
        Message("Modality: {modality}", modality=card.modality or UNKNOWN),
        Message("Class that is looked for: {label}", label=card.positive or UNKNOWN),
        Message("Patients told apart: {count}", count=card.patients),
    ]
    return (Bullets(tuple(items)),)


def sections(dataset: Dataset) -> list[Section]:
    """Return sizes and depths, and what was removed from DICOM."""
    card = _card(dataset)
    sizes = Message(
        "Half of the pictures have up to {width} × {height} pixels; bits a pixel: {bits}; {colours}.",
        width=card.width.get("p50", 0),
        height=card.height.get("p50", 0),
        bits=listed(f"{bits} ({count})" for bits, count in card.bits.items()) or UNKNOWN,
        colours=listed(f"{name} ({count})" for name, count in card.colours.items()) or UNKNOWN,
    )
    found = [Section(Message("Pictures"), (sizes,))]
    if card.kind == "dicom":
        removed: tuple[Block, ...] = (ASSISTED,)
        if card.removed:
            rows = tuple((name, count) for name, count in list(card.removed.items())[:MOST_SHOWN])
            removed = (ASSISTED, Table((Message("Attribute"), Message("Files")), rows))
        found.append(Section(Message("Identifiers removed"), removed))
    return found


def creation(dataset: Dataset) -> tuple[Message, ...]:
    """Return how the pictures were split."""
    options = dataset.options
    train, validation, test = (round(100 * share) for share in options.fractions)
    items = [
        Message(
            "Split by content and class with seed {seed}, about {train}, {validation} and {test} percent; a patient, "
            "and pictures that are nearly the same, stay on one side.",
            train=train,
            validation=validation,
            test=test,
            seed=options.split_seed,
        )
    ]
    if isinstance(options, ImageOptions) and options.label_map:
        items.append(labels_mapped(options.label_map))
    return tuple(items)


def considerations(dataset: Dataset) -> tuple[Message, ...]:
    """Return what to mind before sharing or training."""
    found = [Message("For research and demonstration, not for diagnosis.")]
    if not _card(dataset).patients:
        found.append(Message("Patients could not be told apart: pictures of one may stand in two parts."))
    return tuple(found)


def _card(dataset: Dataset) -> ImageCard:
    card = dataset.card
    assert isinstance(card, ImageCard)
    return card
