"""What serving costs by volume, by part, by hour of the day and by place, and what more labels would bring."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd
import plotly.graph_objects as go

from pages.shared.charts.style import ACCENT, BAD, GOOD, NEUTRAL, OTHER, error_bars, figure
from pages.shared.i18n import tr
from pages.shared.numbers import carbon, money, number, percent

BUY = OTHER
PARTS = {"serving": ACCENT, "training": "#9a63d8", "people": "#dd8a1c", "labels": "#1c9c8a"}
"""One colour means one use of money."""
FAINT = 0.14


def faint(color: str, opacity: float = FAINT) -> str:
    """Return a colour so thin that a band of it can lie over another, or as thin as `opacity` says."""
    red, green, blue = (int(color[i : i + 2], 16) for i in (1, 3, 5))
    return f"rgba({red},{green},{blue},{opacity})"


def build_or_buy(frame: pd.DataFrame, build_color: str, now: float, meeting: float | None) -> go.Figure:
    """Return building and buying by volume with their ranges, and where they meet.

    Columns: predictions, then build and buy, each with _low and _high.
    """
    made = figure(tr("Predictions a month"), tr("US$ a month"), height=400)
    for side, title, color in (("build", tr("Build"), build_color), ("buy", tr("Buy"), BUY)):
        made.add_scatter(
            x=[*frame["predictions"], *frame["predictions"][::-1]],
            y=[*frame[f"{side}_high"], *frame[f"{side}_low"][::-1]],
            fill="toself", fillcolor=faint(color), line={"width": 0}, hoverinfo="skip", showlegend=False,
        )  # fmt: skip
        made.add_scatter(
            x=frame["predictions"], y=frame[side], mode="lines", name=title, line={"color": color, "width": 2.5},
            customdata=[[number(round(x)), money(y)] for x, y in zip(frame["predictions"], frame[side], strict=True)],
            hovertemplate="%{customdata[0]}: %{customdata[1]}<extra>" + title + "</extra>",
        )  # fmt: skip
    ends = [float(frame[["build_low", "buy_low"]].min().min()), float(frame[["build_high", "buy_high"]].max().max())]
    marks = [(now, tr("Now"), NEUTRAL, "dot")]
    if meeting is not None:
        marks.append((meeting, tr("Building pays from here"), GOOD, "dash"))
    for volume, title, color, dash in marks:
        made.add_scatter(
            x=[volume, volume], y=ends, mode="lines", name=title, line={"color": color, "dash": dash, "width": 1.5},
            hoverinfo="skip",
        )  # fmt: skip
    made.update_xaxes(type="log", dtick=1, exponentformat="B")
    made.update_yaxes(type="log", dtick=1, exponentformat="B")
    return made


def money_parts(steps: Sequence[tuple[str, Mapping[str, float]]], names: Mapping[str, str]) -> go.Figure:
    """Return where the money goes at each size of the load, as shares of a bar."""
    made = figure(tr("Share of the monthly cost"), "", height=110 + 52 * len(steps))
    for part, title in names.items():
        values = [parts.get(part, 0.0) for _, parts in steps]
        totals = [sum(parts.values()) or 1.0 for _, parts in steps]
        shares = [v / t for v, t in zip(values, totals, strict=True)]
        made.add_bar(
            x=shares, y=[name for name, _ in steps], orientation="h", name=title, marker={"color": PARTS[part]},
            text=[percent(s) if s >= 0.06 else "" for s in shares], textposition="inside", insidetextanchor="middle",
            textfont={"color": "white"}, customdata=[money(v) for v in values],
            hovertemplate="%{y}: %{customdata}<extra>" + title + "</extra>",
        )  # fmt: skip
    made.update_layout(barmode="stack", bargap=0.3)
    made.update_xaxes(range=[0, 1], tickformat=".0%")
    made.update_yaxes(autorange="reversed", type="category", showgrid=False)
    return made


def day(by_hour: Sequence[int], fixed: int, color: str) -> go.Figure:
    """Return the machines that run in each hour of the day, and how many would always run."""
    made = figure(tr("Hour of the day"), tr("Machines"), height=260)
    made.add_bar(
        x=list(range(len(by_hour))), y=list(by_hour), marker={"color": color}, name=tr("Following the load"),
        hovertemplate="%{x}:00 · %{y}<extra></extra>",
    )  # fmt: skip
    made.add_scatter(
        x=[-0.5, len(by_hour) - 0.5], y=[fixed, fixed], mode="lines", name=tr("Always as many"),
        line={"color": NEUTRAL, "dash": "dash", "width": 1.5}, hoverinfo="skip",
    )  # fmt: skip
    made.update_xaxes(dtick=6)
    made.update_yaxes(rangemode="tozero", dtick=1 if fixed <= 6 else None)
    return made


def places(frame: pd.DataFrame) -> go.Figure:
    """Return cost against carbon of every place, with its range of carbon.

    Columns: name, month, grams, grams_low, grams_high, role ("", "cheapest", "cleanest", "chosen").
    """
    made = figure(tr("US$ a month"), tr("kgCO₂e a year"), height=380)
    titles = {"": tr("Others"), "cheapest": tr("Cheapest"), "cleanest": tr("Cleanest"), "chosen": tr("Chosen")}
    looks = {"": (NEUTRAL, 7), "cheapest": (ACCENT, 13), "cleanest": (GOOD, 13), "chosen": (BAD, 13)}
    for role, title in titles.items():
        rows = frame[frame["role"] == role]
        if not len(rows):
            continue
        color, size = looks[role]
        made.add_scatter(
            x=rows["month"], y=rows["grams"] / 1000, mode="markers", name=title, marker={"color": color, "size": size},
            error_y=error_bars(rows["grams"] / 1000, rows["grams_low"] / 1000, rows["grams_high"] / 1000)
            | {"color": faint(color) if not role else color},
            customdata=[[n, money(m), carbon(g)] for n, m, g in rows[["name", "month", "grams"]].values],
            hovertemplate="<b>%{customdata[0]}</b><br>%{customdata[1]} · %{customdata[2]}<extra></extra>",
            cliponaxis=False,  # a clean region lies on the axis
        )  # fmt: skip
    made.update_yaxes(rangemode="tozero")
    return made


def learning(points: pd.DataFrame, curve: pd.DataFrame, color: str) -> go.Figure:
    """Return measured scores by labels and the curve expected beyond them.

    Columns of both: rows, score, low, high.
    """
    made = figure(tr("Labelled rows"), tr("Quality (0–1), with 95% interval"), height=340)
    made.add_scatter(
        x=[*curve["rows"], *curve["rows"][::-1]], y=[*curve["high"], *curve["low"][::-1]], fill="toself",
        fillcolor=faint(color), line={"width": 0}, hoverinfo="skip", showlegend=False,
    )  # fmt: skip
    made.add_scatter(
        x=curve["rows"], y=curve["score"], mode="lines", name=tr("Expected"), line={"color": color, "width": 2},
        hovertemplate="%{x:,.0f}: %{y:.3f}<extra></extra>",
    )  # fmt: skip
    made.add_scatter(
        x=points["rows"], y=points["score"], mode="markers", name=tr("Measured"), marker={"color": color, "size": 10},
        error_y=error_bars(points["score"], points["low"], points["high"]),
        hovertemplate="%{x:,.0f}: %{y:.3f}<extra></extra>",
    )  # fmt: skip
    ticks = [m * 10.0**d for d in range(8) for m in (1, 3)]
    shown = [t for t in ticks if float(curve["rows"].min()) <= t <= float(curve["rows"].max())]
    made.update_xaxes(type="log", tickvals=shown, ticktext=[number(t) for t in shown])
    return made
