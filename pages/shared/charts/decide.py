"""How firmly a choice stands, as a picture."""

from __future__ import annotations

import re

import pandas as pd
import plotly.graph_objects as go

from engine.reports.stakeholder.document import Bars
from engine.reports.stakeholder.look import COLORS
from engine.reports.wording import of_hundred
from pages.shared.charts.style import figure, recipe_color
from pages.shared.i18n import tr

PATTERNS = ("", "/", ".", "x")
"""Full for one kind of bar, hatched and dotted for others: readable without colour."""


BREAK = re.compile(r"(.{9,}?)([ ，])")
"""Where a long name goes on in the next line: a phone has room for bars only then."""


def stability(frame: pd.DataFrame) -> go.Figure:
    """Return how often each option wins, of 100. Columns: name, recipe, weightings, measurements (shares 0 to 1)."""
    made = figure(tr("Wins of 100"), "", height=110 + 56 * len(frame))
    titles = {"weightings": tr("Over all weightings"), "measurements": tr("If measured again")}
    for pattern, (column, title) in zip(PATTERNS, titles.items(), strict=False):
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


def in_each_case(bars: Bars) -> go.Figure:
    """Return how often each option is chosen, of 100, a bar a case: the colours and figures are the report's."""
    made = figure(bars.axis, "", height=110 + (26 * len(bars.series) + 14) * len(bars.names))
    for color, pattern, series in zip(COLORS, PATTERNS, bars.series, strict=False):
        made.add_bar(
            x=series.values,
            y=[BREAK.sub(r"\1\2<br>", name) for name in bars.names],
            orientation="h",
            name=series.name,
            marker={"color": color, "pattern": {"shape": pattern}},
            text=series.texts,
            textposition="outside",
            textangle=0,
            hovertemplate="%{y}: %{text}<extra>" + series.name + "</extra>",
        )
    made.update_xaxes(range=[0, 112], tickvals=[0, 25, 50, 75, 100])
    made.update_yaxes(autorange="reversed", type="category")
    return made
