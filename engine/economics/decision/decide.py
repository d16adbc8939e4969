"""The decision: limits, front, weights, stability, in this order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from engine.economics.decision import change, stability
from engine.economics.decision.change import Change
from engine.economics.decision.limits import Excluded, breaches, nearest
from engine.economics.decision.option import Criterion, Limits, Option, Values, directions, matrix, names
from engine.economics.decision.topsis import closeness
from engine.economics.figure import not_negative
from engine.economics.pareto import pareto_front
from engine.errors import BadInput
from engine.messages import Message

Verdict = Literal["use", "train_again", "none"]


@dataclass(frozen=True)
class Ranked:
    """An option that holds the limits."""

    option: Option
    score: float | None
    """TOPSIS among the front, 0 to 1; None off the front."""
    by_weightings: float = 0.0
    """Share of all weightings under which it wins."""
    by_measurements: float = 0.0
    """Share of measuring again in which it is chosen under the weights given."""
    holding: float = 1.0
    """Share of measuring again in which it holds the limits."""

    @property
    def on_front(self) -> bool:
        return self.score is not None


@dataclass(frozen=True)
class Decision:
    """What to choose, how firmly, and what was left out."""

    verdict: Verdict
    """"use" it, "train_again" on data that may be sold before anybody pays, or "none" holds the limits."""
    criteria: tuple[Criterion, ...]
    weights: Mapping[str, float]
    """By criterion that counts; they sum to 1."""
    limits: Limits
    ranked: tuple[Ranked, ...]
    """Those that hold the limits: the front by score, then the rest."""
    excluded: tuple[Excluded, ...]
    nobody: float = 0.0
    """How often no option would hold the limits if everything were measured again."""
    changes: tuple[Change, ...] = ()
    """The nearest of each kind and criterion, nearest first within a kind."""

    @property
    def lead(self) -> Option | None:
        """The first of the options that hold, to use or to train again; None when none holds."""
        return self.ranked[0].option if self.ranked else None

    @property
    def recommended(self) -> Option | None:
        """What may be used as it is; None otherwise. It holds every limit, always."""
        return self.lead if self.verdict == "use" else None

    @property
    def nearest(self) -> Excluded | None:
        """Where nothing holds, the option that misses by least."""
        return nearest(self.excluded) if self.verdict == "none" else None

    def criterion(self, name: str) -> Criterion:
        return {c.name: c for c in self.criteria}[name]


def normalised(weights: Mapping[str, float]) -> dict[str, float]:
    """Return the weights above 0 as shares. Raises BadInput for one below 0 and when none is above."""
    for name, weight in weights.items():
        not_negative(Message("The weight of {name}", name=name), weight)
    whole = sum(weights.values())
    if not whole:
        raise BadInput("Every weight is 0; give at least one quantity a weight above 0.")
    return {name: weight / whole for name, weight in weights.items() if weight}


def decide(
    options: Sequence[Option], criteria: Sequence[Criterion], limits: Limits, weights: Mapping[str, float]
) -> Decision:
    """Return the decision among `options`.

    Options that break a limit, or lack a figure that counts, are out. Where all that else would hold may not be sold,
    the best of them is the lead of the verdict "train_again"; so is generated data, whatever its licence. Raises
    BadInput for weights and limits that cannot be, and for a name that is no criterion.
    """
    shares = normalised(weights)
    if strange := ({*shares, *limits.bounds} - {*names(criteria)}):
        raise BadInput("There is no quantity {name}; choose one of {known}.",
                       name=min(strange), known=", ".join(names(criteria)))  # fmt: skip
    asked = _asked(criteria, limits, shares)
    broken = {o.id: breaches(o, asked, limits, list(shares)) for o in options}
    excluded = tuple(Excluded(o, broken[o.id]) for o in options if broken[o.id])
    holding = [o for o in options if not broken[o.id]]
    verdict: Verdict = "use"
    if not holding and any(e.only_licence for e in excluded):
        holding, verdict = [e.option for e in excluded if e.only_licence], "train_again"
        excluded = tuple(e for e in excluded if not e.only_licence)
        limits = replace(limits, sellable=False)
    if not holding:
        return Decision("none", tuple(criteria), shares, limits, (), excluded)
    made = _among(holding, excluded, criteria, limits, shares)
    lead = made.lead
    return replace(made, verdict="train_again" if lead is not None and lead.synthetic else verdict)


def _among(
    holding: list[Option], excluded: tuple[Excluded, ...], criteria: Sequence[Criterion], limits: Limits,
    shares: Mapping[str, float],
) -> Decision:  # fmt: skip
    """Return the decision among options that hold the limits."""
    counted = [c for c in criteria if c.name in shares]
    weights = np.asarray([shares[c.name] for c in counted])
    on, off = _sides(holding, counted)
    scores = closeness(matrix(on, counted), weights, directions(counted))
    order = np.argsort(-scores, kind="stable")
    on, scores = [on[i] for i in order], scores[order]
    wide = stability.over_weightings(matrix(on, counted), directions(counted))
    again, contenders = _again([*on, *off], criteria, limits, shares)
    ranked = [Ranked(o, float(s), float(w)) for o, s, w in zip(on, scores, wide, strict=True)]
    ranked += [Ranked(o, None) for o in off]
    ranked = [
        replace(r, by_measurements=float(again.shares[i]), holding=float(again.holding[i])) if i < contenders else r
        for i, r in enumerate(ranked)
    ]

    def choose(these: Sequence[Option], bounds: Limits) -> Option | None:
        return first(these, criteria, bounds, shares)

    changes = [
        *change.by_weight(on, counted, weights, 0),
        *change.by_limit(holding, excluded, criteria, counted, limits, on[0], choose),
        *change.by_measurement(on, counted, weights, limits, 0, choose),
    ]
    changes.sort(key=lambda c: c.distance)
    return Decision("use", tuple(criteria), shares, limits, tuple(ranked), excluded, again.nobody, tuple(changes))


def _sides(holding: Sequence[Option], counted: Sequence[Criterion]) -> tuple[list[Option], list[Option]]:
    """Return the options on the front and those off it."""
    front = pareto_front(matrix(holding, counted), maximise=directions(counted))
    on = [o for o, there in zip(holding, front, strict=True) if there]
    return on, [o for o, there in zip(holding, front, strict=True) if not there]


def _again(
    ranked: Sequence[Option], criteria: Sequence[Criterion], limits: Limits, shares: Mapping[str, float]
) -> tuple[stability.Remeasured, int]:
    """Return what measuring the first of `ranked` again might choose, and how many those are."""
    asked = _asked(criteria, limits, shares)
    weights: Values = np.asarray([shares.get(c.name, 0.0) for c in asked])
    contenders = list(ranked[: stability.MOST_CONTENDERS])
    return stability.over_measurements(contenders, asked, weights, limits), len(contenders)


def first(
    options: Sequence[Option], criteria: Sequence[Criterion], limits: Limits, shares: Mapping[str, float]
) -> Option | None:
    """Return the option that limits, front and weights choose, without asking how firmly; None when none holds."""
    asked = _asked(criteria, limits, shares)
    holding = [o for o in options if not breaches(o, asked, limits, list(shares))]
    if not holding:
        return None
    counted = [c for c in criteria if c.name in shares]
    values = matrix(holding, counted)
    front = np.flatnonzero(pareto_front(values, maximise=directions(counted)))
    scores = closeness(values[front], np.asarray([shares[c.name] for c in counted]), directions(counted))
    return holding[int(front[scores.argmax()])]


def _asked(criteria: Sequence[Criterion], limits: Limits, shares: Mapping[str, float]) -> list[Criterion]:
    """Return the criteria that count or are limited: the others decide nothing."""
    return [c for c in criteria if c.name in shares or c.name in limits.bounds]
