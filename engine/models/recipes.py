"""The recipes of each task by name: one line a task."""

from __future__ import annotations

from engine.errors import BadInput
from engine.models.image_recipes import IMAGE_RECIPES
from engine.models.options import Option, Recipe, resolve_options, unusual_options
from engine.models.ranking_recipes import RANKING_RECIPES
from engine.models.text_recipes import TEXT_RECIPES

RECIPES: dict[str, dict[str, Recipe]] = {
    "text_classification": TEXT_RECIPES,
    "image_classification": IMAGE_RECIPES,
    "ranking": RANKING_RECIPES,
}
"""Task → name → recipe, cheapest first."""


def find_recipe(task: str, name: str) -> Recipe:
    """Return the recipe called `name` of `task`. Raises BadInput naming the choices."""
    known = RECIPES.get(task, {})
    if name not in known:
        raise BadInput("There is no recipe {name}; choose one of {choices}.", name=name, choices=", ".join(known))
    return known[name]


__all__ = ["RECIPES", "Option", "Recipe", "find_recipe", "resolve_options", "unusual_options"]
