"""The answer of the Costs page: in a sentence, now and at 10 and 100 times the load."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from engine.analytics.costed import Choices, Costs, Step
from engine.economics.figure import Figure
from engine.economics.hosted import Crossing
from pages.shared import pricing
from pages.shared.frame import badge, say, strong
from pages.shared.i18n import md, tr
from pages.shared.numbers import milliseconds, money, number, percent

NO_WAIT_S = 1e-5
"""Nobody notices a hundredth of a millisecond."""


def headline(found: Costs) -> str:
    """Return which side is cheaper now, and from which volume on building pays."""
    now, met = found.now, found.crossing
    cheaper = tr("Building is cheaper") if now.build.value <= now.buy.value else tr("Buying is cheaper")
    unsure = now.build.low <= now.buy.high and now.buy.low <= now.build.high
    start = tr("No clear difference") if unsure else cheaper
    return tr(
        "{start}: {build} a month to build, {buy} to buy; {meeting}", start=start, build=money(now.build.value),
        buy=money(now.buy.value), meeting=_meeting(met),
    )  # fmt: skip


def _meeting(met: Crossing) -> str:
    if met.value is None:
        return tr("building pays at no volume up to {most} a month", most=about(met.most))
    if met.low is not None and met.high is not None and met.high > 1.05 * met.low:
        return tr(
            "building pays from {volume} predictions a month ({low} to {high})",
            volume=about(met.value), low=about(met.low), high=about(met.high),
        )  # fmt: skip
    return tr("building pays from {volume} predictions a month", volume=about(met.value))


def about(value: float) -> str:
    """Return a volume to two significant digits."""
    return number(float(f"{value:.2g}"))


def steps(found: Costs, choices: Choices) -> None:
    """Draw each size of the load: what building and buying cost, how many machines, how busy."""
    with st.grid(3, min_column_width=260):
        for step in found.steps:
            with st.container(border=True, height="stretch"):
                _step(step, scaled=choices.scaled)
        if found.refused:
            with st.container(border=True, height="stretch"):
                strong(tr("Larger"))
                st.warning(say(found.refused), icon=":material/block:")
    now = found.now
    with st.container(horizontal=True):
        badge(now.per_1000.kind, pricing.origin(now.per_1000))
        badge("projected", _machines_origin(now))
        badge("projected", pricing.origin(now.year_carbon))


def _step(step: Step, *, scaled: bool) -> None:
    strong(size_names()[step.factor])
    st.caption(md(tr("{n} predictions a month", n=number(round(step.load.predictions_month)))))
    pricing.show(tr("Build, a month"), step.build)
    pricing.show(tr("Buy, a month"), step.buy)
    # A table in each card, not one beneath them all: on a phone, four columns leave no room for words.
    rows = [(name, md(value)) for name, value in _quantities(step, scaled=scaled).items()]
    names = [tr("Quantity"), tr("Value")]
    st.table(pd.DataFrame(rows, columns=names), border="horizontal", hide_index=True, hide_header=True)


def size_names() -> dict[int, str]:
    """Return what each size of the load is called, by its factor."""
    return {1: tr("Now"), 10: tr("At 10 times the load"), 100: tr("At 100 times the load")}


def _quantities(step: Step, *, scaled: bool) -> dict[str, str]:
    machines, busy = machine_words(step, scaled=scaled)
    return {
        tr("Build, per 1,000"): between(step.per_1000),
        tr("Build, a customer and month"): between(step.per_customer),
        tr("Machines"): f"{machines} · {busy}",
        tr("Wait for a free one, busiest hour"): _wait_words(step),
        tr("Carbon of serving, a year"): between(step.year_carbon),
    }


def _wait_words(step: Step) -> str:
    wait = step.plan.wait
    if max(wait.mean_s, wait.p95_s) < NO_WAIT_S:
        return tr("next to none")
    if wait.p95_s < NO_WAIT_S:
        return tr("{mean} on average, 95 of 100 do not wait", mean=milliseconds(1000 * wait.mean_s))
    return tr(
        "{mean} on average, 95 of 100 at most {most}", mean=milliseconds(1000 * wait.mean_s),
        most=milliseconds(1000 * wait.p95_s),
    )  # fmt: skip


def between(figure: Figure) -> str:
    """Return a value with its range on one line."""
    value, low, high = (pricing.written(v, figure.unit) for v in (figure.value, figure.low, figure.high))
    return value if low == high else tr("{value} ({low} to {high})", value=value, low=low, high=high)


def machine_words(step: Step, *, scaled: bool) -> tuple[str, str]:
    """Return how many machines run, and how busy they are."""
    hours = step.plan.by_hour
    if scaled and min(hours) != max(hours):
        text = tr("{low} to {high}", low=number(min(hours)), high=number(max(hours)))
    else:
        text = number(step.plan.fixed[0])
    busy = step.plan.scaled_utilisation if scaled else step.plan.utilisation
    share = percent(busy) if busy >= 0.1 else _share_words(busy)
    return text, tr("busy {share} of their time", share=share)


def _machines_origin(step: Step) -> str:
    return tr(
        "Erlang C for each hour of the day: {low} to {high} machines for the busiest, by how fast a vCPU is there. In "
        "that hour {late} of requests come later than promised; the wait is that of machines that never change.",
        low=step.plan.fixed[1], high=step.plan.fixed[2], late=_share_words(step.plan.wait.late_share),
    )  # fmt: skip


def _share_words(share: float) -> str:
    return tr("less than {share}", share=percent(0.001, 1)) if share < 0.001 else percent(share, 1)


def part_names() -> dict[str, str]:
    """Return what the money goes into, in the reader's language."""
    return {
        "serving": tr("Serving"), "training": tr("Training runs"), "people": tr("People"), "labels": tr("Labels"),
    }  # fmt: skip
