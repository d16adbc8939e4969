"""What the model answered: class, probabilities, latency, and the words that moved the answer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd
import streamlit as st

from pages.shared.charts import quality, style
from pages.shared.frame import badge, strong
from pages.shared.i18n import md, tr, trn
from pages.shared.numbers import milliseconds, percent
from pages.shared.resources import client

FULL = 0.4
"""A fall in probability that is shaded in full."""
LEAST = 0.02
"""A smaller one is not shaded."""


def ask(run_id: str, texts: tuple[str, ...]) -> Any:
    """Return the service's answers to `texts`."""
    return client().predict(run_id, list(texts))


def draw(run_id: str, texts: tuple[str, ...], found: Any, report: dict[str, Any]) -> None:
    """Draw one answer at length, several as a table."""
    if len(texts) == 1:
        one(run_id, texts[0], found, style.recipe_color(report["recipe"]))
    else:
        many(texts, found)
    took = trn("{n} sentence in {time}", "{n} sentences in {time}", len(texts), time=milliseconds(found.latency_ms))
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(md(f"{took} · {found.provider}"), width="content")
        badge("measured", tr("From the request to the answer of the inference service, tokenising included."))


def winner(found: Any, row: int) -> tuple[str, float]:
    """Return the class of the answer to text `row` and its probability."""
    probabilities = [float(p) for p in found.probabilities[row]]
    best = max(range(len(probabilities)), key=probabilities.__getitem__)
    return str(found.labels[best]), probabilities[best]


def one(run_id: str, text: str, found: Any, color: str) -> None:
    """Draw the answer to one sentence, its probabilities, and its words."""
    label, probability = winner(found, 0)
    left, right = st.columns([2, 3], gap="large")
    with left:
        st.metric(tr("Answer"), md(label))
        st.caption(tr("with a probability of {p}", p=percent(probability)))
    shares = [float(p) for p in found.probabilities[0]]
    table = pd.DataFrame({tr("Class"): list(found.labels), tr("Probability"): [round(s, 4) for s in shares]})
    with right:
        alt = tr("{label} has a probability of {p}.", label=label, p=percent(probability))
        made = quality.probability_bars(list(found.labels), shares, color)
        style.draw(made, alt, table, key="probabilities")
    words_that_moved(run_id, text, label)


def words_that_moved(run_id: str, text: str, label: str) -> None:
    """Draw the sentence with the words shaded by how far the probability falls without them."""
    strong(tr("The words that moved the answer"))
    st.markdown(shaded(text, client().explain(run_id, text)))
    st.caption(
        tr(
            "Blue speaks for “{label}”, orange against it: how far its probability changes when the word is left out.",
            label=md(label),
        )
    )


def shaded(text: str, weights: Sequence[Any]) -> str:
    """Return `text` as Markdown with each word shaded by its weight."""
    parts, place = [], 0
    for word in sorted(weights, key=lambda w: w.start):
        parts += [md(text[place : word.start]), shade(text[word.start : word.end], float(word.weight))]
        place = word.end
    return "".join([*parts, md(text[place:])])


def shade(word: str, weight: float) -> str:
    """Return one word on a background as strong as its weight."""
    if abs(weight) < LEAST:
        return md(word)
    strength = round(0.15 + 0.55 * min(1.0, abs(weight) / FULL), 2)
    color = f"rgba(59,116,232,{strength})" if weight > 0 else f"rgba(221,138,28,{strength})"
    return f':color[{md(word)}]{{background="{color}"}}'


def many(texts: Sequence[str], found: Any) -> None:
    """Draw the answers to several sentences as a table."""
    picked = [winner(found, i) for i in range(len(texts))]
    frame = pd.DataFrame({"text": texts, "label": [p[0] for p in picked], "probability": [p[1] for p in picked]})
    counts = frame["label"].value_counts()
    st.markdown(f"**{md(', '.join(f'{n} × {label}' for label, n in counts.items()))}**")
    st.dataframe(
        frame,
        hide_index=True,
        alt=tr("Each sentence with its class and probability"),
        column_config={
            "text": st.column_config.TextColumn(tr("Sentence"), width="large"),
            "label": st.column_config.TextColumn(tr("Class")),
            "probability": st.column_config.ProgressColumn(
                tr("Probability"), format="percent", min_value=0, max_value=1
            ),
        },
    )
