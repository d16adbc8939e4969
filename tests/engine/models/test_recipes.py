from __future__ import annotations

from typing import Any

import pytest

from engine.errors import BadInput
from engine.models.recipes import RECIPES, find_recipe, resolve_options

FAST = RECIPES["text_classification"]["fast"]
ALL = [(task, name) for task, recipes in RECIPES.items() for name in recipes]


@pytest.mark.parametrize(("task", "name"), ALL)
def test_every_default_is_a_value_its_option_takes(task: str, name: str) -> None:
    recipe = find_recipe(task, name)
    assert recipe.name == name
    assert resolve_options(recipe, recipe.defaults) == recipe.defaults == resolve_options(recipe, {})
    assert all(str(option.meaning) for option in recipe.options)


def test_values_from_a_command_line_become_what_the_option_is() -> None:
    given = {"epochs": "5", "learning_rate": "1e-4", "cache": "false", "pooling": "mean"}
    found = resolve_options(FAST, given)
    assert {name: found[name] for name in given} == {
        "epochs": 5,
        "learning_rate": 1e-4,
        "cache": False,
        "pooling": "mean",
    }


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"epochs": 0}, "Option epochs is 0; give a whole number from 1 to 200"),
        ({"epochs": 2.5}, "Option epochs is 2.5"),
        ({"epochs": True}, "Option epochs is True"),
        ({"learning_rate": "fast"}, "Option learning_rate is fast; give a number"),
        ({"learning_rate": float("nan")}, "Option learning_rate is nan"),
        ({"pooling": "last"}, "Option pooling is last; give one of mean, first"),
        ({"cache": "maybe"}, "Option cache is maybe; give true or false"),
        ({"depth": 3}, "Recipe fast has no option depth; it has epochs"),
    ],
)
def test_a_value_that_does_not_fit_says_what_does(given: dict[str, Any], sentence: str) -> None:
    with pytest.raises(BadInput, match=sentence.replace(".", r"\.")):
        resolve_options(FAST, given)


def test_a_recipe_that_is_not_there_names_those_that_are() -> None:
    with pytest.raises(BadInput, match="no recipe slow; choose one of baseline, probe, fast, lora, full"):
        find_recipe("text_classification", "slow")
