"""What one chooses on the Decide page: what must hold, and what counts for how much."""

from __future__ import annotations

import streamlit as st

from engine.analytics.deciding import CARBON, COST, LATENCY, MONTH, QUALITY, TRAIN, USUAL_WEIGHTS, criteria
from engine.economics.decision.option import Limits
from pages.shared import fields
from pages.shared.frame import say
from pages.shared.i18n import tr
from pages.shared.numbers import number

LIMIT_KEYS = {QUALITY: "lq", MONTH: "budget", COST: "lcost", CARBON: "lcarbon"}
"""Criterion → URL parameter of its limit; latency has that of the promise, `p95`."""
WEIGHT_KEYS = {QUALITY: "wq", COST: "wc", LATENCY: "wl", CARBON: "wg", TRAIN: "wt"}
SCALE = [float(n) for n in range(11)]


def limits(p95_ms: float) -> Limits:
    """Draw what must hold; return it. 0 is no limit; the promised latency always is one."""
    with st.grid(4, min_column_width=180):
        quality = fields.slider(
            tr("Quality at least"), [n / 20 for n in range(20)], key="lq", fallback=0.0, write=_share_or_none, low=0,
            high=1, help=tr("On the validation part; the address takes any share: lq=0.83."),
        )  # fmt: skip
        budget = fields.number(
            tr("Budget a month (US$, 0: none)"), key="budget", fallback=0, low=0, high=1e9, step=500,
            help=tr("Machines, training and people together."),
        )  # fmt: skip
        cost = fields.number(
            tr("Cost per 1,000 at most (US$, 0: any)"), key="lcost", fallback=0, low=0, high=1e6, step=0.001,
            format="%.6g",
        )  # fmt: skip
        carbon = fields.number(
            tr("Carbon per 1,000 at most (gCO₂e, 0: any)"), key="lcarbon", fallback=0, low=0, high=1e9, step=0.01,
            format="%.6g",
        )  # fmt: skip
    sold = fields.toggle(
        tr("It will be sold: licences must allow commercial use"), key="sold", fallback=True,
        help=tr("Of the data it learned from and of the network it started from."),
    )  # fmt: skip
    set_ = {QUALITY: quality, MONTH: budget, COST: cost, CARBON: carbon}
    return Limits({k: v for k, v in set_.items() if v} | {LATENCY: p95_ms}, sellable=sold)


def _share_or_none(value: float) -> str:
    return number(value, 2) if value else tr("any")


def weights(scenario: str) -> dict[str, float]:
    """Draw how much each quantity counts, 0 to 10; return it."""
    titles = {c.name: say(c.title) for c in criteria(scenario)}
    with st.grid(5, min_column_width=160):
        return {
            name: fields.slider(
                titles[name], SCALE, key=key, fallback=USUAL_WEIGHTS[name], write=number, low=0, high=10
            )
            for name, key in WEIGHT_KEYS.items()
        }
