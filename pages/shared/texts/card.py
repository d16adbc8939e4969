"""The part of a data card that only texts have: their lengths, columns and languages."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from engine.datasets.dataset import DataCard, Dataset
from engine.datasets.texts.options import TextCard
from pages.shared.charts import quality, style
from pages.shared.frame import strong
from pages.shared.i18n import tr
from pages.shared.numbers import number, percent


def figures(card: DataCard, _dataset: Dataset | None) -> None:
    """Draw how many words the texts have."""
    assert isinstance(card, TextCard)
    strong(tr("Words in a text"))
    if card.length_histogram:
        bins = list(card.length_histogram)
        table = pd.DataFrame(bins, columns=[tr("From"), tr("To"), tr("Rows")])
        alt = tr(
            "Half of the texts have up to {half} words, 95 of 100 up to {most}.",
            half=number(card.length_words["p50"]),
            most=number(card.length_words["p95"]),
        )
        style.draw(quality.histogram(bins, tr("Words")), alt, table, key="card-lengths")


def facts(card: DataCard) -> tuple[str, ...]:
    """Return the languages in a few words."""
    assert isinstance(card, TextCard)
    languages = [f"{code} {percent(share)}" for code, share in list(card.languages.items())[:3]]
    return (tr("Languages: {languages}", languages=", ".join(languages)),) if languages else ()


def samples(card: DataCard, _dataset: Dataset | None) -> None:
    """Draw a few rows."""
    names = {"row": tr("Row in the file"), "text": tr("Text"), "label": tr("Label")}
    frame = pd.DataFrame(list(card.samples))[list(names)].rename(columns=names)
    wide = {names["text"]: st.column_config.TextColumn(width="large")}
    st.dataframe(frame, hide_index=True, height=210, column_config=wide, alt=tr("A few rows of the data"))
