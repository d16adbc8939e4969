"""Rows that the catalogue does not have: machines, hosted models and regions of one's own, each with its source."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from engine.analytics.catalogue import Catalogue
from engine.analytics.own_facts import OwnFact
from pages.shared import address
from pages.shared.costs import inputs
from pages.shared.costs.own import Asked, back, origin
from pages.shared.frame import strong
from pages.shared.i18n import md, tr
from pages.shared.numbers import number
from pages.shared.pricing import OWN, instance_name

CHOSEN_AS = {"machine": "instance", "hosted": "hosted", "grid": "region"}
"""Kind of a new row → the parameter of the address by which it is chosen."""


def forms(known: Catalogue) -> None:
    """Draw every row of one's own that the catalogue does not have, and the forms that add one."""
    mine = [fact for fact in known.own if fact.what in CHOSEN_AS and known.is_new(fact.what, fact.id)]
    if mine:
        strong(tr("Rows you added"))
    for fact in mine:
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.markdown(md(_written(fact, known)), width="content")
            origin(fact.source, mine=True)
            back(fact.what, fact.id, tr("Remove"), ":material/delete:")
    with st.container(horizontal=True):
        _form("machine", tr("Add a machine to rent"), lambda asked: _machine(asked, known))
        _form("hosted", tr("Add a hosted model"), lambda asked: _hosted(asked, known))
        _form("grid", tr("Add a region"), lambda asked: _region(asked, known))


def _written(fact: OwnFact, known: Catalogue) -> str:
    if fact.what == "machine":
        return instance_name(known.instance(fact.id))
    if fact.what == "hosted":
        return inputs.hosted_name(known.hosted_price(fact.id))
    low, likely, high = map(number, fact.values)
    return tr("{region}: {likely} gCO₂e/kWh ({low} to {high}), PUE {pue}", region=fact.id, likely=likely, low=low,
              high=high, pue=number(known.region(fact.id).pue[0].value, 2))  # fmt: skip


def _form(what: str, label: str, draw: Callable[[Asked], None]) -> None:
    with (
        st.popover(label, icon=":material/add:", type="tertiary", key=f"add-{what}"),
        st.form(f"form-add-{what}", border=False),
    ):
        draw(Asked(f"add-{what}"))


def _machine(asked: Asked, known: Catalogue) -> None:
    name = asked.name(tr("What it is called"), "ecs.c7.xlarge")
    names = inputs.region_names()
    region = st.selectbox(
        tr("Region"), list(names), format_func=lambda k: names.get(k, k), key="own-add-machine-region",
        help=tr("Its electricity is counted. Add the region first where it is missing."),
    )  # fmt: skip
    _rest(asked, known, "machine", f"{region}/{name}" if name else "")


def _hosted(asked: Asked, known: Catalogue) -> None:
    _rest(asked, known, "hosted", asked.name(tr("What it is called"), "qwen-plus"))


def _region(asked: Asked, known: Catalogue) -> None:
    name = asked.name(tr("What it is called"), "alibaba/cn-hangzhou")
    _rest(asked, known, "grid", name if "/" in name or not name else f"{OWN}/{name}", "pue")


def _rest(asked: Asked, known: Catalogue, what: str, row_id: str, *others: str) -> None:
    """Draw the values and their origin, and keep the new row of `row_id`, which is then chosen."""
    rows = [(kind, row_id, asked.values(kind)) for kind in (what, *others)]
    where, when = asked.origin()
    if not st.form_submit_button(tr("Add it"), type="primary"):
        return
    if row_id and (fault := known.refuses(what, row_id)) is not None:
        asked.refuse(("", "id"), fault)
        return
    asked.keep(rows, where, when, then=lambda: address.remember(CHOSEN_AS[what], row_id))
