"""Recipe cards: what each does, what it is expected to take, and the one that is chosen."""

from __future__ import annotations

import streamlit as st

from engine.datasets.dataset import Dataset
from engine.models.recipes import RECIPES, Recipe
from engine.scenarios import Scenario
from pages.shared import address
from pages.shared.frame import say, strong
from pages.shared.i18n import md, tr
from pages.shared.scenario.expected import expectation

MOST_A_ROW = 5
"""More cards than this are dealt into two rows of about one length."""


def choose(scenario: Scenario, dataset: Dataset | None) -> Recipe:
    """Draw a card a recipe, cheapest first, and return the chosen one. The choice stands in the URL."""
    known = RECIPES[scenario.task]
    chosen = address.recall("recipe")
    chosen = chosen if chosen in scenario.recipes else scenario.default_recipe
    strong(tr("Recipe"))
    count = len(scenario.recipes)
    with st.grid(count if count <= MOST_A_ROW else -(-count // 2), min_column_width=160, gap="small"):
        for name in scenario.recipes:
            card(known[name], scenario, dataset, chosen=name == chosen)
    return known[chosen]


def card(recipe: Recipe, scenario: Scenario, dataset: Dataset | None, *, chosen: bool) -> None:
    """Draw one recipe; a click on its button chooses it."""
    with st.container(border=True, height="stretch", key=f"recipe-{recipe.name}"):
        st.markdown(f"**{say(recipe.title)}**")
        st.caption(say(recipe.summary))
        st.space("stretch")
        st.markdown(f":small[{md(expectation(recipe, {}, scenario.backbone, dataset))}]")
        st.button(
            tr("Chosen") if chosen else tr("Choose"),
            key=f"choose-{recipe.name}",
            icon=":material/check:" if chosen else None,
            type="primary" if chosen else "secondary",
            width="stretch",
            on_click=address.remember,
            args=("recipe", recipe.name),
        )
