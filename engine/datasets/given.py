"""Options of a form of data from what somebody gave by name: checked, and of the right type."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, Field, fields
from typing import Any, TypeVar

from engine.datasets.dataset import Options
from engine.errors import BadInput

Kind = TypeVar("Kind", bound=Options)
YES, NO = {"true", "yes", "1"}, {"false", "no", "0"}


def options_from(kind: type[Kind], name: str, given: Mapping[str, Any]) -> Kind:
    """Return the options called `name` with what is `given`, text being read as each option's type.

    Raises BadInput for an option that this form of data does not have, naming those it has, and for a value that does
    not fit.
    """
    known = {f.name: f for f in fields(kind) if f.name != "name"}
    for option in given:
        if option not in known:
            raise BadInput(
                "This kind of data has no option {option}; it has {choices}.", option=option, choices=", ".join(known)
            )
    return kind(name, **{option: _typed(known[option], value) for option, value in given.items()})


def _typed(option: Field[Any], value: Any) -> Any:
    """Return `value` as the type of the option's default; lists are separated by commas, pairs are name=value."""
    default = option.default_factory() if option.default_factory is not MISSING else option.default
    if not isinstance(value, str) or isinstance(default, str):
        return tuple(value) if isinstance(value, list) else value
    if isinstance(default, dict):
        return dict(_pair(option.name, part) for part in _listed(value))
    if isinstance(default, tuple):
        parts = _listed(value)
        return tuple(_number(option.name, p, float) for p in parts) if _numeric(default) else tuple(parts)
    if default is None or isinstance(default, bool):
        return _truth(option.name, value)
    return _number(option.name, value, type(default))


def _listed(value: str) -> list[str]:
    return [part.strip() for part in value.split(",") if part.strip()]


def _numeric(default: tuple[Any, ...]) -> bool:
    return bool(default) and all(isinstance(v, float) for v in default)


def _pair(name: str, part: str) -> tuple[str, Any]:
    key, mark, value = part.partition("=")
    if not mark:
        raise BadInput("Option {name} has {value}; give pairs as old=new, separated by commas.", name=name, value=part)
    return key.strip(), value.strip()


def _truth(name: str, value: str) -> bool:
    if value.lower() not in YES | NO:
        raise BadInput("Option {name} is {value}; give true or false.", name=name, value=value)
    return value.lower() in YES


def _number(name: str, value: str, kind: type) -> Any:
    try:
        return kind(value)
    except ValueError as error:
        raise BadInput("Option {name} is {value}; give a number.", name=name, value=value) from error
