"""The trade-off picture: every run as a point, its interval, and the front that nobody beats."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from engine.jobs.bought import RECIPE as BOUGHT
from pages.shared import words
from pages.shared.charts.style import NEUTRAL, error_bars, figure, recipe_color
from pages.shared.i18n import tr

LOG_FROM = 8.0
"""Axes whose values spread over more than this factor are logarithmic."""
SPACES = 5
"""An axis that is not logarithmic has at most this many spaces between ticks from the lowest to the highest value."""


def tradeoff(frame: pd.DataFrame, x_title: str, y_title: str, write: dict[str, Callable[[float], str]]) -> go.Figure:
    """Return the scatter of all runs; `write` says how a value of "x" and of "y" is written.

    Columns: run_id, recipe, scenario, name, x, x_low, x_high, y, y_low, y_high, x_text, y_text, front, chosen (both
    bool).
    """
    made = figure(x_title, y_title, height=460)
    _front(made, frame)
    for recipe, rows in frame.groupby("recipe", sort=False):
        made.add_scatter(
            x=rows["x"].to_numpy(),
            y=rows["y"].to_numpy(),
            mode="markers",
            name=words.recipe(str(recipe), str(rows["scenario"].iloc[0])),
            marker=_marker(rows, recipe_color(str(recipe))),
            error_x=error_bars(rows["x"], rows["x_low"], rows["x_high"]) | {"color": "rgba(135,146,165,0.45)"},
            error_y=error_bars(rows["y"], rows["y_low"], rows["y_high"]) | {"color": "rgba(135,146,165,0.45)"},
            customdata=rows[["run_id", "name", "x_text", "y_text"]].to_numpy(),
            hovertemplate="<b>%{customdata[1]}</b><br>"
            + f"{x_title}: %{{customdata[2]}}<br>{y_title}: %{{customdata[3]}}"
            "<extra></extra>",
        )
    for axis, update in (("x", made.update_xaxes), ("y", made.update_yaxes)):
        update(**_ticks(frame[axis], frame[[f"{axis}_low", axis, f"{axis}_high"]].to_numpy(float), write[axis]))
    return made


def _ticks(values: pd.Series, ends: np.ndarray, write: Callable[[float], str]) -> dict[str, Any]:
    """Return the ticks of an axis up to the ends of intervals, written as its quantity is.

    The axis is logarithmic where the values, not their intervals, spread widely.
    """
    wide = 0 < float(values.min()) * LOG_FROM < float(values.max())
    low, high = float(np.nanmin(ends)), float(np.nanmax(ends))
    if wide and low > 0:
        decades = range(math.floor(math.log10(low)) - 1, math.ceil(math.log10(high)) + 1)
        steps = (1, 2, 5) if len(decades) <= 4 else (1,)
        ticks = [s * 10.0**d for d in decades for s in steps]
        return {"type": "log", "tickvals": ticks, "ticktext": [write(t) for t in ticks]}
    step = _round_step(max(high - low, abs(high) / 4, 1e-12) / SPACES)
    first, last = math.floor(low / step), math.ceil(high / step)
    ticks = [step * n for n in range(first - 1, last + 2)]
    ticks = [t for t in ticks if t >= 0]
    return {"tickvals": ticks, "ticktext": [write(t) for t in ticks]}


def _round_step(least: float) -> float:
    """Return the smallest of 1, 2 and 5 times a power of ten that is no less than `least`."""
    decade = 10.0 ** math.floor(math.log10(least))
    return next((s * decade for s in (1, 2, 5) if s * decade >= least), 10 * decade)


def _front(made: go.Figure, frame: pd.DataFrame) -> None:
    front = frame[frame["front"]].sort_values("x")
    made.add_scatter(
        x=front["x"].to_numpy(), y=front["y"].to_numpy(), mode="lines", name=tr("Nobody beats these"), hoverinfo="skip",
        line={"color": NEUTRAL, "width": 2, "dash": "dash", "shape": "hv"},
    )  # fmt: skip


def _shapes(rows: pd.DataFrame) -> list[str]:
    """Return what tells built from bought without colour."""
    return ["diamond" if recipe == BOUGHT else "circle" for recipe in rows["recipe"]]


def _marker(rows: pd.DataFrame, color: str) -> dict[str, object]:
    return {
        "color": color,
        "size": [17 if front else 11 for front in rows["front"]],
        "opacity": [1.0 if front else 0.55 for front in rows["front"]],
        "symbol": ["star" if chosen else whole for chosen, whole in zip(rows["chosen"], _shapes(rows), strict=True)],
        "line": {"width": 1, "color": "rgba(255,255,255,0.6)"},
    }
