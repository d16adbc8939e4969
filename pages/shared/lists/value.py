"""What better ranking is worth: extra conversions, assumed until the read-out of a test is there; and that test."""

from __future__ import annotations

from typing import Any

import streamlit as st

from engine.datasets.raw import add_raw, open_raw
from engine.datasets.readout import read_arms
from engine.economics.experiment import Group, ReadOut, extra_conversions_per_1000, read_out
from engine.economics.figure import Figure
from engine.errors import BreakevenError
from pages.shared import address, frame, pricing
from pages.shared.frame import show_error, strong
from pages.shared.i18n import md, tr
from pages.shared.lists import plan
from pages.shared.numbers import number, percent
from pages.shared.resources import settings
from pages.shared.uploads import take_file

GAIN = "hit_rate_at_10"
"""The metric whose gain is carried over: the share of people who find something."""
BASE_PERCENT = 3.0
CARRIED_PERCENT = 20
READOUT = "readout"
"""The URL's name for the id of the file of a read-out."""


def draw(report: dict[str, Any]) -> None:
    """Draw the extra conversions per 1,000 visits, from a test where there is one, and how to get there."""
    found, groups = uploaded()
    if found is not None:
        measured(found, groups)
    else:
        assumed(report["quality"])
    with st.expander(tr("Plan the test that finds out"), icon=":material/science:", key="plan"):
        plan.draw(BASE_PERCENT)
    upload(found)


def assumed(block: dict[str, Any]) -> None:
    """Draw the figure under its assumptions, which stand beside it."""
    gain, popular = block["against_popularity"][GAIN], float(block["popularity"][GAIN]["value"])
    if not popular or gain["low"] is None:
        st.caption(tr("What it is worth cannot be said: in the test part, what is popular finds nothing for anybody."))
        return
    heading = st.empty()
    left, right = st.columns(2, gap="large", vertical_alignment="center")
    with left:
        base = st.slider(
            tr("Visits that convert today (%)"), 0.1, 30.0, BASE_PERCENT, 0.1, key="base", bind="query-params",
            help=tr("With a list of what is popular, or none."),
        )  # fmt: skip
        carried = st.slider(
            tr("Of the gain in ranking, so much shows in conversions (%)"), 0, 100, CARRIED_PERCENT, 5, key="carried",
            bind="query-params",
            help=tr("Nobody knows before a test: people who find more do not all buy more. 0 is possible."),
        )  # fmt: skip
    relative, low, high = (float(gain[name]) / popular for name in ("value", "low", "high"))
    figure = extra_conversions_per_1000(base / 100, relative, low, high, carried / 100)
    heading.subheader(
        tr("Worth {n} extra conversions in 1,000 visits, if the assumptions hold", n=signed(figure.value)), anchor=False
    )
    with right:
        show(figure)
        st.caption(
            md(
                tr(
                    "People who find something among ten: {gain} against what is popular (95%: {low} to {high}), "
                    "measured on the test part.",
                    gain=f"{plus(relative)}{percent(relative)}",
                    low=percent(low),
                    high=percent(high),
                )
            )
        )


def measured(found: ReadOut, groups: str) -> None:
    """Draw what the test said, and which group was taken for which."""
    extra = found.extra_per_1000
    if found.real:
        said = tr("The test found {n} extra conversions in 1,000 visits", n=signed(extra.value))
    else:
        said = tr("The test found no real difference")
    st.subheader(said, anchor=False)
    show(extra)
    st.caption(
        md(
            tr(
                "{before} of {control} visitors converted without, {after} of {variant} with the new ranking; "
                "p = {p:.2g}.",
                before=found.control.conversions,
                control=found.control.visitors,
                after=found.variant.conversions,
                variant=found.variant.visitors,
                p=found.p_value,
            )
        )
    )
    st.caption(groups)
    st.button(tr("Go back to the assumption"), icon=":material/undo:", on_click=address.forget, args=(READOUT,))


def show(figure: Figure) -> None:
    """Draw the figure with its interval and its kind."""
    between = tr("{low} to {high}", low=signed(figure.low), high=signed(figure.high))
    label = tr("Extra conversions per 1,000 visits")
    frame.figure(label, signed(figure.value), figure.kind, pricing.origin(figure), note=between)


def signed(value: float) -> str:
    return plus(value) + number(value, 1)


def plus(value: float) -> str:
    return "+" if value > 0 else ""


def uploaded() -> tuple[ReadOut | None, str]:
    """Return the read-out that the URL names, and in words which group is which; a file that is none is said."""
    if not address.recall(READOUT):
        return None, ""
    try:
        control, variant = read_arms(open_raw(settings(), address.recall(READOUT)))
        found = read_out(Group(control.visitors, control.conversions), Group(variant.visitors, variant.conversions))
    except BreakevenError as error:
        show_error(error)
        return None, ""
    words = tr(
        "“{control}” is taken as the group without it, “{variant}” as the one with it.",
        control=control.name,
        variant=variant.name,
    )
    return found, md(words)


def upload(found: ReadOut | None) -> None:
    """Draw the place for the read-out of a test."""
    if found is not None:
        return
    with st.expander(tr("I have the read-out of a test"), icon=":material/fact_check:", key="readout-upload"):
        strong(tr("A CSV with the columns group, visitors, conversions"))
        st.caption(tr("Two groups: one without the new ranking, called control, and one with it. Days are summed."))
        file = take_file(tr("Read-out"), ["csv", "tsv", "parquet"], key="readout-file")
        if file is not None:
            address.remember(READOUT, add_raw(file, file.name, settings()).id)
            st.rerun()
