"""Charts of a plan: fans of thousands of futures, probabilities by month, what matters, and who owns the firm."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import plotly.graph_objects as go

from pages.shared.charts.costs import faint
from pages.shared.charts.style import ACCENT, BAD, GOOD, NEUTRAL, figure
from pages.shared.i18n import tr
from pages.shared.numbers import percent

HOLDERS = (ACCENT, "#1c9c8a", "#dd8a1c", "#9a63d8", "#c2557b", "#7d6b5d", "#3f8fb0", "#b8860b")
LOW, MIDDLE, HIGH = 0, 1, 2
Line = Sequence[float] | np.ndarray


def months(made: go.Figure) -> go.Figure:
    """Set the axis of months: a mark each year."""
    made.update_xaxes(range=[0.5, 60.5], tickvals=[1, 12, 24, 36, 48, 60])
    return made


def fan(
    bands: np.ndarray, likely: Line, unit: str, what: str, *, counted: Line | None = None,
    again: np.ndarray | None = None, again_from: int = 0,
) -> go.Figure:  # fmt: skip
    """Return P10 to P90 and P50 of each month, the likely future, and what was counted with the forecast from there.

    `bands` and `again` are (3, months) in the currency of `unit`.
    """
    made = figure(tr("Month of the plan"), tr("{what} ({unit})", what=what, unit=unit), height=380)
    x = list(range(1, bands.shape[1] + 1))
    _band(made, x, bands, ACCENT, tr("8 of 10 futures"))
    _line(made, x, bands[MIDDLE], tr("Middle of the futures (P50)"), ACCENT, "solid")
    _line(made, x, likely, tr("Everything as most likely"), NEUTRAL, "dot")
    if again is not None:
        later = x[again_from - 1 :]
        _band(made, later, again[:, again_from - 1 :], GOOD, tr("8 of 10, from what was counted"))
        _line(made, later, again[MIDDLE, again_from - 1 :], tr("From what was counted (P50)"), GOOD, "solid")
    if counted is not None:
        made.add_scatter(
            x=x, y=counted, mode="markers", name=tr("Counted"), marker={"color": GOOD, "size": 8},
            hovertemplate="%{x}: %{y:,.0f}<extra></extra>",
        )  # fmt: skip
    made.add_hline(y=0, line={"color": BAD, "width": 1, "dash": "dash"})
    return months(made)


def _band(made: go.Figure, x: list[int], bands: np.ndarray, color: str, title: str) -> None:
    made.add_scatter(
        x=[*x, *x[::-1]], y=[*bands[HIGH], *bands[LOW][::-1]], fill="toself", fillcolor=faint(color), line={"width": 0},
        name=title, hoverinfo="skip",
    )  # fmt: skip


def _line(made: go.Figure, x: list[int], y: Line, title: str, color: str, dash: str) -> None:
    made.add_scatter(
        x=x, y=y, mode="lines", name=title, line={"color": color, "width": 2, "dash": dash},
        hovertemplate="%{x}: %{y:,.0f}<extra>" + title + "</extra>",
    )  # fmt: skip


def income(revenue: Line, costs: Line, unit: str, even: int | None) -> go.Figure:
    """Return revenue and costs of each month, and where the one stays above the other."""
    made = figure(tr("Month of the plan"), tr("{unit} a month", unit=unit), height=300)
    x = list(range(1, len(revenue) + 1))
    _line(made, x, revenue, tr("Revenue"), GOOD, "solid")
    _line(made, x, costs, tr("Costs"), BAD, "solid")
    if even:
        made.add_vline(x=even, line={"color": NEUTRAL, "width": 1.5, "dash": "dash"})
    made.update_yaxes(rangemode="tozero")
    return months(made)


def odds(even: Line, broke: Line) -> go.Figure:
    """Return the probabilities of having broken even, and of having run out of cash, by month."""
    made = figure(tr("Month of the plan"), tr("Share of futures"), height=300)
    x = list(range(1, len(even) + 1))
    for y, title, color in ((even, tr("Broken even"), GOOD), (broke, tr("Run out of cash"), BAD)):
        made.add_scatter(
            x=x, y=y, mode="lines", name=title, line={"color": color, "width": 2.5},
            hovertemplate="%{x}: %{y:.0%}<extra>" + title + "</extra>",
        )  # fmt: skip
    made.update_yaxes(range=[0, 1], tickformat=".0%")
    return months(made)


def tornado(bars: Sequence[tuple[str, float, float, str, str]], likely: float, axis: str) -> go.Figure:
    """Return a bar for each assumption between its low and its high end.

    A bar is (name, at low, at high, low in words, high in words); the widest first.
    """
    made = figure(axis, "", height=120 + 30 * len(bars))
    names = [b[0] for b in bars]
    for place, title, color in ((1, tr("At its low end"), "#dd8a1c"), (2, tr("At its high end"), ACCENT)):
        made.add_bar(
            x=[float(b[place]) - likely for b in bars], y=names, base=likely, orientation="h", name=title,
            marker={"color": color}, customdata=[[b[place + 2], b[place]] for b in bars],
            hovertemplate="%{y}: %{customdata[0]} → %{customdata[1]:,.0f}<extra>" + title + "</extra>",
        )  # fmt: skip
    made.update_layout(barmode="overlay", bargap=0.3)
    made.update_yaxes(autorange="reversed", type="category", showgrid=False)
    made.add_vline(x=likely, line={"color": NEUTRAL, "width": 1})
    return made


def shares(names: Sequence[str], first: Sequence[float], total: Sequence[float]) -> go.Figure:
    """Return Sobol' indices: what each assumption explains alone, and with others."""
    made = figure(tr("Share of the variance"), "", height=120 + 34 * len(names))
    for values, title, color in ((first, tr("Alone"), ACCENT), (total, tr("With others"), NEUTRAL)):
        made.add_bar(
            x=list(values), y=list(names), orientation="h", name=title, marker={"color": color},
            hovertemplate="%{y}: %{x:.0%}<extra>" + title + "</extra>",
        )  # fmt: skip
    made.update_layout(barmode="group", bargap=0.3)
    made.update_xaxes(tickformat=".0%", rangemode="tozero")
    made.update_yaxes(autorange="reversed", type="category", showgrid=False)
    return made


