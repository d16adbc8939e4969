"""How good a model is and where it fails: confusion, classes, calibration, lengths."""

from __future__ import annotations

import math

import pandas as pd
import plotly.graph_objects as go

from pages.shared.charts.style import ACCENT, NEUTRAL, error_bars, figure, points, text_color
from pages.shared.i18n import tr
from pages.shared.numbers import number, percent

SHADE = [[0.0, "rgba(59,116,232,0.05)"], [1.0, "rgba(59,116,232,0.55)"]]
SYMBOLS = ("circle", "square", "diamond")


def confusion(counts: list[list[int]], labels: list[str]) -> go.Figure:
    """Return the confusion matrix: truth down, answers across, shaded by the share of the true class."""
    shares = [[n / max(1, sum(row)) for n in row] for row in counts]
    few = len(labels) <= 12
    made = figure(tr("The model said"), tr("Truth"), height=120 + 46 * min(len(labels), 14))
    hover = tr("truth {y}, said {x}: {n}", y="%{y}", x="%{x}", n="%{customdata}") + "<extra></extra>"
    made.add_heatmap(
        z=shares, x=labels, y=labels, customdata=counts, colorscale=SHADE, zmin=0, zmax=1, showscale=False,
        xgap=3, ygap=3, hovertemplate=hover,
    )  # fmt: skip
    if few:
        cells = [(x, y, counts[i][j], shares[i][j]) for i, y in enumerate(labels) for j, x in enumerate(labels)]
        # A trace of its own, so that the text takes the theme's colour, which reads in light and in dark.
        made.add_scatter(
            x=[c[0] for c in cells], y=[c[1] for c in cells], mode="text", hoverinfo="skip", showlegend=False,
            textfont={"color": text_color()},
            text=[f"{number(n)}<br>{percent(s)}" for _, _, n, s in cells],
        )  # fmt: skip
    made.update_yaxes(autorange="reversed", showgrid=False, type="category")
    made.update_xaxes(side="top", showgrid=False, type="category")
    return made


def confusion_table(counts: list[list[int]], labels: list[str]) -> pd.DataFrame:
    frame = pd.DataFrame(counts, columns=labels)
    frame.insert(0, tr("Truth"), labels)
    return frame


def per_class(frame: pd.DataFrame, color: str) -> go.Figure:
    """Return precision, recall and F1 by class with their intervals. Columns: label, then each with _low and _high."""
    made = figure(tr("Share (0–1), with 95% interval"), "", height=110 + 58 * min(len(frame), 12))
    names = {"precision": tr("Precision"), "recall": tr("Recall"), "f1": tr("F1")}
    for place, (name, title) in enumerate(names.items()):
        made.add_scatter(
            x=frame[name],
            y=[i + (1 - place) * 0.2 for i in range(len(frame))],
            mode="markers",
            name=title,
            marker={"symbol": SYMBOLS[place], "size": 10, "color": color, "opacity": 1 - 0.25 * (2 - place) * 0.6},
            error_x=error_bars(frame[name], frame[f"{name}_low"], frame[f"{name}_high"]),
            customdata=frame["label"],
            hovertemplate="%{customdata}: %{x:.3f}<extra>" + title + "</extra>",
        )
    made.update_xaxes(range=[0, 1.02])
    made.update_yaxes(
        tickvals=list(range(len(frame))), ticktext=list(frame["label"]), autorange="reversed", showgrid=False
    )
    return made


def reliability(frame: pd.DataFrame, color: str) -> go.Figure:
    """Return stated against actual correctness. Columns: confidence, accuracy, low, high, count."""
    right = tr("Share that was right (0–1)")
    if (frame["low"] < frame["high"]).any():  # a run judged before there were intervals has none
        right = tr("Share that was right (0–1), with 95% interval")
    made = figure(tr("Probability the model states (0–1)"), right)
    made.add_scatter(
        x=[0, 1], y=[0, 1], mode="lines", line={"color": NEUTRAL, "dash": "dot", "width": 1},
        name=tr("Perfectly calibrated"), hoverinfo="skip",
    )  # fmt: skip
    largest = max(1, int(frame["count"].max()))
    made.add_scatter(
        x=frame["confidence"],
        y=frame["accuracy"],
        mode="lines+markers",
        name=tr("This model"),
        line={"color": color, "width": 2},
        marker={"size": [6 + 12 * math.sqrt(n / largest) for n in frame["count"]], "color": color},
        error_y=error_bars(frame["accuracy"], frame["low"], frame["high"]),
        customdata=frame["count"],
        hovertemplate=tr("said {x}, right {y}, {n} rows", x="%{x:.2f}", y="%{y:.2f}", n="%{customdata}")
        + "<extra></extra>",
    )
    made.update_xaxes(range=[0, 1.03])
    made.update_yaxes(range=[0, 1.05])
    return made


def lengths(frame: pd.DataFrame, color: str) -> go.Figure:
    """Return accuracy by length of text. Columns: name, count, accuracy, low, high."""
    hover = tr("{x} words: {y}, {n} rows", x="%{x}", y="%{y:.3f}", n="%{customdata}")
    titles = tr("Words in the text"), tr("Accuracy (0–1), with 95% interval")
    made = points(frame, "accuracy", color, titles, counted="count", hover=hover)
    made.update_yaxes(range=[max(0.0, float(frame["low"].min()) - 0.05), 1.01])
    return made


def bars(names: list[str], counts: list[int], x: str, *, color: str = ACCENT, height: int = 0) -> go.Figure:
    """Return horizontal bars of counts, the first one on top."""
    made = figure(x, "", height=height or 70 + 34 * min(len(names), 20))
    made.add_bar(
        x=counts, y=names, orientation="h", marker={"color": color}, text=[number(n) for n in counts],
        textposition="outside", cliponaxis=False, hovertemplate="%{y}: %{x}<extra></extra>",
    )  # fmt: skip
    made.update_yaxes(autorange="reversed", type="category", showgrid=False)
    made.update_xaxes(range=[0, max([1, *counts]) * 1.15], tickformat=",~r")
    return made


def histogram(bins: list[tuple[float, float, int]], x: str) -> go.Figure:
    """Return a histogram of (from, to, rows)."""
    made = figure(x, tr("Rows"), height=240)
    made.add_bar(
        x=[(a + b) / 2 for a, b, _ in bins],
        y=[n for _, _, n in bins],
        width=[max(b - a, 1e-9) * 0.92 for a, b, _ in bins],
        marker={"color": ACCENT},
        customdata=[f"{number(a)}–{number(b)}" for a, b, _ in bins],
        hovertemplate="%{customdata}: %{y}<extra></extra>",
    )
    return made


def probability_bars(labels: list[str], shares: list[float], color: str) -> go.Figure:
    """Return the probability of each class, the answer in the recipe's colour."""
    made = figure(tr("Probability (0–1)"), "", height=80 + 34 * min(len(labels), 20))
    best = max(range(len(shares)), key=shares.__getitem__)
    made.add_bar(
        x=shares, y=labels, orientation="h",
        marker={"color": [color if i == best else NEUTRAL for i in range(len(shares))]},
        text=[percent(s) for s in shares], textposition="outside", cliponaxis=False,
        hovertemplate="%{y}: %{x:.3f}<extra></extra>",
    )  # fmt: skip
    made.update_xaxes(range=[0, 1.12])
    made.update_yaxes(autorange="reversed", type="category", showgrid=False)
    return made
