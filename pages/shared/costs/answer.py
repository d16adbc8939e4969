"""The answer of the Costs page: in a sentence, now and at 10 and 100 times the load, and what has just moved it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
import streamlit as st

from engine.analytics.costed import Choices, Costs, Step
from engine.economics.figure import Figure
from engine.economics.hosted import Crossing
from pages.shared import pricing
from pages.shared.frame import badge, say, strong
from pages.shared.i18n import md, tr
from pages.shared.numbers import carbon, milliseconds, money, number, percent
from pages.shared.words import row_name

BEFORE = "costs-before"
"""Where the session keeps what the page said last."""
MOVED = "costs-moved"
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
                _step(step)
        if found.refused:
            with st.container(border=True, height="stretch"):
                strong(tr("Larger"))
                st.warning(say(found.refused), icon=":material/block:")
    _beneath(found, choices)


def _step(step: Step) -> None:
    strong(size_names()[step.factor])
    st.caption(md(tr("{n} predictions a month", n=number(round(step.load.predictions_month)))))
    pricing.show(tr("Build, a month"), step.build)
    pricing.show(tr("Buy, a month"), step.buy)


def size_names() -> dict[int, str]:
    """Return what each size of the load is called, by its factor."""
    return {1: tr("Now"), 10: tr("At 10 times the load"), 100: tr("At 100 times the load")}


def _beneath(found: Costs, choices: Choices) -> None:
    """Draw per 1,000, per customer, machines and carbon of each size, and how those of now came about."""
    names = size_names()
    columns = {names[s.factor]: _quantities(s, scaled=choices.scaled) for s in found.steps}
    frame = pd.DataFrame({tr("Quantity"): list(next(iter(columns.values())))} | {
        name: [md(v) for v in values.values()] for name, values in columns.items()
    })  # fmt: skip
    st.table(frame, border="horizontal", hide_index=True)
    now = found.now
    with st.container(horizontal=True):
        badge(now.per_1000.kind, pricing.origin(now.per_1000))
        badge("projected", _machines_origin(now))
        badge("projected", pricing.origin(now.year_carbon))


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
    return text, tr("busy {share} of their time", share=percent(busy, 1 if busy < 0.1 else 0))


def _machines_origin(step: Step) -> str:
    return tr(
        "Erlang C for each hour of the day: {low} to {high} machines for the busiest, by how fast a vCPU is there. In "
        "that hour {late} of requests come later than promised; the wait is that of machines that never change.",
        low=step.plan.fixed[1], high=step.plan.fixed[2], late=_share_words(step.plan.wait.late_share),
    )  # fmt: skip


def _share_words(share: float) -> str:
    return tr("less than {share}", share=percent(0.001, 1)) if share < 0.001 else percent(share, 1)


def described(choices: Choices, row: Mapping[Any, Any]) -> dict[str, str]:
    """Return every choice by its name, as the reader would say it."""
    tokens, programme = choices.tokens, choices.programme
    return {
        tr("Run"): row_name(row),
        tr("Predictions a month"): number(round(choices.load.predictions_month)),
        tr("How a day goes"): choices.load.profile,
        tr("95 of 100 answers within"): milliseconds(choices.objective.p95_ms),
        tr("Headroom"): percent(choices.objective.headroom),
        tr("Machines at least"): number(choices.objective.fewest_replicas),
        tr("Machine to rent"): f"{choices.instance.id} ({money(choices.instance.usd_per_hour)})",
        tr("Electricity of"): choices.region.id,
        tr("Machines follow the load"): tr("yes") if choices.scaled else tr("no"),
        tr("Spot machines"): tr("yes") if choices.spot else tr("no"),
        tr("Customers"): number(choices.customers),
        tr("Hosted model"): choices.hosted.model + (tr(", batch") if choices.batch else ""),
        tr("Tokens"): f"{number(tokens.text)} + {number(tokens.prompt)} + {number(tokens.answer)}",
        tr("People, building"): _people(choices.builders),
        tr("People, buying"): _people(choices.buyers),
        tr("Trainings a month"): number(round(programme.runs_a_month, 2)),
        tr("New labels a month"): number(choices.labels_a_month),
    }


def _people(roles: tuple[Any, ...]) -> str:
    if not roles:
        return tr("nobody")
    return ", ".join(f"{r.salary.id} {percent(r.share_of_time)} × {number(r.factor)}" for r in roles)


def moved(found: Costs, choices: Choices, row: Mapping[Any, Any]) -> None:
    """Say in one sentence what the last change did to the figures, and why."""
    now = found.now
    said = described(choices, row)
    figures = (now.build.value, now.buy.value, now.year_carbon.value)
    before = st.session_state.get(BEFORE)
    if before and set(before[0]) == set(said) and before[0] != said:
        changed = [f"{k}: {before[0][k]} → {v}" for k, v in said.items() if before[0][k] != v]
        st.session_state[MOVED] = tr(
            "{changes}. Building {build}, buying {buy}, carbon of serving {carbon}.", changes="; ".join(changed),
            build=_difference(before[1][0], figures[0], money), buy=_difference(before[1][1], figures[1], money),
            carbon=_difference(before[1][2], figures[2], carbon),
        )  # fmt: skip
    elif before and set(before[0]) != set(said):
        st.session_state.pop(MOVED, None)
    st.session_state[BEFORE] = (said, figures)
    if text := st.session_state.get(MOVED):
        st.info(md(text), title=tr("What moved"), icon=":material/swap_vert:")


def _difference(before: float, after: float, write: Any) -> str:
    if abs(after - before) < 1e-9 * max(1.0, abs(before)):
        return tr("unchanged")
    sign = "+" if after > before else "−"
    return tr("{sign}{by} (now {value})", sign=sign, by=write(abs(after - before)), value=write(after))


def part_names() -> dict[str, str]:
    """Return what the money goes into, in the reader's language."""
    return {
        "serving": tr("Serving"), "training": tr("Training runs"), "people": tr("People"), "labels": tr("Labels"),
    }  # fmt: skip
