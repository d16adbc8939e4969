"""What is chosen among, by what, and what may not be."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from engine.economics.figure import finite
from engine.errors import BadInput
from engine.messages import Message

Values = npt.NDArray[np.float64]
LICENCE = "licence"
"""The limit that is no number: what it was made of may be used commercially."""


@dataclass(frozen=True)
class Criterion:
    """One quantity that options are compared by."""

    name: str
    title: Message
    more_is_better: bool
    unit: str
    """"share", "ms", "USD", "USD per 1,000", "USD a month", "gCO2e per 1,000"."""
    shared: bool = False
    """Its range is that of a rule or a published factor, the same for every option, so that it moves all together."""


@dataclass(frozen=True)
class Measure:
    """One figure of an option and the interval or range around it. Raises BadInput for what is no number."""

    value: float
    low: float
    high: float

    def __post_init__(self) -> None:
        for name in ("value", "low", "high"):
            finite(Message(name), getattr(self, name))
        slack = 1e-9 * max(abs(self.value), abs(self.low), abs(self.high))
        if not self.low - slack <= self.value <= self.high + slack:
            raise BadInput("The value {value} lies outside its range {low} to {high}; give the ends in order.",
                           value=self.value, low=self.low, high=self.high)  # fmt: skip

    @classmethod
    def exactly(cls, value: float) -> Measure:
        """Return a figure without a range."""
        return cls(value, value, value)


@dataclass(frozen=True)
class Option:
    """Something one could do."""

    id: str
    name: Message
    measures: Mapping[str, Measure]
    """By name of the criterion; what is not known is not there."""
    sellable: bool | None = True
    """Whether what it was made of may be used commercially; None: nobody knows."""
    synthetic: bool = False
    """Whether its data was generated, so that its quality says nothing about the world."""
    refused: Message | None = None
    """Why it cannot be had at all: no machine carries the load in time."""


@dataclass(frozen=True)
class Limits:
    """What must hold. A bound is the least where more is better, else the most."""

    bounds: Mapping[str, float] = field(default_factory=dict)
    """By name of the criterion. Raises BadInput for what is no number."""
    sellable: bool = True
    """Only what may be used commercially."""

    def __post_init__(self) -> None:
        for name, bound in self.bounds.items():
            finite(Message("The limit of {name}", name=name), bound)


def names(criteria: Sequence[Criterion]) -> list[str]:
    return [c.name for c in criteria]


def matrix(options: Sequence[Option], criteria: Sequence[Criterion], end: str = "value") -> Values:
    """Return the options' figures (N, M); `end` is "value", "low" or "high"."""
    made = [[getattr(o.measures[c.name], end) for c in criteria] for o in options]
    return np.asarray(made, dtype=np.float64).reshape(len(options), len(criteria))


def directions(criteria: Sequence[Criterion]) -> list[bool]:
    return [c.more_is_better for c in criteria]
