"""One figure for several groups, each with its interval."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go

from pages.shared.charts.style import error_bars, figure
from pages.shared.i18n import tr


def dots(frame: pd.DataFrame, color: str, metric: str) -> go.Figure:
    """Return `metric` of each group with its 95 % interval. Columns: name, count, value, value_low, value_high."""
    made = figure(tr("{metric} (0–1), with 95% interval", metric=metric), "", height=100 + 34 * len(frame))
    made.add_scatter(
        x=frame["value"],
        y=frame["name"],
        mode="markers",
        showlegend=False,
        marker={"size": 10, "color": color},
        error_x=error_bars(frame["value"], frame["value_low"], frame["value_high"]),
        customdata=frame["count"],
        hovertemplate=tr("{y}: {x}, {n} pictures", y="%{y}", x="%{x:.3f}", n="%{customdata}") + "<extra></extra>",
    )
    made.update_xaxes(range=[0, 1.02])
    made.update_yaxes(autorange="reversed", type="category", showgrid=False)
    return made
