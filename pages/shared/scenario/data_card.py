"""The data card on a page: classes, what the form of the data adds, parts, licence, a few rows."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from engine.datasets.dataset import DataCard, Dataset, Part
from engine.scenarios import Scenario
from pages.shared import words
from pages.shared.charts import quality, style
from pages.shared.frame import data_notes, strong
from pages.shared.i18n import md, tr
from pages.shared.numbers import number, percent
from pages.shared.scenario.parts import parts_of

DRAWN_CLASSES = 20


def figures(scenario: Scenario, card: DataCard, dataset: Dataset | None = None) -> None:
    """Draw what the data is: balance, what its form shows, parts, licence, a few rows.

    `dataset` is None while the data is only checked.
    """
    data_notes(synthetic=card.synthetic, licence=card.licence, commercial_use=card.commercial_use)
    own = parts_of(scenario)
    if card.classes:
        left, right = st.columns(2)
        with left:
            strong(tr("Classes"))
            names, counts = list(card.classes), list(card.classes.values())
            rows = words.rows_title(scenario.name)
            table = pd.DataFrame({tr("Class"): names, rows: counts})
            drawn = quality.bars(names[:DRAWN_CLASSES], counts[:DRAWN_CLASSES], rows)
            style.draw(drawn, balance(scenario, card), table, key="card-classes")
            if len(names) > DRAWN_CLASSES:
                st.caption(tr("Drawn are the {n} largest classes; the table has more.", n=DRAWN_CLASSES))
        with right:
            own.figures(card, dataset)
    else:
        own.figures(card, dataset)
    st.caption(md(facts(card, own.facts(card))))
    if card.samples:
        own.samples(card, dataset)


def balance(scenario: Scenario, card: DataCard) -> str:
    """Return how even the classes are, in words."""
    total = max(1, sum(card.classes.values()))
    top, count = next(iter(card.classes.items()))
    return tr(
        "{share} of the {rows} are “{label}”.",
        share=percent(count / total),
        rows=words.rows(scenario.name),
        label=top,
    )


def facts(card: DataCard, own: tuple[str, ...]) -> str:
    """Return parts, what the form of the data adds, and licence in one line."""
    names: dict[Part, str] = {"train": tr("training"), "validation": tr("validation"), "test": tr("test")}
    parts = [f"{name} {number(card.part_rows(part))}" for part, name in names.items() if part in card.parts]
    lines = [
        tr("Parts: {parts}", parts=tr(", ").join(parts)) if parts else "",
        *own,
        tr("Licence: {licence}", licence=card.licence or tr("not named")),
    ]
    return " · ".join(line for line in lines if line)
