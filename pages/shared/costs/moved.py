"""What the last change did to the figures of the Costs page, and which choice it was."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import streamlit as st

from engine.analytics.costed import Choices, Costs
from engine.analytics.worth import ErrorPrices
from engine.economics.facts import HostedPrice
from engine.economics.labels import Labelling
from engine.economics.paying import Worth
from pages.shared.costs.inputs import hosted_name
from pages.shared.i18n import md, tr
from pages.shared.numbers import DASH, carbon, milliseconds, money, number, percent
from pages.shared.words import row_name

BEFORE = "costs-before"
"""Where the session keeps what the page said last."""
MOVED = "costs-moved"


def described(choices: Choices, row: Mapping[Any, Any], prices: ErrorPrices | None) -> dict[str, str]:
    """Return every choice by its name, as the reader would say it."""
    tokens, programme, place = choices.tokens, choices.programme, choices.region
    return {
        tr("Run"): row_name(row),
        tr("Predictions a month"): number(round(choices.load.predictions_month)),
        tr("How a day goes"): choices.load.profile,
        tr("95 of 100 answers within"): milliseconds(choices.objective.p95_ms),
        tr("Headroom"): percent(choices.objective.headroom),
        tr("Machines at least"): number(choices.objective.fewest_replicas),
        tr("Machine to rent"): f"{choices.instance.id} ({money(choices.instance.usd_per_hour)})",
        tr("Electricity of"): tr(
            "{region} ({grid} gCO₂e/kWh, PUE {pue})", region=place.id, grid=number(place.grid[0].value),
            pue=number(place.pue[0].value, 2),
        ),
        tr("Machines follow the load"): tr("yes") if choices.scaled else tr("no"),
        tr("Spot machines"): tr("yes") if choices.spot else tr("no"),
        tr("Customers"): number(choices.customers),
        tr("Hosted model"): _offer(choices) + (tr(", batch") if choices.batch else ""),
        tr("Tokens"): f"{number(tokens.text)} + {number(tokens.prompt)} + {number(tokens.answer)}",
        tr("People, building"): _people(choices.builders),
        tr("People, buying"): _people(choices.buyers),
        tr("Trainings a month"): number(round(programme.runs_a_month, 2)),
        tr("New labels a month"): number(choices.labels_a_month),
        **_labels(choices.labelling),
        **_errors(prices),
    }  # fmt: skip


def _offer(choices: Choices) -> str:
    offer = choices.hosted
    if isinstance(offer, HostedPrice):
        return hosted_name(offer)
    return f"{offer.model} ({tr('{price} per 1,000', price=money(offer.usd_per_1000))})"


def _people(roles: tuple[Any, ...]) -> str:
    if not roles:
        return tr("nobody")
    return ", ".join(
        f"{r.salary.id} ({money(r.salary.median_usd)}) {percent(r.share_of_time)} × {number(r.factor)}" for r in roles
    )


def _labels(labelling: Labelling | None) -> dict[str, str]:
    """Return what a label is made of; dashes where nobody knows its price."""
    return {
        tr("One answer of a labeller"): money(labelling.usd_per_label) if labelling else DASH,
        tr("Answers a row"): number(labelling.answers_per_row) if labelling else DASH,
        tr("Rows reviewed"): percent(labelling.reviewed_share) if labelling else DASH,
        tr("Price of a review"): money(labelling.usd_per_review) if labelling else DASH,
    }


def _errors(prices: ErrorPrices | None) -> dict[str, str]:
    """Return what errors cost and how often each class comes; nothing where a run says nothing of its errors."""
    if prices is None:
        return {}
    if not prices.classes:
        return {tr("A list in which nobody finds anything"): money(prices.poor_list)}
    comes = ", ".join(f"{label} {number(share, 3)}" for label, share in (prices.prevalence or {}).items())
    return {
        tr("{actual} taken for {said}", actual=actual, said=said): money(usd)
        for (actual, said), usd in prices.classes.items()
    } | {tr("How often each class comes"): comes or tr("as in the test part")}


def moved(
    found: Costs, choices: Choices, row: Mapping[Any, Any], worth: Worth | None, prices: ErrorPrices | None
) -> None:
    """Say in one sentence or two what the last change did to the figures, and why."""
    now = found.now
    said = described(choices, row, prices)
    figures = {
        "build": now.build.value, "buy": now.buy.value, "carbon": now.year_carbon.value,
        "left": worth.net.value if worth else None,
        "label": choices.labelling.usd_per_row if choices.labelling else None,
    }  # fmt: skip
    before = st.session_state.get(BEFORE)
    if before and set(before[0]) == set(said) and before[0] != said:
        changed = [f"{k}: {before[0][k]} → {v}" for k, v in said.items() if before[0][k] != v]
        st.session_state[MOVED] = _sentences("; ".join(changed), before[1], figures)
    elif before and set(before[0]) != set(said):
        st.session_state.pop(MOVED, None)
    st.session_state[BEFORE] = (said, figures)
    if text := st.session_state.get(MOVED):
        st.info(md(text), title=tr("What moved"), icon=":material/swap_vert:")


def _sentences(changes: str, before: Mapping[str, float | None], after: Mapping[str, float | None]) -> str:
    """Return what changed and how the figures moved; a label and what is left only where they did."""

    def by(name: str, write: Callable[[float], str]) -> str:
        return _difference(before[name] or 0.0, after[name] or 0.0, write)

    lines = [
        tr("{changes}. Building {build}, buying {buy}, carbon of serving {carbon}.", changes=changes,
           build=by("build", money), buy=by("buy", money), carbon=by("carbon", carbon))
    ]  # fmt: skip
    for name, line in (
        ("left", tr("Left per 1,000 decisions {left}.", left=by("left", money))),
        ("label", tr("A reviewed label {label}.", label=by("label", money))),
    ):
        if None not in (before[name], after[name]) and before[name] != after[name]:
            lines.append(line)
    return " ".join(lines)


def _difference(before: float, after: float, write: Callable[[float], str]) -> str:
    if abs(after - before) < 1e-9 * max(1.0, abs(before)):
        return tr("unchanged")
    sign = "+" if after > before else "−"
    return tr("{sign}{by} (now {value})", sign=sign, by=write(abs(after - before)), value=write(after))
