"""A number that says what it is: its unit, how it came about, how sure it is, by which formula, from which sources.

Nothing in the economics returns a bare number to a page. A `Figure` is measured (counted or timed on this machine),
projected (measured here, carried over to another machine or price by a stated rule) or assumed (set by a person).
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from engine.errors import BadInput
from engine.messages import Message

Kind = Literal["measured", "projected", "assumed"]
WEAKEST: tuple[Kind, ...] = ("measured", "projected", "assumed")


@dataclass(frozen=True)
class Source:
    """Where a fact comes from, so that a reader can look it up."""

    name: str
    """What it says, in a few words: "AWS on-demand price of c6i.xlarge in us-east-1"."""
    where: str
    """A URL, or a package or repository with its version and path."""
    as_of: str
    """When it held, as its publisher dates it."""


@dataclass(frozen=True)
class Figure:
    """One result. Always finite, and `low` ≤ `value` ≤ `high`."""

    value: float
    unit: str
    """"USD", "USD per 1,000", "gCO2e", "gCO2e per 1,000", "kWh", "h", "per s"."""
    kind: Kind
    low: float
    high: float
    """The range: of published factors, or of the rule that carries a measurement to another machine."""
    formula: Message
    """How it was computed, with the numbers filled in."""
    sources: tuple[Source, ...] = ()

    def __post_init__(self) -> None:
        for name in ("value", "low", "high"):
            finite(Message(name), getattr(self, name))
        slack = 1e-9 * max(abs(self.value), abs(self.low), abs(self.high))
        if not self.low - slack <= self.value <= self.high + slack:
            raise ValueError(f"{self.value} {self.unit} lies outside its range {self.low} to {self.high}")


def weakest(kinds: Iterable[Kind]) -> Kind:
    """Return the least certain of `kinds`: what was computed from an assumption is no measurement."""
    return max(kinds, key=WEAKEST.index, default="measured")


def finite(field: Message, value: float) -> float:
    """Return `value`, or raise BadInput when it is not a number."""
    if not _is_number(value):
        raise BadInput("{field} is {value}; give a finite number.", field=field, value=_readable(value))
    return float(value)


def above_zero(field: Message, value: float) -> float:
    """Return `value`, or raise BadInput when it is not a number above 0."""
    if not _is_number(value) or value <= 0:
        raise BadInput("{field} is {value}; give a number above 0.", field=field, value=_readable(value))
    return float(value)


def not_negative(field: Message, value: float) -> float:
    """Return `value`, or raise BadInput when it is not a number of 0 or more."""
    if not _is_number(value) or value < 0:
        raise BadInput("{field} is {value}; give a number of 0 or more.", field=field, value=_readable(value))
    return float(value)


def share(field: Message, value: float) -> float:
    """Return `value`, or raise BadInput when it is not a share above 0 and up to 1."""
    if not _is_number(value) or not 0 < value <= 1:
        raise BadInput("{field} is {value}; give a share above 0 and up to 1.", field=field, value=_readable(value))
    return float(value)


def _readable(value: object) -> str:
    """Return `value` as somebody would have typed it: 0 rather than 0.0."""
    return f"{value:.15g}" if _is_number(value) else str(value)


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)
