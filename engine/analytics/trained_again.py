"""What it costs to train the first option of a decision once more, on data that may be sold."""

from __future__ import annotations

from engine.analytics.priced import figures, or_none
from engine.analytics.question import Answered
from engine.economics.combine import total
from engine.economics.figure import Figure
from engine.economics.labels import label_cost
from engine.messages import Message


def train_again(found: Answered) -> Figure | None:
    """Return the USD of training the lead once more on data that may be sold: training, and labels for as many rows.

    None where the lead was not trained here. Without a price of a label, `labels_priced` is false and none is counted.
    """
    row, choices = found.lead, found.question.choices
    if row is None or or_none(row.get("train_cost_usd")) is None:
        return None
    parts, rows = [figures(row, found.pricing).train_cost], int(row["train_rows"])
    if choices.labelling is None:
        return total(parts, "USD", Message("One training; the labels of {rows} rows have no price here.", rows=rows))
    parts.append(label_cost(rows, choices.labelling))
    return total(parts, "USD", Message("One training and the labels of {rows} rows.", rows=rows))


def labels_priced(found: Answered) -> bool:
    """Return whether `train_again` counts labels."""
    return found.question.choices.labelling is not None
