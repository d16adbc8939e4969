"""What somebody's tastes are: the categories of the history beside what is usual."""

from __future__ import annotations

import pandas as pd

from engine.tasks.reasons import tastes
from pages.shared.charts import lists, style
from pages.shared.frame import strong
from pages.shared.i18n import tr
from pages.shared.lists.catalogue import Catalogue
from pages.shared.lists.who import Visitor
from pages.shared.numbers import percent


def draw(found: Catalogue, visitor: Visitor, color: str) -> None:
    """Draw the tastes; nothing where items have no categories."""
    mine = tastes(visitor.history, found.categories, found.usual)
    if not mine:
        return
    most = max(mine, key=lambda taste: taste.share - taste.usual)
    said = tr(
        "More “{category}” than usual: {mine} instead of {usual}",
        category=most.category,
        mine=percent(most.share),
        usual=percent(most.usual),
    )
    strong(said)
    frame = pd.DataFrame([{"name": t.category, "mine": t.share, "all": t.usual} for t in mine])
    titles = (tr("This history"), tr("Everybody"))
    table = frame.round(3).set_axis([tr("Category"), *titles], axis=1)
    style.draw(lists.shares(frame, color, titles), said, table, key="tastes")
