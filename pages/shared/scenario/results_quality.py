"""Where a model fails and how far its probabilities can be trusted."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd
import streamlit as st

from pages.shared import words
from pages.shared.charts import quality, style
from pages.shared.frame import strong
from pages.shared.i18n import tr
from pages.shared.numbers import DASH, missing, number, percent


def draw(
    report: dict[str, Any], show_mistakes: Callable[[list[dict[str, Any]]], None], beside: Callable[[], None]
) -> None:
    """Draw confusion, classes, mistakes and calibration of the run of `report`, and `beside` the last one.

    `show_mistakes` draws the mistakes of the report.
    """
    block, labels, color = report["quality"], report["labels"], style.recipe_color(report["recipe"])
    run_id, rows = report["run_id"], words.rows_title(report["scenario"])
    st.subheader(weakest_sentence(block["per_class"]), anchor=False)
    left, right = st.columns(2)
    with left:
        strong(tr("What it says, against the truth"))
        shown = style.kept((run_id, "confusion"), lambda: quality.confusion(block["confusion"], labels))
        style.draw(
            shown,
            confusion_words(block["confusion"], labels),
            quality.confusion_table(block["confusion"], labels),
            key="confusion",
        )
    with right:
        strong(tr("Each class"))
        frame = class_frame(block["per_class"])
        shown = style.kept((run_id, "classes"), lambda: quality.per_class(frame, color))
        style.draw(shown, weakest_sentence(block["per_class"]), class_table(block["per_class"], rows), key="classes")
    show_mistakes(block["mistakes"])
    left, right = st.columns(2)
    with left:
        calibration(run_id, block, color, rows)
    with right:
        beside()


def weakest_sentence(per_class: list[dict[str, Any]]) -> str:
    """Return which class is found least often, in words."""
    weak = min(per_class, key=lambda c: c["recall"]["value"])
    if weak["recall"]["value"] == 1:
        return tr("On this test part it misses none of any class")
    return tr(
        "It misses “{label}” most: it finds {n} of 100", label=weak["label"], n=round(100 * weak["recall"]["value"])
    )


def confusion_words(counts: list[list[int]], labels: list[str]) -> str:
    """Return the most frequent confusion in words."""
    pairs = [(counts[i][j], labels[i], labels[j]) for i in range(len(labels)) for j in range(len(labels)) if i != j]
    n, truth, said = max(pairs)
    if not n:
        return tr("It took no class for another.")
    return tr(
        "Most frequent confusion: {n} times it said “{said}” where “{truth}” was true.", n=n, said=said, truth=truth
    )


def class_frame(per_class: list[dict[str, Any]]) -> pd.DataFrame:
    rows = [
        {"label": c["label"], "support": c["support"]}
        | {f"{m}{end}": c[m][part] for m in ("precision", "recall", "f1") for end, part in style.ENDS.items()}
        for c in per_class
    ]
    return pd.DataFrame(rows)


def class_table(per_class: list[dict[str, Any]], rows: str) -> pd.DataFrame:
    """Return every figure of each class with its interval, as it is read."""
    names = {
        "precision": tr("Precision"),
        "recall": tr("Recall"),
        "f1": tr("F1"),
        "auc": tr("AUC, one against the rest"),
    }
    return pd.DataFrame(
        [
            {tr("Class"): c["label"], rows: c["support"]}
            | {name: _with_interval(c[m]) for m, name in names.items() if m in c}
            for c in per_class
        ]
    )


def _with_interval(found: dict[str, float | None]) -> str:
    if missing(found["value"]):
        return DASH
    value, low, high = (number(found[end], 3) for end in style.ENDS.values())
    return tr("{value} ({low} to {high})", value=value, low=low, high=high)


def mistakes(found: list[dict[str, Any]], subject: str, title: str) -> None:
    """Draw the mistakes the model was surest of.

    `subject` is the field of a mistake that shows the row, `title` what that is called.
    """
    if not found:
        return
    strong(tr("The mistakes it was surest of"))
    st.caption(tr("Read a few: some are wrong labels in the data rather than errors of the model."))
    table = pd.DataFrame(found)[[subject, "label", "predicted", "probability", "row"]]
    st.dataframe(
        table,
        hide_index=True,
        height=280,
        alt=tr("Rows with their true class, the class the model said, and its probability"),
        column_config={
            subject: st.column_config.TextColumn(title, width="large"),
            "label": st.column_config.TextColumn(tr("Truth")),
            "predicted": st.column_config.TextColumn(tr("The model said")),
            "probability": st.column_config.ProgressColumn(
                tr("Probability"), format="percent", min_value=0, max_value=1
            ),
            "row": st.column_config.NumberColumn(tr("Row in the file")),
        },
    )


def calibration(run_id: str, block: dict[str, Any], color: str, rows: str) -> None:
    error = block["metrics"]["ece"]["value"]
    strong(tr("How far its probabilities can be trusted"))
    frame = pd.DataFrame(block["reliability"])
    frame = frame[frame["count"] > 0]
    frame["low"], frame["high"] = zip(*(_ends(row) for row in frame.to_dict("records")), strict=True)
    alt = tr("Stated probabilities are off by {error} on average.", error=percent(error, 1))
    names = {
        "confidence": tr("Stated probability"),
        "accuracy": tr("Share that was right"),
        "low": tr("Low"),
        "high": tr("High"),
        "count": rows,
    }
    shown = style.kept((run_id, "reliability"), lambda: quality.reliability(frame, color))
    style.draw(shown, alt, frame[list(names)].round(3).rename(columns=names), key="reliability")


def _ends(row: dict[Any, Any]) -> tuple[float, float]:
    """Return the interval of one bin as the report has it; without one, the point itself."""
    return float(row.get("low", row["accuracy"])), float(row.get("high", row["accuracy"]))
