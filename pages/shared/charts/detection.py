"""How well something is found: ROC, precision against recall, and the net benefit of acting on it."""

from __future__ import annotations

from typing import Any

import plotly.graph_objects as go

from pages.shared.charts.style import GOOD, NEUTRAL, figure
from pages.shared.i18n import tr

SHADE = "rgba(59,116,232,0.15)"


def roc(curve: dict[str, Any], color: str) -> go.Figure:
    """Return sensitivity against false alarms, with its 95 % band."""
    made = figure(tr("False alarms among the healthy (0–1)"), tr("Sensitivity (0–1)"))
    _band(made, curve["band"], "false_positive_rate")
    points = [{"sensitivity": 0.0, "specificity": 1.0}, *curve["points"], {"sensitivity": 1.0, "specificity": 0.0}]
    x, y = [1 - p["specificity"] for p in points], [p["sensitivity"] for p in points]
    _line(made, x, y, color, tr("This model"))
    _line(made, [0, 1], [0, 1], NEUTRAL, tr("Guessing"), dash="dot")
    return made


def precision_recall(curve: dict[str, Any], prevalence: float, color: str) -> go.Figure:
    """Return the share of alarms that are right against the share found, with its 95 % band."""
    made = figure(tr("Found, of all there are (recall, 0–1)"), tr("Alarms that are right (precision, 0–1)"))
    _band(made, curve["band"], "recall")
    _line(
        made, [p["recall"] for p in curve["points"]], [p["precision"] for p in curve["points"]], color, tr("This model")
    )
    _line(made, [0, 1], [prevalence, prevalence], NEUTRAL, tr("Guessing"), dash="dot")
    made.update_yaxes(range=[0, 1.03])
    return made


def net_benefit(curve: list[dict[str, Any]], color: str) -> go.Figure:
    """Return the net benefit by threshold: acting on the model, on everyone, on nobody."""
    made = figure(tr("Threshold: from which probability one acts (0–1)"), tr("Net benefit (true positives a case)"))
    x = [p["threshold"] for p in curve]
    ends = [{"threshold": p["threshold"], "low": p["model"]["low"], "high": p["model"]["high"]} for p in curve]
    _band(made, ends, "threshold")
    _line(made, x, [p["model"]["value"] for p in curve], color, tr("Act on the model"))
    _line(made, x, [p["everyone"] for p in curve], GOOD, tr("Act on everyone"), dash="dash")
    _line(made, x, [p["nobody"] for p in curve], NEUTRAL, tr("Act on nobody"), dash="dot")
    top = max(p["model"]["high"] for p in curve)
    made.update_yaxes(range=[-0.25 * top - 0.01, 1.15 * top + 0.01])
    return made


def _band(made: go.Figure, band: list[dict[str, float]], over: str) -> None:
    """Draw the 95 % band behind the lines."""
    xs = [b[over] for b in band]
    made.add_scatter(
        x=[*xs, *reversed(xs)], y=[*(b["high"] for b in band), *(b["low"] for b in reversed(band))], fill="toself",
        fillcolor=SHADE, line={"width": 0}, hoverinfo="skip", name=tr("95% interval"), mode="lines",
    )  # fmt: skip


def _line(made: go.Figure, x: list[float], y: list[float], color: str, name: str, *, dash: str = "solid") -> None:
    made.add_scatter(
        x=x, y=y, mode="lines", name=name, line={"color": color, "width": 2, "dash": dash},
        hovertemplate="%{x:.2f}: %{y:.3f}<extra>" + name + "</extra>",
    )  # fmt: skip
