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


def score_curve(frame: pd.DataFrame, color: str) -> go.Figure:
    """Return macro-F1 on the validation part by epoch. Columns: epoch, validation_macro_f1."""
    made = figure(tr("Epoch"), tr("Macro-F1, validation (0–1)"), height=260)
    made.add_scatter(
        x=frame["epoch"], y=frame["validation_macro_f1"], mode="lines+markers", showlegend=False,
        line={"color": color, "width": 2}, hovertemplate="%{y:.3f}<extra></extra>",
    )  # fmt: skip
    made.update_xaxes(dtick=max(1, len(frame) // 8), rangemode="tozero")
    return made


def throughput(frame: pd.DataFrame, color: str) -> go.Figure:
    """Return sentences a second by batch size. Columns: batch, per_s."""
    made = figure(tr("Sentences in one call"), tr("Sentences a second"), height=260)
    made.add_scatter(
        x=[str(b) for b in frame["batch"]], y=frame["per_s"], mode="lines+markers", showlegend=False,
        line={"color": color, "width": 2},
        hovertemplate=tr("batch {x}: {y} a second", x="%{x}", y="%{y:,.0f}") + "<extra></extra>",
    )  # fmt: skip
    made.update_xaxes(type="category")
    made.update_yaxes(rangemode="tozero")
    return made
