"""How firmly a choice stands, as a picture."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go

from engine.reports.wording import of_hundred
from pages.shared.charts.style import figure, recipe_color
from pages.shared.i18n import tr

PATTERNS = ("", "/")
"""Full for one kind of bar, hatched for the other: readable without colour."""


def stability(frame: pd.DataFrame) -> go.Figure:
    """Return how often each option wins, of 100. Columns: name, recipe, weightings, measurements (shares 0 to 1)."""
    made = figure(tr("Wins of 100"), "", height=110 + 56 * len(frame))
    titles = {"weightings": tr("Over all weightings"), "measurements": tr("If measured again")}
    for pattern, (column, title) in zip(PATTERNS, titles.items(), strict=True):
        made.add_bar(
            x=100 * frame[column],
            y=frame["name"],
            orientation="h",
            name=title,
            marker={"color": [recipe_color(r) for r in frame["recipe"]], "pattern": {"shape": pattern}},
            text=[str(of_hundred(v)) for v in frame[column]],
            hovertemplate="%{y}: %{text}<extra>" + title + "</extra>",
        )
    made.update_xaxes(range=[0, 105])
    made.update_yaxes(autorange="reversed", type="category")
    return made
