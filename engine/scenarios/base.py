"""What a scenario is: one start-up's use of a model, described in one frozen dataclass."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from engine.config import Settings
from engine.datasets.dataset import Dataset
from engine.datasets.texts.columns import Usual
from engine.messages import Message


@dataclass(frozen=True)
class ErrorCost:
    """What it costs when the model says `predicted` and the truth is `actual`. An assumption the user can change."""

    actual: str
    predicted: str
    usd: float
    why: Message


@dataclass(frozen=True)
class PoorList:
    """What it costs to show a list in which nobody finds anything. An assumption the user can change."""

    usd: float
    why: Message


@dataclass(frozen=True)
class Scenario:
    """The plug-in: a new scenario is one file that ends in one of these, one line in the registry, and one page."""

    name: str
    """The name on the command line and in URLs."""
    title: Message
    summary: Message
    """One sentence: what the model does and for whom."""
    task: str
    """A key of `engine.tasks.TASKS`."""
    quality: str
    """The metric that is quoted first."""
    demo: Callable[[Settings], Dataset]
    """Returns the demo data set, preparing it when it is not there yet."""
    recipes: tuple[str, ...]
    """Keys of the task's recipes in `engine.models.recipes.RECIPES`, cheapest first."""
    default_recipe: str
    backbone: str
    """The default backbone's id in the catalogue."""
    columns: Usual = field(default_factory=dict)
    """Role of a column → its usual names in this field, in lower case."""
    error_costs: tuple[ErrorCost, ...] = ()
    """What each kind of error costs by default, where answers are classes."""
    poor_list: PoorList | None = None
    """What a poor recommendation costs by default, where answers are lists."""
    warnings: tuple[Message, ...] = ()
    """What has to stand wherever its answers do."""
    examples: tuple[str, ...] = ()
    """Inputs to try at once."""
    demo_recipes: tuple[str, ...] = ()
    """What the first start trains, in order."""