def owners(rows: Sequence[tuple[str, Mapping[str, float]]], names: Mapping[str, str]) -> go.Figure:
    """Return who owns the firm after each round, as shares of a bar."""
    made = figure(tr("Share of the firm"), "", height=110 + 44 * len(rows))
    for i, (holder, title) in enumerate(names.items()):
        values = [parts.get(holder, 0.0) for _, parts in rows]
        made.add_bar(
            x=values, y=[name for name, _ in rows], orientation="h", name=title,
            marker={"color": HOLDERS[i % len(HOLDERS)]}, text=[percent(v) if v >= 0.05 else "" for v in values],
            textposition="inside", insidetextanchor="middle", textfont={"color": "white"},
            hovertemplate="%{y}: %{x:.1%}<extra>" + title + "</extra>",
        )  # fmt: skip
    made.update_layout(barmode="stack", bargap=0.3)
    made.update_xaxes(range=[0, 1], tickformat=".0%")
    made.update_yaxes(autorange="reversed", type="category", showgrid=False)
    return made


def cases(names: Sequence[str], lines: Sequence[Line], unit: str) -> go.Figure:
    """Return the cash of several cases, everything as most likely."""
    made = figure(tr("Month of the plan"), tr("Cash ({unit})", unit=unit), height=320)
    for i, (name, values) in enumerate(zip(names, lines, strict=True)):
        _line(made, list(range(1, len(values) + 1)), values, name, HOLDERS[i % len(HOLDERS)], "solid")
    made.add_hline(y=0, line={"color": BAD, "width": 1, "dash": "dash"})
    return months(made)
