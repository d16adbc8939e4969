"""The radar of scores with their ranges, and risks by likelihood and impact."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go

from pages.shared.charts.costs import faint
from pages.shared.charts.style import ACCENT, BAD, GOOD, LAYOUT, NEUTRAL, figure
from pages.shared.i18n import tr

LEVELS = 5
GRAVE, MIDDLE = 15, 8
"""Likelihood times impact from which a risk is grave, and from which it wants a plan."""


def radar(frame: pd.DataFrame) -> go.Figure:
    """Return the scores around a circle, the range of each as a band. Columns: title, low, value, high."""
    made = go.Figure(layout={**LAYOUT, "height": 400, "margin": {"l": 84, "r": 84, "t": 32, "b": 64}})
    around = [*frame["title"], frame["title"].iloc[0]]
    closed = {end: [*frame[end], frame[end].iloc[0]] for end in ("low", "high", "value")}
    made.add_scatterpolar(
        theta=[*around, *reversed(around)], r=[*closed["high"], *reversed(closed["low"])], fill="toself",
        fillcolor=faint(ACCENT), line={"width": 0}, name=tr("What it could be"), hoverinfo="skip", mode="lines",
    )  # fmt: skip
    made.add_scatterpolar(
        theta=around, r=closed["value"], mode="lines+markers", connectgaps=False, name=tr("Score"),
        line={"color": ACCENT, "width": 2.5}, marker={"size": 8},
        customdata=list(zip(closed["low"], closed["high"], strict=True)),
        hovertemplate="%{theta}: %{r:.0f} (%{customdata[0]:.0f}–%{customdata[1]:.0f})<extra></extra>",
    )  # fmt: skip
    made.update_polars(
        radialaxis={
            "range": [0, 100], "tickvals": [25, 50, 75, 100], "angle": 90, "tickangle": 90, "tickfont": {"size": 10},
        },
        angularaxis={"direction": "clockwise", "rotation": 90, "tickfont": {"size": 11}},
        bgcolor="rgba(0,0,0,0)",
    )  # fmt: skip
    made.update_layout(legend={"orientation": "h", "yanchor": "top", "y": -0.14, "x": 0.5, "xanchor": "center"})
    return made


def risks(frame: pd.DataFrame, likelihoods: list[str], impacts: list[str]) -> go.Figure:
    """Return risks as numbers on a grid. Columns: number, likelihood, impact, title."""
    made = figure(tr("Likelihood"), tr("Impact"), height=360)
    steps = list(range(1, LEVELS + 1))
    made.add_heatmap(
        x=steps, y=steps, z=[[_gravity(x * y) for x in steps] for y in steps], zmin=0, zmax=2, showscale=False,
        colorscale=[[0, faint(GOOD)], [0.5, faint(NEUTRAL)], [1, faint(BAD)]], hoverinfo="skip", xgap=3, ygap=3,
    )  # fmt: skip
    for (likely, impact), here in frame.groupby(["likelihood", "impact"]):
        names = [f"{n}. {t}" for n, t in zip(here["number"], here["title"], strict=True)]
        made.add_scatter(
            x=[likely], y=[impact], mode="text", text=[" ".join(str(n) for n in here["number"])], showlegend=False,
            textfont={"size": 15}, hovertext="<br>".join(names), hoverinfo="text",
        )  # fmt: skip
    made.update_xaxes(
        tickvals=steps, ticktext=[_two_lines(t) for t in likelihoods], tickangle=0, showgrid=False, range=[0.5, 5.5]
    )
    made.update_yaxes(tickvals=steps, ticktext=[_two_lines(t) for t in impacts], showgrid=False, range=[0.5, 5.5])
    return made


def _two_lines(text: str) -> str:
    return text.replace(" ", "<br>", 1)


def _gravity(severity: int) -> int:
    return 2 if severity >= GRAVE else 1 if severity >= MIDDLE else 0
