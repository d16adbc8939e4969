"""The second file: what is said about items, so that people read titles and models read texts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pandas as pd
import streamlit as st

from engine.datasets.interactions.card import InteractionCard
from engine.datasets.interactions.columns import NO_COLUMN
from engine.datasets.interactions.options import InteractionOptions
from engine.datasets.interactions.read import Preview, preview_items
from engine.datasets.raw import add_raw
from engine.datasets.store import open_raw
from engine.datasets.texts.columns import Usual
from engine.jobs.runs import RunFolder
from engine.scenarios import Scenario
from pages.shared.i18n import md, tr
from pages.shared.lists.upload import SUFFIXES
from pages.shared.numbers import number
from pages.shared.resources import settings
from pages.shared.uploads import take_file

FIELDS = {"id": "item_id_column", "title": "title_column", "text": "text_column", "category": "category_column"}
"""What a column of the items file is taken for → the option that names it."""
SHOWN_ROWS = 4
Again = Callable[..., None]


def draw(scenario: Scenario, run: RunFolder, card: InteractionCard, options: InteractionOptions, again: Again) -> None:
    """Draw the choice of an items file, or what was found in the one there is and how to change it."""
    matched = "id" in card.used_item_columns
    with st.expander(
        title(card, options), icon=":material/inventory:", expanded=not options.items_raw_id or not matched
    ):
        if not options.items_raw_id:
            upload(scenario, run, options, again)
            return
        columns(scenario, run, card, options, again)


def title(card: InteractionCard, options: InteractionOptions) -> str:
    """Return what is known about items, in a few words."""
    if not options.items_raw_id:
        return tr("Add titles, texts and categories of the items")
    if "id" not in card.used_item_columns:
        return tr("The items file has no column that names these items")
    return tr("Items file: {n} items", n=card.items_listed)


def upload(scenario: Scenario, run: RunFolder, options: InteractionOptions, again: Again) -> None:
    st.caption(
        tr(
            "One row an item. With titles you can read what is recommended; with texts a model can recommend what "
            "nobody has touched yet; with categories you see tastes."
        )
    )
    file = take_file(tr("Items file"), SUFFIXES, key=f"items-{run.run_id}")
    if file is not None:
        raw = add_raw(file, file.name, settings())
        again(scenario, run, replace(options, items_raw_id=raw.id))
        st.rerun()


def columns(
    scenario: Scenario, run: RunFolder, card: InteractionCard, options: InteractionOptions, again: Again
) -> None:
    """Draw which column of the items file is which, its first rows, and the way back to none."""
    raw = open_raw(settings(), options.items_raw_id)
    st.markdown(tr("From **{file}**: {n} items.", file=md(raw.filename), n=number(card.items_listed)))
    names = {"id": tr("Item column"), "title": tr("Title"), "text": tr("Text"), "category": tr("Categories")}
    chosen = options
    with st.container(horizontal=True):
        for role, name in names.items():
            offered = list(card.item_columns) if role == "id" else [NO_COLUMN, *card.item_columns]
            used = card.used_item_columns.get(role, NO_COLUMN)
            picked = st.selectbox(
                name,
                offered,
                index=offered.index(used) if used in offered else None,
                format_func=lambda c: tr("None") if c == NO_COLUMN else c,
                placeholder=tr("Choose a column"),
                key=f"item-{role}-{run.run_id}",
                width=190,
            )
            if picked is not None and picked != used:
                chosen = replace(chosen, **{FIELDS[role]: picked})  # type: ignore[arg-type]
    rows(look(str(raw.path), raw.filename, scenario.columns))
    with st.container(horizontal=True):
        st.button(
            tr("Apply"), disabled=chosen == options, icon=":material/check:", key="apply-items",
            on_click=again, args=(scenario, run, chosen),
        )  # fmt: skip
        nothing = replace(options, items_raw_id="", **dict.fromkeys(FIELDS.values(), ""))  # type: ignore[arg-type]
        st.button(
            tr("Go without the items file"), icon=":material/undo:", type="tertiary", key="no-items",
            on_click=again, args=(scenario, run, nothing),
        )  # fmt: skip


@st.cache_data(show_spinner=False, max_entries=8)
def look(path: str, filename: str, usual: Usual) -> Preview:
    """Return the start of an items file."""
    return preview_items(Path(path), filename=filename, usual=usual)


def rows(seen: Preview) -> None:
    """Draw the first rows."""
    frame = pd.DataFrame(list(seen.rows)[:SHOWN_ROWS], columns=list(seen.columns))
    st.dataframe(frame, hide_index=True, alt=tr("The first rows of the items file"))
