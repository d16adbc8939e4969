"""What would change the choice: the nearest weight, limit and measurement at which another option is chosen."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from engine.economics.decision.limits import Excluded
from engine.economics.decision.option import Criterion, Limits, Option, Values, directions, matrix
from engine.economics.decision.topsis import closeness, ends_apart, in_parts, nearness
from engine.economics.pareto import beats

Kind = Literal["weight", "limit", "measurement"]
STEPS = 1_000
"""A thousandth of the way is near enough."""
FURTHEST = 10.0
"""A quantity that is better when smaller is tried up to this many times its value."""
Choose = Callable[[Sequence[Option], Limits], Option | None]


@dataclass(frozen=True)
class Change:
    """One thing that, moved from `before` to `after`, makes another option win."""

    kind: Kind
    criterion: str
    before: float
    after: float
    winner: Option | None
    """None: then no option holds the limits."""
    inside: bool = False
    """Whether `after` lies within the interval of the measurement."""

    @property
    def distance(self) -> float:
        """How far that is: weights in their own shares, the rest as a part of the value."""
        apart = abs(self.after - self.before)
        return apart if self.kind == "weight" else apart / max(abs(self.before), 1e-12)


def by_weight(front: Sequence[Option], criteria: Sequence[Criterion], weights: Values, lead: int) -> list[Change]:
    """Return for each criterion the nearest weight at which another of `front` wins, the others in proportion."""
    values, maximise = matrix(front, criteria), directions(criteria)
    found = []
    for place, criterion in enumerate(criteria):
        tried = np.linspace(0.0, 1.0, STEPS + 1)
        others = np.delete(weights, place)
        rest = others / others.sum() if others.sum() else np.full(len(others), 1 / max(1, len(others)))
        made = np.insert(np.outer(1 - tried, rest), place, tried, axis=1)
        if not len(rest):
            continue
        scores = np.concatenate([closeness(values, made[at], maximise) for at in in_parts(len(made), len(front))])
        other = scores.max(axis=1) > scores[:, lead] + 1e-12
        if other.any():
            nearest = int(np.where(other, np.abs(tried - weights[place]), np.inf).argmin())
            winner = front[int(scores[nearest].argmax())]
            found.append(Change("weight", criterion.name, float(weights[place]), float(tried[nearest]), winner))
    return found


def by_measurement(
    front: Sequence[Option], criteria: Sequence[Criterion], weights: Values, limits: Limits, lead: int, choose: Choose
) -> list[Change]:
    """Return for each criterion how much worse the first option could have been measured before it is not chosen."""
    found = []
    values, counts = matrix(front, criteria), np.asarray(weights) ** 2
    apart = ends_apart(values, directions(criteria))
    for place, criterion in enumerate(criteria):
        measure, bound = front[lead].measures[criterion.name], limits.bounds.get(criterion.name)
        end = 0.0 if criterion.more_is_better else FURTHEST * measure.value
        # The other columns are the same wherever this one moves.
        still = [np.delete(squares, place, axis=1) @ np.delete(counts, place) for squares in apart]
        tried = np.linspace(measure.value, end, STEPS + 1)
        lost = _first_lost(values[:, place], criterion, counts[place], still, lead, tried, bound)
        if lost is not None:
            at = float(tried[lost])
            inside = measure.low <= at <= measure.high
            winner = choose([_measured(o, criterion.name, at) if i == lead else o for i, o in enumerate(front)], limits)
            found.append(Change("measurement", criterion.name, measure.value, at, winner, inside))
    return found


def _first_lost(
    column: Values, criterion: Criterion, count: float, still: Sequence[Values], lead: int, tried: Values,
    bound: float | None,
) -> int | None:  # fmt: skip
    """Return the first of `tried` (T,), as the lead's figure in `column` (N,), at which it is not chosen; None of none.

    `count` is the square of the column's weight, `still` what the other columns add to the squares of the distances to
    the best and to the worst, (N,) each.
    """
    for at in in_parts(len(tried), len(column)):
        moved = np.repeat(column[None, :, None], len(tried[at]), axis=0)
        moved[:, lead, 0] = tried[at]
        squares = ends_apart(moved, [criterion.more_is_better])
        scores = nearness(*(np.sqrt(s + count * new[:, :, 0]) for s, new in zip(still, squares, strict=True)))
        lost = scores.max(axis=1) > scores[:, lead] + 1e-12
        if bound is not None:
            lost |= tried[at] < bound if criterion.more_is_better else tried[at] > bound
        if lost.any():
            return int(at.start + lost.argmax())
    return None


def _measured(option: Option, criterion: str, value: float) -> Option:
    changed = replace(option.measures[criterion], value=value, low=value, high=value)
    return replace(option, measures={**option.measures, criterion: changed})


def by_limit(
    holding: Sequence[Option], excluded: Sequence[Excluded], criteria: Sequence[Criterion],
    counted: Sequence[Criterion], limits: Limits, lead: Option, choose: Choose,
) -> list[Change]:  # fmt: skip
    """Return for each limit the nearest bound at which another option is chosen: looser, or tightened past the lead."""
    found = []
    for criterion in criteria:
        bound = limits.bounds.get(criterion.name)
        if bound is None:
            continue
        alone = [e for e in excluded if [b.criterion for b in e.breaches] == [criterion.name]]
        everyone = [*holding, *(e.option for e in alone)]
        for tried in (_looser(holding, alone, counted, bound), [_just_past(lead, criterion)]):
            for after in tried:
                winner = choose(everyone, replace(limits, bounds={**limits.bounds, criterion.name: after}))
                if winner is None or winner.id != lead.id:
                    found.append(Change("limit", criterion.name, bound, after, winner))
                    break
    nearest: dict[str, Change] = {}
    for change in sorted(found, key=lambda c: c.distance):
        nearest.setdefault(change.criterion, change)
    return list(nearest.values())


def _looser(
    holding: Sequence[Option], alone: Sequence[Excluded], counted: Sequence[Criterion], bound: float
) -> list[float]:
    """Return the bounds worth trying, nearest first: each lets in an option that none of those inside already beats.

    One that is beaten is off the front, so that letting it in changes nothing.
    """
    waiting = [(e.breaches[0].value, e.option) for e in alone if e.breaches[0].value is not None]
    waiting.sort(key=lambda one: abs(one[0] - bound))
    costs = matrix([*holding, *(option for _, option in waiting)], counted)
    costs = np.where(np.asarray(directions(counted)), -costs, costs)
    beaten = np.asarray(np.tril(beats(costs), -1).any(axis=1))[len(holding) :]
    return list(dict.fromkeys(value for (value, _), lost in zip(waiting, beaten, strict=True) if not lost))


def _just_past(lead: Option, criterion: Criterion) -> float:
    """Return a bound that the lead just breaks."""
    value = lead.measures[criterion.name].value
    step = max(abs(value), 1e-12) * 1e-3
    return value + step if criterion.more_is_better else value - step
