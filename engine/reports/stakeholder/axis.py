"""Where points stand in a picture of two quantities, what its axes say, and which names fit beside them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from engine.reports.stakeholder.document import Points
from engine.reports.stakeholder.measure import ems

STEPS = 5
"""About as many as an axis has between its ends."""
WIDE = 8
"""From this many times the least on, amounts stand on a logarithmic axis."""
GAP_PT = 6.0
"""Between a point and its name."""


@dataclass(frozen=True)
class Axis:
    """A scale from `low` to `high`, both among its `ticks`."""

    low: float
    high: float
    logarithmic: bool
    ticks: tuple[float, ...]

    def place(self, value: float) -> float:
        """Return how far along the axis a value stands, 0 to 1."""
        turn = math.log10 if self.logarithmic else float
        return (turn(value) - turn(self.low)) / (turn(self.high) - turn(self.low))

    @property
    def written(self) -> tuple[str, ...]:
        """Every tick as it is written: whole, without a power of ten."""
        return tuple(f"{t:,.12f}".rstrip("0").rstrip(".") for t in self.ticks)


def across(block: Points) -> Axis:
    """Return the axis of what goes across; logarithmic where amounts spread widely."""
    values = [p.x for p in block.points]
    if min(values) > 0 and max(values) > WIDE * min(values):
        first, last = math.floor(math.log10(min(values))), math.ceil(math.log10(max(values)))
        return Axis(10.0**first, 10.0**last, logarithmic=True, ticks=tuple(10.0**n for n in range(first, last + 1)))
    return _even(values)


def upwards(block: Points) -> Axis:
    """Return the axis of what goes upwards, intervals and all."""
    return _even([v for p in block.points for v in (p.y, p.y_low, p.y_high)])


def _even(values: Sequence[float]) -> Axis:
    low, high = min(values), max(values)
    rough = ((high - low) or abs(high) or 1.0) / STEPS
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(n * power for n in (1, 2, 5, 10) if n * power >= rough * 0.999)
    first, last = math.floor(low / step), math.ceil(high / step)
    last = max(last, first + 1)
    ticks = tuple(n * step for n in range(first, last + 1))
    return Axis(ticks[0], ticks[-1], logarithmic=False, ticks=ticks)


@dataclass(frozen=True)
class _Box:
    left: float
    top: float
    right: float
    bottom: float

    def meets(self, other: _Box) -> bool:
        return (
            self.left < other.right and other.left < self.right and self.top < other.bottom and other.top < self.bottom
        )


def sides(block: Points, width_pt: float, height_pt: float, size_pt: float) -> tuple[str, ...]:
    """Return for each point on which side its name stands, "right" or "left"; empty where it would cover another.

    The chosen option always has its name; then those on the front, then the rest, as long as there is room.
    """
    x, y = across(block), upwards(block)
    at = [(width_pt * x.place(p.x), height_pt * (1 - y.place(p.y))) for p in block.points]
    dots = [_Box(a - GAP_PT, b - GAP_PT, a + GAP_PT, b + GAP_PT) for a, b in at]
    order = sorted(range(len(at)), key=lambda i: (not block.points[i].lead, not block.points[i].front, i))
    taken: list[_Box] = []
    found = [""] * len(at)
    for i in order:
        long, half = ems(block.points[i].name) * size_pt, 0.7 * size_pt
        boxes = {side: _beside(at[i], side, long, half) for side in _first_side(at[i][0], width_pt)}
        others = [*taken, *(d for j, d in enumerate(dots) if j != i)]
        free = [s for s, b in boxes.items() if b.left >= 0 and b.right <= width_pt and not any(map(b.meets, others))]
        if free or block.points[i].lead:
            found[i] = free[0] if free else next(iter(boxes))
            taken.append(boxes[found[i]])
    return tuple(found)


def _first_side(x: float, width: float) -> tuple[str, str]:
    return ("right", "left") if x < width / 2 else ("left", "right")


def _beside(at: tuple[float, float], side: str, long: float, half: float) -> _Box:
    x, y = at
    start = x + GAP_PT if side == "right" else x - GAP_PT - long
    return _Box(start, y - half, start + long, y + half)
