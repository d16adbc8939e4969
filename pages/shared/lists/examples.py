"""A few people of the test part: what they did, what the served model recommends, what of it they really took."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import streamlit as st

from engine.datasets.interactions.people import Person
from engine.datasets.store import has_dataset
from engine.errors import BreakevenError
from pages.shared import site
from pages.shared.frame import strong
from pages.shared.i18n import md, tr
from pages.shared.lists.catalogue import Catalogue, load, person
from pages.shared.lists.who import label
from pages.shared.resources import client, settings

PEOPLE = (0.15, 0.5, 0.85)
"""One with little activity, one with some, one with much: places in the order of activity, from 0 to 1."""
LOOKED_AT = 25
"""How many people beside each place are looked at for one who took something later."""
K = 10
SHOWN_HISTORY = 5


def draw(report: dict[str, Any]) -> None:
    """Draw the lists of a few people, asked of the inference service now; nothing when their data was deleted."""
    dataset_id = report["dataset"]["id"]
    if not has_dataset(settings(), dataset_id):
        return
    with st.expander(tr("A few people: before, recommended, found"), icon=":material/groups:", key="examples"):
        found = load(dataset_id)
        people = list(chosen(found))
        histories = [[found.ids[c] for c in one.before] for _, one in people]
        try:
            lists = client().recommend(report["run_id"], histories, K).lists if client().ready() else ()
        except BreakevenError:
            lists = ()
        if not lists:
            st.caption(tr("The lists appear here once the inference service answers."))
            return
        for column, (code, one), recommended in zip(st.columns(len(people)), people, lists, strict=True):
            with column:
                card(report, found, code, one, [item for item, _ in recommended])


def chosen(found: Catalogue) -> Iterator[tuple[int, Person]]:
    """Yield a few users of different activity who took something new in the test part."""
    ordered = sorted(found.offered_users, key=lambda code: (found.activity[code], code))
    for place in PEOPLE:
        start = int(place * len(ordered))
        for code in ordered[start : start + LOOKED_AT]:
            one = person(found, code)
            if one.later:
                yield code, one
                break


def card(report: dict[str, Any], found: Catalogue, code: int, one: Person, items: Sequence[str]) -> None:
    """Draw one person: the newest of the history, the list with what was found, and the way to its reasons."""
    hits = sum(found.codes.get(item, -1) in one.later for item in items)
    strong(label(found, code))
    before = tr(", ").join(found.names[c] for c in one.before[::-1][:SHOWN_HISTORY])
    st.caption(md(tr("Before, newest first: {items}", items=before)))
    st.markdown("\n".join(line(found, one, place, item) for place, item in enumerate(items, 1)))
    st.caption(tr("{hits} of {n} that were taken in the test part are in the list.", hits=hits, n=len(one.later)))
    page = site.scenario_file(report["scenario"])
    site.link(
        page, tr("See why"), icon=":material/help:", step="try", run=report["run_id"], who="person", person=str(code)
    )


def line(found: Catalogue, one: Person, place: int, item: str) -> str:
    """Return one item of the list, marked when it was taken in the test part."""
    name = md(found.name(item))
    if found.codes.get(item, -1) in one.later:
        return f"{place}. :green[**{name}** :material/check:]"
    return f"{place}. {name}"
