"""Which pre-trained encoder: the adviser's ranking with its reasons, or one of the reader's own."""

from __future__ import annotations

import streamlit as st

from engine.datasets.dataset import Dataset
from engine.datasets.texts.options import TextCard
from engine.models.adviser import advise
from engine.models.backbones import BACKBONES, IMAGE_BACKBONES
from engine.scenarios import Scenario
from pages.shared.frame import say
from pages.shared.i18n import md, tr
from pages.shared.numbers import number

OWN = "own"
KNOWN = {**BACKBONES, **IMAGE_BACKBONES}


def choose(scenario: Scenario, dataset: Dataset | None) -> str:
    """Draw the ranking and return the chosen backbone: its id, a folder, or a hub id."""
    card = dataset.card if dataset is not None else None
    ranked = advise(card) if isinstance(card, TextCard) else []
    order = [a.backbone.id for a in ranked] or [scenario.backbone]
    names = {name: KNOWN[name].title for name in order} | {OWN: tr("Another one: a folder or a hub id")}
    with st.expander(tr("Backbone: {name}", name=names[order[0]]), icon=":material/hub:"):
        chosen = st.radio(
            tr("Backbone"), list(names), format_func=lambda k: names[k], key="backbone", label_visibility="collapsed"
        )
        if chosen == OWN:
            return st.text_input(
                tr("Folder or hub id"),
                key="backbone-own",
                placeholder=KNOWN[scenario.backbone].hub_id,
                help=tr(
                    "A folder with config.json, tokenizer.json and model.safetensors, or an id such as owner/name."
                ),
            ).strip()
        found = KNOWN[chosen]
        millions = number(found.parameters / 1e6, 1)
        st.caption(
            md(tr("{n} million parameters, {licence}", n=millions, licence=found.licence)) + " · " + say(found.note)
        )
        for advice in ranked:
            if advice.backbone.id == chosen:
                st.markdown("\n".join(f"- {say(reason)}" for reason in advice.reasons))
    return str(chosen)
