"""What a recipe is, and the options a user may change about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from engine.errors import BadInput
from engine.messages import Message

Value = bool | int | float | str


@dataclass(frozen=True)
class Option:
    """One thing a user may change about a recipe. The type of `default` is the option's type."""

    name: str
    default: Value
    meaning: Message
    """One line: what it does."""
    choices: tuple[str, ...] = ()
    """The values it can take; empty: any from `minimum` to `maximum`."""
    minimum: float | None = None
    maximum: float | None = None
    advanced: bool = True
    """Whether a page hides it behind "more options"."""

    def check(self, value: Any) -> Value:
        """Return `value` as this option's type. Raises BadInput, naming what it can be, when it does not fit."""
        typed = _typed(self.default, value)
        if typed is None or (self.choices and typed not in self.choices) or not self._within(typed):
            raise BadInput("Option {name} is {value}; give {choices}.", name=self.name, value=value, choices=self.range)
        return typed

    @property
    def range(self) -> Message:
        """What it can be, in words."""
        if self.choices:
            return Message("one of {choices}", choices=", ".join(self.choices))
        if isinstance(self.default, bool):
            return Message("true or false")
        kind = Message("a whole number") if isinstance(self.default, int) else Message("a number")
        return Message("{kind} from {minimum} to {maximum}", kind=kind, minimum=self.minimum, maximum=self.maximum)

    def _within(self, value: Value) -> bool:
        if isinstance(value, (str, bool)):
            return True
        return (self.minimum is None or value >= self.minimum) and (self.maximum is None or value <= self.maximum)


@dataclass(frozen=True)
class Recipe:
    """A way to train. `options` are what a user may change, most useful first."""

    name: str
    title: Message
    summary: Message
    """One sentence: what it does and when to choose it."""
    options: tuple[Option, ...]
    neural: bool
    """Whether it starts from a pre-trained backbone."""

    @property
    def defaults(self) -> dict[str, Value]:
        return {option.name: option.default for option in self.options}


def resolve_options(recipe: Recipe, given: Mapping[str, Any]) -> dict[str, Value]:
    """Return every option of `recipe` with its value: what is `given`, checked and typed, else the default.

    Raises BadInput for an option the recipe does not have, or a value that does not fit.
    """
    if unknown := sorted(set(given) - set(recipe.defaults)):
        raise BadInput(
            "Recipe {recipe} has no option {option}; it has {choices}.",
            recipe=recipe.name,
            option=unknown[0],
            choices=", ".join(recipe.defaults),
        )
    return {o.name: o.check(given[o.name]) if o.name in given else o.default for o in recipe.options}


def unusual_options(recipe: Recipe, given: Mapping[str, Any]) -> dict[str, Value]:
    """Return what of `given`, checked and typed, differs from the defaults of `recipe`. Raises as `resolve_options`."""
    return {name: value for name, value in resolve_options(recipe, given).items() if value != recipe.defaults[name]}


def _typed(default: Value, value: Any) -> Value | None:
    """Return `value` as the type of `default`, or None when it is not one."""
    if isinstance(default, bool):
        if isinstance(value, str):
            return {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}.get(value.lower())
        return value if isinstance(value, bool) else None
    if isinstance(default, str):
        return value if isinstance(value, str) else None
    try:
        number = float(value)
    except (TypeError, ValueError):
        return None
    if isinstance(value, bool) or number != number:
        return None
    if isinstance(default, int):
        return int(number) if number.is_integer() else None
    return number
