"""Charts of recommendation: how interactions are spread, for whom lists work, and what a test takes."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import plotly.graph_objects as go

from pages.shared.charts.style import ACCENT, NEUTRAL, error_bars, figure, points
from pages.shared.i18n import tr
from pages.shared.numbers import number, percent

SHOWN_BINS = 6
"""So many bins of a histogram are named on its axis."""
FEW = 5
"""Fewer are counted one by one: an axis of its own choice would count halves."""


def popularity(curve: Sequence[tuple[float, float]]) -> go.Figure:
    """Return the share of the interactions that the most popular share of the items has, beside equal popularity."""
    made = figure(tr("Share of the items, the most popular first"), tr("Share of the interactions"), height=260)
    made.add_scatter(
        x=[0, 1], y=[0, 1], mode="lines", line={"color": NEUTRAL, "dash": "dot", "width": 1},
        name=tr("If all were equally popular"), hoverinfo="skip",
    )  # fmt: skip
    made.add_scatter(
        x=[x for x, _ in curve], y=[y for _, y in curve], mode="lines", line={"color": ACCENT, "width": 2},
        name=tr("This data"), fill="tozeroy", fillcolor="rgba(59,116,232,0.10)",
        hovertemplate=tr("{x} of the items have {y} of the interactions", x="%{x:.0%}", y="%{y:.0%}")
        + "<extra></extra>",
    )  # fmt: skip
    made.update_xaxes(range=[0, 1.01], tickformat=".0%")
    made.update_yaxes(range=[0, 1.03], tickformat=".0%")
    return made


def counts(bins: Sequence[tuple[float, float, int]], x: str, y: str) -> go.Figure:
    """Return a histogram of (from, to, how many); `x` and `y` are the titles of the axes."""
    made = figure(x, y, height=260)
    names = [span(a, b) for a, b, _ in bins]
    made.add_bar(
        x=names, y=[n for _, _, n in bins], marker={"color": ACCENT}, hovertemplate="%{x}: %{y}<extra></extra>"
    )
    every = max(1, -(-len(names) // SHOWN_BINS))
    # Named by where they begin: whole spans run into each other on a phone.
    made.update_xaxes(
        type="category", tickangle=0, tickvals=names[::every], ticktext=[number(low) for low, _, _ in bins[::every]]
    )
    if max((n for _, _, n in bins), default=0) < FEW:
        made.update_yaxes(dtick=1)
    made.update_layout(bargap=0.12)
    return made


def span(low: float, high: float) -> str:
    """Return a bin of whole numbers from `low` to below `high`."""
    return number(low) if high - low <= 1 else f"{number(low)}–{number(high - 1)}"


def against(frame: pd.DataFrame, colors: Sequence[str], x: str) -> go.Figure:
    """Return one point a row with its interval. Columns: name, value, low, high, in the order of `colors`."""
    made = figure(x, "", height=90 + 46 * len(frame))
    made.add_scatter(
        x=frame["value"],
        y=frame["name"],
        mode="markers",
        marker={"size": 12, "color": list(colors)},
        error_x=error_bars(frame["value"], frame["low"], frame["high"]) | {"color": NEUTRAL},
        hovertemplate="%{y}: %{x:.3f}<extra></extra>",
        showlegend=False,
    )
    made.update_xaxes(rangemode="tozero")
    made.update_yaxes(range=[len(frame) - 0.4, -0.6], type="category", showgrid=False)
    return made


def by_activity(frame: pd.DataFrame, color: str, y: str) -> go.Figure:
    """Return a score by how much people did before. Columns: name, rows, value, low, high."""
    hover = tr("{x} items: {y}, {n} people", x="%{x}", y="%{y:.3f}", n="%{customdata}")
    made = points(frame, "value", color, (tr("Items in the history"), y), counted="rows", hover=hover)
    made.update_yaxes(rangemode="tozero")
    return made


def shares(frame: pd.DataFrame, color: str, titles: tuple[str, str]) -> go.Figure:
    """Return two shares side by side for each name. Columns: name, mine, all; `titles` name the two."""
    made = figure(tr("Share"), "", height=90 + 40 * len(frame))
    for column, title, shade in (("mine", titles[0], color), ("all", titles[1], NEUTRAL)):
        made.add_bar(
            x=frame[column], y=frame["name"], orientation="h", name=title, marker={"color": shade},
            hovertemplate="%{y}: %{x:.0%}<extra>" + title + "</extra>",
        )  # fmt: skip
    made.update_layout(bargap=0.25, bargroupgap=0.1)
    made.update_xaxes(tickformat=".0%", rangemode="tozero")
    made.update_yaxes(autorange="reversed", type="category", showgrid=False)
    return made


def days(frame: pd.DataFrame, chosen: tuple[float, float]) -> go.Figure:
    """Return how many days a test takes by the lift it is to find. Columns: lift, days; `chosen` is marked."""
    made = figure(tr("Smallest lift that is found (relative)"), tr("Days"), height=260)
    made.add_scatter(
        x=frame["lift"], y=frame["days"], mode="lines", line={"color": ACCENT, "width": 2}, showlegend=False,
        hovertemplate=tr("a lift of {x} takes {y} days", x="%{x:.1%}", y="%{y:,.0f}") + "<extra></extra>",
    )  # fmt: skip
    made.add_scatter(
        x=[chosen[0]], y=[chosen[1]], mode="markers", marker={"size": 12, "color": ACCENT}, showlegend=False,
        hovertemplate=f"{percent(chosen[0], 1)}: {number(chosen[1], 0)}<extra></extra>",
    )  # fmt: skip
    made.update_xaxes(tickformat=".0%", rangemode="tozero")
    made.update_yaxes(type="log", dtick=1, tickformat=",")
    return made
