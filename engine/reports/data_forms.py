"""What a data card says that only one form of data has: one line a task."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from engine.datasets.dataset import Dataset
from engine.messages import Message
from engine.reports import data_interactions, data_pictures, data_texts
from engine.reports.markdown import Block, Section


@dataclass(frozen=True)
class Details:
    """The parts of a data card that differ with the form of the data."""

    summary: Callable[[Dataset], Message]
    structure: Callable[[Dataset], tuple[Block, ...]]
    sections: Callable[[Dataset], list[Section]]
    creation: Callable[[Dataset], tuple[Message, ...]]
    considerations: Callable[[Dataset], tuple[Message, ...]]


DETAILS: dict[str, Details] = {
    "text_classification": Details(
        data_texts.summary, data_texts.structure, data_texts.sections, data_texts.creation, data_texts.considerations
    ),
    "image_classification": Details(
        data_pictures.summary,
        data_pictures.structure,
        data_pictures.sections,
        data_pictures.creation,
        data_pictures.considerations,
    ),
    "ranking": Details(
        data_interactions.summary,
        data_interactions.structure,
        data_interactions.sections,
        data_interactions.creation,
        data_interactions.considerations,
    ),
}
