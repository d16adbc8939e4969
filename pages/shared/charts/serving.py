"""How fast an endpoint answers under load, and how its answers moved."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go

from pages.shared.charts.costs import faint
from pages.shared.charts.style import ACCENT, NEUTRAL, figure
from pages.shared.i18n import tr
from pages.shared.numbers import milliseconds, number, percent


def load_curve(frame: pd.DataFrame) -> go.Figure:
    """Return latency against throughput, a point for each number of clients.

    Columns: clients, rows_per_s, p50_ms, p95_ms, p99_ms.
    """
    made = figure(tr("Inputs answered a second"), tr("Latency (ms)"), height=360)
    shown = frame.dropna(subset=["p50_ms"])
    for column, title, dash, color in (
        ("p50_ms", tr("p50"), "dot", NEUTRAL),
        ("p95_ms", tr("p95"), "solid", ACCENT),
        ("p99_ms", tr("p99"), "dash", NEUTRAL),
    ):
        main = column == "p95_ms"
        made.add_scatter(
            x=shown["rows_per_s"], y=shown[column], mode="lines+markers+text" if main else "lines+markers", name=title,
            line={"color": color, "dash": dash, "width": 2.5 if main else 1.5},
            text=[number(n) for n in shown["clients"]] if main else None, textposition="top center",
            marker={"size": 9 if main else 6},
            customdata=[
                [number(n), number(r, 0), milliseconds(ms)]
                for n, r, ms in shown[["clients", "rows_per_s", column]].values
            ],
            hovertemplate=tr(
                "{k} at once: {n} a second, {ms}", k="%{customdata[0]}", n="%{customdata[1]}", ms="%{customdata[2]}"
            )
            + "<extra>" + title + "</extra>",
            cliponaxis=False,
        )  # fmt: skip
    made.update_xaxes(rangemode="tozero")
    ticks = [m * 10.0**d for d in range(-2, 5) for m in (1, 2, 5)]
    low, high = shown["p50_ms"].min(), shown["p99_ms"].max()
    around = [t for t in ticks if low / 2 <= t <= high * 2]
    made.update_yaxes(type="log", tickvals=around, ticktext=[number(t) for t in around])
    return made


def mix(frame: pd.DataFrame, reference: str) -> go.Figure:
    """Return the mix of answers of each day as bars that add up to 1, the test part's first under `reference`.

    Columns: day (None for the test part), label, share.
    """
    made = figure("", tr("Share of the answers"), height=320)
    days = [reference if day is None else str(day) for day in frame["day"]]
    labels = list(dict.fromkeys(frame["label"]))
    for place, label in enumerate(labels):
        mine = frame["label"] == label
        made.add_bar(
            x=[day for day, here in zip(days, mine, strict=True) if here], y=frame.loc[mine, "share"], name=str(label),
            marker={"color": faint(ACCENT, round(1 - 0.8 * place / len(labels), 3))},
            customdata=[percent(s, 1) for s in frame.loc[mine, "share"]],
            hovertemplate="%{x}: %{customdata}<extra>" + str(label) + "</extra>",
        )  # fmt: skip
    made.update_layout(barmode="stack", bargap=0.25)
    made.update_xaxes(type="category")
    made.update_yaxes(range=[0, 1], tickformat=".0%")
    return made
