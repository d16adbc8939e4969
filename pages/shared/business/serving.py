"""What serving costs in a plan: a measured run under the choices of the Costs page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from engine.economics.business.serving import Serving
from engine.economics.hosted import Tokens
from engine.errors import BreakevenError
from pages.shared import address, site
from pages.shared.business import found
from pages.shared.costs import chosen, inputs, work
from pages.shared.costs.own import Fact
from pages.shared.frame import badge, say, show_error
from pages.shared.i18n import md, tr
from pages.shared.numbers import money, number
from pages.shared.pricing import written
from pages.shared.resources import catalogue

SHARED = (
    "scenario", "run", "instance", "p95", "day", "headroom", "fewest", "scaled", "spot", "retrain", "tries", "failed",
    "labels", "labeller", "answers", "review", "look", "hosted", "batch", "text", "prompt", "answer",
)  # fmt: skip
"""Parameters of the address that set what serving costs, and what would be bought instead."""
SHOWN = (1e5, 1e6, 1e7)
"""Predictions a month for which the cost is written out."""


def section(run: Mapping[Any, Any], task: str) -> Serving | None:
    """Draw the choices that set what serving costs; return it, or say why there is none and return None."""
    facts: list[Fact] = []
    known = catalogue()
    with st.expander(tr("What serving costs, as on the Costs page"), icon=":material/payments:"):
        with st.grid(2, min_column_width=240):
            instance = inputs.machine(known, facts)
            p95_ms = inputs.promise()
        operation = inputs.operation(inputs.MILLION, p95_ms, instance)
        programme = work.programme()
        labels = work.labelling(task, known, facts)
        site.link(site.COSTS, tr("See it on the Costs page"), icon=":material/payments:", **carried())
        shown = st.container()
    bought = (next(iter(known.hosted.values())), False)
    choices = chosen.choices(instance, known.region(instance.region_id), operation, programme, bought=bought,
                             tokens=Tokens(50, 60, 5), labels=labels)  # fmt: skip
    try:
        made = found.serving(str(run["run_id"]), run, repr(choices), choices)
    except BreakevenError as error:
        show_error(error)
        return None
    with shown:
        _say(made)
    return made


def _say(made: Serving) -> None:
    """Draw what 1,000 predictions cost at a few volumes."""
    parts = [tr("{n} a month: {usd} per 1,000", n=number(n), usd=written(made.per_1000(n), "USD")) for n in SHOWN]
    st.markdown(md(" · ".join(parts)))
    fixed = tr("Training and labels beside it: {usd} a month.", usd=money(made.fixed_usd_month))
    sources = [tr("{name}, {date}: {where}", name=s.name, date=s.as_of, where=s.where) for s in made.sources]
    badge(made.kind, "\n\n".join([say(made.formula or ""), fixed, *sources]))


def carried(*others: str) -> dict[str, str]:
    """Return the choices that this page and Costs share, and `others`, as the address has them."""
    return address.recall_some(*SHARED, *others)
