"""Vendors measured on the run's own test part, beside the run: quality, latency, price, and when building pays."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
import streamlit as st

from engine.analytics.costed import Costs
from engine.analytics.vendors import Beside, beside
from engine.scenarios import SCENARIOS
from pages.shared import pricing, words
from pages.shared.costs.answer import about
from pages.shared.frame import badge
from pages.shared.i18n import md, tr
from pages.shared.numbers import DASH, milliseconds, money, number, percent


def section(run: Mapping[Any, Any], bought: pd.DataFrame, found: Costs) -> None:
    """Draw every vendor of `bought` beside the run; nothing where nobody's answers were brought in."""
    if not len(bought):
        return
    metric = SCENARIOS[str(run["scenario"])].quality
    best = bought.sort_values(metric, ascending=False, kind="stable").to_dict("records")[0]
    title = tr(
        "Bought answers on the same rows: {vendor} reaches {metric} {theirs}, this run {ours}", vendor=best["label"],
        metric=words.metric_name(metric), theirs=number(best[metric], 3), ours=number(run[metric], 3),
    )  # fmt: skip
    st.subheader(md(title), anchor=False)
    now = found.now.per_1000
    lines = [_line(str(words.row_name(run)), run, metric, money(now.value), DASH)]
    lines += [_vendor(each, metric) for each in beside(found, bought)]
    # Six columns that scroll beneath a thumb; a static table would be cut off on a phone.
    st.dataframe(pd.DataFrame(lines), hide_index=True, alt=tr("Who answers the same rows, and what for"))
    with st.container(horizontal=True):
        badge("measured", tr("Judged here on the same rows as your own runs; latency and price are the vendor's."))
        badge(now.kind, pricing.origin(now))


def _vendor(each: Beside, metric: str) -> dict[str, str]:
    price = each.row["usd_per_1000"]
    if each.meeting is None:
        pays = tr("no price was given")
    elif each.meeting.value is None:
        pays = tr("at no volume up to {most}", most=about(each.meeting.most))
    else:
        pays = tr("from {volume} a month", volume=about(each.meeting.value))
    return _line(str(each.row["label"]), each.row, metric, money(price), pays)


def _line(name: str, row: Mapping[Any, Any], metric: str, price: str, pays: str) -> dict[str, str]:
    return {
        tr("Who answers"): name,
        words.metric_name(metric): _interval(row, metric),
        tr("Right answers"): percent(row["accuracy"], 1),
        tr("Latency p95"): milliseconds(row["p95_ms"]),
        tr("Per 1,000"): price,
        tr("Building pays"): pays,
    }


def _interval(row: Mapping[Any, Any], metric: str) -> str:
    value, low, high = (number(row[f"{metric}{end}"], 3) for end in ("", "_low", "_high"))
    return value if DASH in (low, high) else tr("{value} ({low} to {high})", value=value, low=low, high=high)
