"""How long what waits will take: from how long batches took, and from how right that was for those who waited before.

Time is reckoned by positions, tokens of a text say, because rows of one length are computed together and long ones
take longer. How right it was is kept as running sums, as a network's round trips are (RFC 6298, section 2): the mean
of what was waited for what was expected, and the mean deviation from it.
"""

from __future__ import annotations

from collections import defaultdict

REMEMBERED = 0.8
"""The weight of what was seen before in the time a position takes."""
LEARNT = 0.998
"""The same for how right it was: requests are more than batches."""
DEVIATIONS = 4.0
"""So many mean deviations more than on average are reckoned with."""
MOST = 4.0
"""Nobody is told to wait for more than this many times what is expected."""


class Outlook:
    """Not safe for threads: the queue's lock guards it."""

    def __init__(self, lanes: int) -> None:
        """`lanes` is how many batches are computed at once."""
        self._lanes = lanes
        self._seconds_per_position: dict[int, float] = {}
        self._positions: defaultdict[int, int] = defaultdict(int)
        self._expected = self._waited = self._deviation = 0.0

    def came(self, model: object, positions: int) -> None:
        """Note positions that are to be computed; negative ones never will be."""
        self._positions[id(model)] += positions
        if not self._positions[id(model)]:
            del self._positions[id(model)]

    def computed(self, model: object, positions: int, seconds: float) -> None:
        """Note how long a batch of so many positions took."""
        self.came(model, -positions)
        pace = seconds / positions
        known = self._seconds_per_position.get(id(model), pace)
        self._seconds_per_position[id(model)] = REMEMBERED * known + (1 - REMEMBERED) * pace

    def seconds(self, model: object = None, positions: int = 0) -> float:
        """Return in how many seconds all is computed, `positions` more of a model included, should all go on as now."""
        pace = self._seconds_per_position
        left = sum(count * pace.get(key, 0.0) for key, count in self._positions.items())
        return (left + positions * pace.get(id(model), 0.0)) / self._lanes

    def at_most(self, seconds: float) -> float:
        """Return how long somebody may have to wait who is expected to wait for `seconds`."""
        if not self._expected:
            return seconds
        return seconds * min(MOST, max(1.0, (self._waited + DEVIATIONS * self._deviation) / self._expected))

    def waited(self, expected: float, seconds: float) -> None:
        """Note that somebody who was expected to wait for `expected` seconds waited for `seconds`."""
        mean = self._waited / self._expected if self._expected else 1.0
        self._deviation = LEARNT * self._deviation + abs(seconds - mean * expected)
        self._expected = LEARNT * self._expected + expected
        self._waited = LEARNT * self._waited + seconds
