"""One uncertain number as a person states it: at least, most likely, at most."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.errors import BadInput
from engine.messages import Message

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Spread:
    """A number with its range. Raises BadInput unless all three are finite and `low` ≤ `likely` ≤ `high`."""

    low: float
    likely: float
    high: float

    def __post_init__(self) -> None:
        for name in ("low", "likely", "high"):
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
                raise BadInput("{value} is no number; give low, likely and high as numbers.", value=str(value)[:20])
            object.__setattr__(self, name, float(value))
        if not self.low <= self.likely <= self.high:
            raise BadInput(
                "Low is {low}, likely {likely}, high {high}; give them in rising order.",
                low=self.low,
                likely=self.likely,
                high=self.high,
            )

    @property
    def certain(self) -> bool:
        """Whether nothing is left open."""
        return self.low == self.high

    def at(self, share: Array) -> Array:
        """Return the quantiles of the triangular distribution at `share` (any shape, 0 to 1).

        Closed form: Kotz & van Dorp, Beyond Beta (2004), chapter 1. A certain number is returned as it is.
        """
        width = self.high - self.low
        if width == 0:
            return np.full(np.shape(share), self.likely)
        rising, falling = self.likely - self.low, self.high - self.likely
        below = self.low + np.sqrt(share * width * rising)
        above = self.high - np.sqrt((1 - share) * width * falling)
        return np.where(share < rising / width, below, above)

    def moved(self, likely: float) -> Spread:
        """Return the spread around another likely value: its ends move in proportion, as far as they have to."""
        if self.likely:
            factor = likely / self.likely
            ends = sorted((self.low * factor, self.high * factor))
        else:
            ends = [self.low, self.high]
        return Spread(min(ends[0], likely), likely, max(ends[1], likely))


def certain(value: float) -> Spread:
    """Return a number about which nothing is left open."""
    return Spread(value, value, value)


def within(title: Message, spread: Spread, least: float, most: float) -> Spread:
    """Return `spread`, or raise BadInput when an end of it lies outside `least` to `most`."""
    for value in (spread.low, spread.likely, spread.high):
        if not least <= value <= most:
            raise BadInput("{field} is {value}; give {low} to {high}.", field=title, value=value, low=least, high=most)
    return spread
