"""What labels cost: those the data set has, and the next thousand.

USD a row = price of one answer × answers a row + share of rows reviewed × price of a review. Definition; several
answers a row and a second look are what SageMaker Ground Truth and its like bill as workers per object and review.
"""

from __future__ import annotations

from dataclasses import dataclass

from engine.economics.figure import Figure, Source, above_zero, not_negative
from engine.economics.projection import rounded
from engine.errors import BadInput
from engine.messages import Message

THOUSAND = 1000


@dataclass(frozen=True)
class Labelling:
    """How rows get their labels. Raises BadInput naming the field at fault."""

    usd_per_label: float
    """One answer of one labeller."""
    answers_per_row: float = 1.0
    """Redundancy: how many people answer the same row; 1 or more."""
    reviewed_share: float = 0.0
    """Share of rows that somebody looks at again, 0 to 1."""
    usd_per_review: float = 0.0
    """One such look."""
    source: Source | None = None
    """Where the price comes from."""

    def __post_init__(self) -> None:
        above_zero(Message("The price of a label"), self.usd_per_label)
        if above_zero(Message("The number of answers a row"), self.answers_per_row) < 1:
            raise BadInput("The number of answers a row is {value}; give 1 or more.", value=self.answers_per_row)
        if not_negative(Message("The share of rows reviewed"), self.reviewed_share) > 1:
            raise BadInput(
                "The share of rows reviewed is {value}; give a share from 0 to 1.", value=self.reviewed_share
            )
        not_negative(Message("The price of a review"), self.usd_per_review)

    @property
    def usd_per_row(self) -> float:
        return self.usd_per_label * self.answers_per_row + self.reviewed_share * self.usd_per_review


def label_cost(rows: float, labelling: Labelling) -> Figure:
    """Return the USD that `rows` labels cost. Raises BadInput for rows below 0."""
    usd = not_negative(Message("The number of rows"), rows) * labelling.usd_per_row
    formula = Message(
        "{rows} rows × ({price} USD × {answers} answers + {share} reviewed × {review} USD).",
        rows=rows,
        price=rounded(labelling.usd_per_label),
        answers=labelling.answers_per_row,
        share=labelling.reviewed_share,
        review=rounded(labelling.usd_per_review),
    )
    sources = (labelling.source,) if labelling.source else ()
    return Figure(usd, "USD", "assumed", usd, usd, formula, sources)


def next_thousand(labelling: Labelling) -> Figure:
    """Return the USD that the next thousand labels cost."""
    return label_cost(THOUSAND, labelling)
