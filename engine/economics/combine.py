"""Figures computed from figures: their ranges and sources are carried along, and the weakest kind is kept.

Ranges are added end to end, as if everything went badly, or well, at once. That is wider than chance would make it,
and right for ends that are rules and published extremes rather than spreads.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from engine.economics.figure import Figure, Source, finite, not_negative, weakest
from engine.messages import Message


def assumed(value: float, unit: str, why: Message, sources: tuple[Source, ...] = ()) -> Figure:
    """Return what a person set: no range. Raises BadInput when it is not a finite number."""
    number = finite(Message("The value"), value)
    return Figure(number, unit, "assumed", number, number, why, sources)


def total(parts: Sequence[Figure], unit: str, formula: Message) -> Figure:
    """Return the sum of `parts`; of no parts, an assumed 0."""
    return Figure(
        value=sum(p.value for p in parts),
        unit=unit,
        kind=weakest(p.kind for p in parts) if parts else "assumed",
        low=sum(p.low for p in parts),
        high=sum(p.high for p in parts),
        formula=formula,
        sources=distinct(s for p in parts for s in p.sources),
    )


def times(figure: Figure, factor: float | Figure, unit: str, formula: Message) -> Figure:
    """Return `figure` × `factor`, neither of them below 0. Raises BadInput for a factor below 0."""
    if not isinstance(factor, Figure):
        not_negative(Message("The factor"), factor)
        value, low, high = (end * factor for end in (figure.value, figure.low, figure.high))
        return Figure(value, unit, figure.kind, low, high, formula, figure.sources)
    return Figure(
        value=figure.value * factor.value,
        unit=unit,
        kind=weakest((figure.kind, factor.kind)),
        low=figure.low * factor.low,
        high=figure.high * factor.high,
        formula=formula,
        sources=distinct((*figure.sources, *factor.sources)),
    )


def distinct(sources: Iterable[Source]) -> tuple[Source, ...]:
    """Return each source once, in the order they came."""
    return tuple(dict.fromkeys(sources))
