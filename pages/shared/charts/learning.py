"""How training went, and how fast the result is."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go

from pages.shared.charts.style import NEUTRAL, figure
from pages.shared.i18n import tr


def loss_curves(frame: pd.DataFrame, color: str) -> go.Figure:
    """Return training and validation loss by epoch. Columns: epoch, train_loss, validation_loss."""
    made = figure(tr("Epoch"), tr("Loss (nats a row)"), height=260)
    for column, title, dash, shade in (
        ("train_loss", tr("Training part"), "dot", NEUTRAL),
        ("validation_loss", tr("Validation part"), "solid", color),
    ):
        made.add_scatter(
            x=frame["epoch"], y=frame[column], mode="lines+markers", name=title,
            line={"color": shade, "dash": dash, "width": 2}, hovertemplate="%{y:.3f}<extra>" + title + "</extra>",
        )  # fmt: skip
    made.update_xaxes(dtick=max(1, len(frame) // 8), rangemode="tozero")
    return made


def score_curve(frame: pd.DataFrame, color: str, metric: str) -> go.Figure:
    """Return a score on the validation part by epoch; `metric` is its name. Columns: epoch, validation_score."""
    made = figure(tr("Epoch"), tr("{metric}, validation (0–1)", metric=metric), height=260)
    made.add_scatter(
        x=frame["epoch"], y=frame["validation_score"], mode="lines+markers", showlegend=False,
        line={"color": color, "width": 2}, hovertemplate="%{y:.3f}<extra></extra>",
    )  # fmt: skip
    made.update_xaxes(dtick=max(1, len(frame) // 8), rangemode="tozero")
    return made


def in_one_call(units: str) -> str:
    """Return the title of the size of a batch; `units` is what it counts."""
    return tr("In one call ({units})", units=units)


def a_second(units: str) -> str:
    """Return the title of a throughput."""
    return tr("A second ({units})", units=units)


def throughput(frame: pd.DataFrame, color: str, units: str) -> go.Figure:
    """Return what is answered a second by batch size; `units` is what that counts. Columns: batch, per_s."""
    made = figure(in_one_call(units), a_second(units), height=260)
    made.add_scatter(
        x=[str(b) for b in frame["batch"]], y=frame["per_s"], mode="lines+markers", showlegend=False,
        line={"color": color, "width": 2},
        hovertemplate=tr("batch {x}: {y} a second", x="%{x}", y="%{y:,.0f}") + "<extra></extra>",
    )  # fmt: skip
    made.update_xaxes(type="category")
    made.update_yaxes(rangemode="tozero")
    return made
