"""Hard limits: which an option breaks and by how much, and which of the broken ones is the nearest to hold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from engine.economics.decision.option import LICENCE, Criterion, Limits, Option
from engine.messages import Message

TINY = 1e-12


@dataclass(frozen=True)
class Breach:
    """One limit that an option breaks."""

    criterion: str
    """Its name, or LICENCE."""
    bound: float | None = None
    value: float | None = None
    """None: not known, or no number."""
    said: Message | None = None
    """Why, where it is not a number."""

    @property
    def gap(self) -> float | None:
        """By how much of the limit the value misses it, 0.1 being a tenth; None where no number would help."""
        if self.bound is None or self.value is None:
            return None
        return abs(self.value - self.bound) / max(abs(self.bound), TINY)


@dataclass(frozen=True)
class Excluded:
    """An option that cannot be chosen, and every reason."""

    option: Option
    breaches: tuple[Breach, ...]

    @property
    def only_licence(self) -> bool:
        return [b.criterion for b in self.breaches] == [LICENCE]

    @property
    def distance(self) -> tuple[int, float]:
        """How far it is from holding: first what no number mends, then the limits broken together, in their parts."""
        gaps = [b.gap for b in self.breaches]
        return sum(g is None for g in gaps), sum(g for g in gaps if g is not None)


def holds(value: float, bound: float, *, more_is_better: bool) -> bool:
    """Return whether `value` keeps to `bound`; equal does."""
    return value >= bound if more_is_better else value <= bound


def breaches(
    option: Option, criteria: Sequence[Criterion], limits: Limits, used: Sequence[str] = ()
) -> tuple[Breach, ...]:
    """Return what keeps `option` from being chosen: limits it breaks, figures it lacks that are `used` or limited."""
    found = []
    if option.refused is not None:
        found.append(Breach("", said=option.refused))
    for criterion in criteria:
        bound = limits.bounds.get(criterion.name)
        measure = option.measures.get(criterion.name)
        if measure is None:
            if bound is not None or criterion.name in used:
                found.append(Breach(criterion.name, bound))
        elif bound is not None and not holds(measure.value, bound, more_is_better=criterion.more_is_better):
            found.append(Breach(criterion.name, bound, measure.value))
    if limits.sellable and option.sellable is not True:
        found.append(Breach(LICENCE))
    return tuple(found)


def nearest(excluded: Sequence[Excluded]) -> Excluded | None:
    """Return the excluded option that misses by least; None of none."""
    return min(excluded, key=lambda e: e.distance, default=None)
