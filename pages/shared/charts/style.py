"""One look for every chart: one template, one colour an option, units on axes, and a table for who cannot see it.

Text and grid colours are left to Streamlit's theme, which follows light and dark in the browser; the colours here are
mid-tones that read on both.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any, TypeVar

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import plotly.io as pio
import streamlit as st

from pages.shared.i18n import language, tr

RECIPES = {
    "baseline": "#8792a5",
    "probe": "#1c9c8a",
    "fast": "#3b74e8",
    "lora": "#9a63d8",
    "full": "#dd8a1c",
    "popularity": "#8792a5",
    "item_item": "#1c9c8a",
    "matrix_factorisation": "#9a63d8",
    "sequence": "#3b74e8",
    "text": "#dd8a1c",
    "blend": "#c2557b",
    "bought": "#b8860b",
}
"""One colour means one recipe on every page."""
OTHER = "#7d6b5d"
NEUTRAL = "#8792a5"
ACCENT = "#3b74e8"
GOOD = "#1f9d68"
BAD = "#d65a4f"
HEIGHT = 320
ENDS = {"": "value", "_low": "low", "_high": "high"}
"""Ending of a column → key of an interval in a report."""

MOST_KEPT = 64
Kept = TypeVar("Kept")
_kept: dict[Hashable, Any] = {}

LAYOUT: dict[str, Any] = {
    "margin": {"l": 8, "r": 16, "t": 16, "b": 8},
    "hoverlabel": {"align": "left"},
    "legend": {
        "orientation": "h",
        "yanchor": "bottom",
        "y": 1.02,
        "xanchor": "left",
        "x": 0,
        "title": {"text": ""},
    },
    "hovermode": "closest",
    "bargap": 0.35,
    "xaxis": {"automargin": True, "zeroline": False, "title": {"standoff": 10}},
    "yaxis": {"automargin": True, "zeroline": False, "title": {"standoff": 10}},
}


def points(
    frame: pd.DataFrame, value: str, color: str, titles: tuple[str, str], *, counted: str, hover: str
) -> go.Figure:
    """Return `value` with its interval for each name. Columns: name, `value`, low, high, and `counted`, for `hover`."""
    made = figure(*titles, height=280)
    made.add_scatter(
        x=frame["name"],
        y=frame[value],
        mode="markers",
        marker={"size": 11, "color": color},
        error_y=error_bars(frame[value], frame["low"], frame["high"]),
        customdata=frame[counted],
        hovertemplate=hover + "<extra></extra>",
    )
    made.update_xaxes(type="category")
    return made


def text_color() -> str:
    """Return the colour of plain text: a mark in Streamlit's own template that the browser turns into the theme's."""
    if "streamlit" not in pio.templates:
        return NEUTRAL
    return str(pio.templates["streamlit"].data.table[0].cells.font.color)


def recipe_color(name: str) -> str:
    return RECIPES.get(name, OTHER)


def figure(x: str, y: str, *, height: int = HEIGHT) -> go.Figure:
    """Return an empty figure in the house style. `x` and `y` are the titles of the axes, with their units."""
    axes = {
        name: {**LAYOUT[name], "title": {"text": title, "standoff": 10}, "fixedrange": True}
        for name, title in (("xaxis", x), ("yaxis", y))
    }
    return go.Figure(layout={**LAYOUT, **axes, "height": height})


def kept(key: Hashable, build: Callable[[], Kept]) -> Kept:
    """Return what `build` returns, made once for `key` and the reader's language: a chart takes longer than its data.

    `key` names everything the chart shows. Nobody may change a kept chart, nor data kept with it.
    """
    whole = (language(), key)
    made: Kept | None = _kept.get(whole)
    if made is None:
        if len(_kept) >= MOST_KEPT:
            _kept.clear()
        made = _kept[whole] = build()
    return made


def error_bars(values: pd.Series, low: pd.Series, high: pd.Series) -> dict[str, Any]:
    """Return Plotly's description of the interval from `low` to `high` around `values`."""
    return {
        "type": "data",
        "symmetric": False,
        "array": np.maximum(high.to_numpy() - values.to_numpy(), 0),
        "arrayminus": np.maximum(values.to_numpy() - low.to_numpy(), 0),
        "thickness": 1.5,
        "width": 4,
    }


def draw(made: go.Figure, alt: str, table: pd.DataFrame, *, key: str, **options: Any) -> Any:
    """Draw `made` with `alt`, its message in words, and `table`, the same figures to read; return what was selected."""
    selected = st.plotly_chart(made, key=key, alt=alt, config={"displayModeBar": False, "scrollZoom": False}, **options)
    with st.popover(tr("As a table"), icon=":material/table_rows:", type="tertiary"):
        st.caption(alt)
        st.dataframe(table, hide_index=True, alt=alt)
    return selected
