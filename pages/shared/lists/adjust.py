"""What can be changed about checked interactions before they are stored: items, what counts, parts, a test file."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, cast

import pandas as pd
import streamlit as st

from engine.datasets.dataset import DataCard
from engine.datasets.interactions.card import InteractionCard
from engine.datasets.interactions.options import InteractionOptions, Split
from engine.jobs.runs import RunFolder
from engine.scenarios import Scenario
from pages.shared.i18n import tr
from pages.shared.lists import items_file
from pages.shared.lists.upload import SUFFIXES
from pages.shared.scenario import test_file

MOST_EVENTS = 20
Again = Callable[..., None]


def draw(scenario: Scenario, run: RunFolder, card: DataCard, options: Any, again: Again) -> None:
    """Draw every choice about the data; `again` checks the file under other options."""
    assert isinstance(card, InteractionCard)
    items_file.draw(scenario, run, card, options, again)
    what_counts(scenario, run, card, options, again)
    how_split(scenario, run, card, options, again)
    test_file.draw(scenario, run, options, again, SUFFIXES)


def what_counts(
    scenario: Scenario, run: RunFolder, card: InteractionCard, options: InteractionOptions, again: Again
) -> None:
    """Draw the smallest rating that is a like, how strongly each event counts, and what is rare."""
    with st.expander(tr("What counts, and how much"), icon=":material/balance:"):
        chosen = options
        if "rating" in card.used_columns:
            chosen = replace(chosen, min_rating=smallest_rating(run, options))
        if card.events or card.labels_found:
            chosen = replace(chosen, event_weights=event_weights(run, card, options))
        rare = st.number_input(
            tr("A user or an item is rare below"),
            min_value=2,
            max_value=100,
            value=options.rare_below,
            key=f"rare-{run.run_id}",
            width=280,
            help=tr("How many interactions it takes to say something about a user or an item."),
        )
        chosen = replace(chosen, rare_below=int(rare))
        st.button(
            tr("Apply"), disabled=chosen == options, icon=":material/check:", key="apply-counts",
            on_click=again, args=(scenario, run, chosen),
        )  # fmt: skip


def smallest_rating(run: RunFolder, options: InteractionOptions) -> float:
    """Draw the choice of the smallest rating that counts; 0 counts everything."""
    return float(
        st.number_input(
            tr("Smallest rating that counts"),
            min_value=0.0,
            value=float(options.min_rating),
            step=0.5,
            format="%.1f",
            key=f"rating-{run.run_id}",
            width=280,
            help=tr(
                "What is rated lower is left out, for it is no like. With 0 every interaction counts, as in published "
                "tables."
            ),
        )
    )


def event_weights(run: RunFolder, card: InteractionCard, options: InteractionOptions) -> dict[str, float]:
    """Draw how strongly each event counts; return the weights that were set, those of before included."""
    found = list(card.labels_found)[:MOST_EVENTS] or list(card.events)
    used = {event: float(figures["weight"]) for event, figures in card.events.items()}
    weights = [options.event_weights.get(event, used.get(event, 0.0)) for event in found]
    st.caption(tr("How strongly each event counts. 0 leaves its rows out."))
    edited = st.data_editor(
        pd.DataFrame({"event": found, "rows": [card.labels_found.get(e, 0) for e in found], "weight": weights}),
        hide_index=True,
        disabled=["event", "rows"],
        key=f"events-{run.run_id}",
        alt=tr("Events with their rows and their weights"),
        column_config={
            "event": st.column_config.TextColumn(tr("Event")),
            "rows": st.column_config.NumberColumn(tr("Rows")),
            "weight": st.column_config.NumberColumn(tr("Weight"), min_value=0.0, step=0.5),
        },
    )
    pairs = zip(found, weights, edited["weight"], strict=True)
    return options.event_weights | {
        event: float(now) for event, before, now in pairs if pd.notna(now) and now != before
    }


def how_split(
    scenario: Scenario, run: RunFolder, card: InteractionCard, options: InteractionOptions, again: Again
) -> None:
    """Draw how training, validation and test are told apart."""
    names = {
        "auto": tr("By time where there are times"),
        "time": tr("By time: learn from the past, be judged on what came after"),
        "user_random": tr("By lot, user by user: compares with published tables"),
    }
    with st.expander(tr("How it is split"), icon=":material/call_split:"):
        st.markdown(split_words(card))
        chosen = st.radio(
            tr("Split"),
            list(names),
            index=list(names).index(options.split),
            format_func=lambda k: names[k],
            key=f"split-{run.run_id}",
            label_visibility="collapsed",
        )
        st.button(
            tr("Apply"), disabled=chosen == options.split, icon=":material/check:", key="apply-split",
            on_click=again, args=(scenario, run, replace(options, split=cast(Split, chosen))),
        )  # fmt: skip


def split_words(card: InteractionCard) -> str:
    """Return how the parts of a card were made, in words."""
    if card.split.startswith("time"):
        return tr("Split by time: nothing is learnt from the future.")
    if card.split.startswith("user_random"):
        return tr("Split by lot, user by user: figures look better than they will be in use where there are times.")
    return tr("Not split yet.")
