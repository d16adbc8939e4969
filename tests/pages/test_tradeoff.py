"""The trade-off picture: its ticks reach to the ends of the intervals, its star follows the choice."""

from __future__ import annotations

import json
from collections.abc import Callable

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from engine.jobs.runs import RunFolder
from pages.shared.charts.tradeoff import tradeoff


def drawn(costs: list[tuple[float, float, float]]) -> tuple[str | None, list[float]]:
    """Return the kind and the ticks of the axis of costs, each (low, likely, high)."""
    low, likely, high = zip(*costs, strict=True)
    frame = pd.DataFrame({"x_low": low, "x": likely, "x_high": high})
    frame = frame.assign(y_low=0.7, y=0.8, y_high=0.9, recipe="fast", scenario="finance_sentiment", name="one")
    frame = frame.assign(run_id="r", x_text="", y_text="", front=True, chosen=False)
    axis = tradeoff(frame, "US$", "accuracy", {"x": str, "y": str}).layout.xaxis
    return axis.type, list(axis.tickvals)


@pytest.mark.parametrize(
    "costs",
    [
        [(1e-5, 1.3e-5, 3e-5), (3.7e-5, 5.8e-5, 1.18e-4)],
        [(0.4, 0.5, 0.6)],
        [(2.0, 2.0, 2.0), (9.0, 10.0, 60.0)],
    ],
)
def test_ticks_cover_every_interval_without_crowding(costs: list[tuple[float, float, float]]) -> None:
    kind, ticks = drawn(costs)
    assert kind is None
    assert min(ticks) <= min(low for low, _, _ in costs)
    assert max(ticks) >= max(high for _, _, high in costs)
    assert 3 <= len(ticks) <= 9


def test_a_wide_spread_of_costs_has_a_logarithmic_axis() -> None:
    kind, ticks = drawn([(0.8, 1.0, 1.2), (50.0, 100.0, 2000.0)])
    assert kind == "log"
    assert min(ticks) <= 0.8
    assert max(ticks) >= 2000.0


def test_the_star_and_the_table_of_the_picture_follow_a_moved_weight(
    page: Callable[..., AppTest], finished: Callable[..., RunFolder]
) -> None:
    small, good = finished("baseline", right=0.6, train_seconds=1), finished("probe", right=0.9)
    test = page("decide", lang="en", sold="0", wq="0", wt="10", wc="0", wl="0", wg="0")
    assert starred(test) == [small.run_id]
    test.select_slider(key="wq").set_value(10.0).run()
    test.select_slider(key="wt").set_value(0.0).run()
    assert starred(test) == [good.run_id]
    test.select_slider(key="wt").set_value(10.0).run()
    test.select_slider(key="wq").set_value(0.0).run()
    assert starred(test) == [small.run_id]
    (table,) = (d.value for d in test.dataframe if "On the front" in d.value)
    assert table["On the front"].tolist() == [False, True]  # the best first, in quality


def starred(test: AppTest) -> list[str]:
    """Return the runs that the picture of the front marks as chosen."""
    traces = [t for c in test.get("plotly_chart") for t in json.loads(c.proto.spec)["data"] if "customdata" in t]
    return [
        str(row[0]) for t in traces for row, symbol in zip(t["customdata"], t["marker"]["symbol"], strict=True)
        if symbol == "star"
    ]  # fmt: skip
