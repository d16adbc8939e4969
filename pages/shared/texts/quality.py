"""Where a classifier of texts fails: what every classifier shows, and short against long texts."""

from __future__ import annotations

from functools import partial
from typing import Any

import pandas as pd

from pages.shared import words
from pages.shared.charts import quality, style
from pages.shared.frame import strong
from pages.shared.i18n import tr
from pages.shared.numbers import number
from pages.shared.scenario import results_quality


def draw(report: dict[str, Any]) -> None:
    """Draw confusion, classes, mistakes, calibration and lengths of the run of `report`."""
    show = partial(results_quality.mistakes, subject="text", title=tr("Sentence"))
    results_quality.draw(report, show, lambda: by_length(report))


def by_length(report: dict[str, Any]) -> None:
    """Draw the accuracy of short and long texts."""
    run_id, color = report["run_id"], style.recipe_color(report["recipe"])
    rows = [
        {
            "name": f"{number(s['from'])}–{number(s['to'])}",
            "count": s["count"],
            "accuracy": s["accuracy"]["value"],
            "low": s["accuracy"]["low"],
            "high": s["accuracy"]["high"],
        }
        for s in report["quality"]["slices"]
        if s["slice"] == "length" and s["count"]
    ]
    if not rows:
        return
    frame = pd.DataFrame(rows)
    worst = min(rows, key=lambda r: float(r["accuracy"]))
    strong(tr("Short and long sentences"))
    alt = tr(
        "Least accurate at {words} words: {right}.", words=worst["name"], right=words.right_of(float(worst["accuracy"]))
    )
    names = {"name": tr("Words"), "count": tr("Rows"), "accuracy": tr("Accuracy"), "low": tr("Low"), "high": tr("High")}
    shown = style.kept((run_id, "lengths"), lambda: quality.lengths(frame, color))
    style.draw(shown, alt, frame.round(3).rename(columns=names), key="lengths")
