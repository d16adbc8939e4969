"""A decision said of other options that are the same in everything that was asked: nothing is decided anew."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from engine.economics.decision.decide import Decision
from engine.economics.decision.option import Option


def alike(known: Decision, among: Sequence[Option], options: Sequence[Option]) -> Decision | None:
    """Return what `decide` says of `options` by the criteria, limits and weights with which it chose `known` `among`.

    None where one of them differs in a figure that counts or is limited, in its licence or in whether it can be had.
    """
    asked = (*known.weights, *known.limits.bounds)
    if len(among) != len(options) or not all(_same(a, b, asked) for a, b in zip(among, options, strict=True)):
        return None
    mine = {o.id: o for o in options}
    return replace(
        known,
        ranked=tuple(replace(r, option=mine[r.option.id]) for r in known.ranked),
        excluded=tuple(replace(e, option=mine[e.option.id]) for e in known.excluded),
        changes=tuple(replace(c, winner=mine[c.winner.id] if c.winner else None) for c in known.changes),
    )


def _same(one: Option, other: Option, asked: Sequence[str]) -> bool:
    plain = (one.id, one.sellable, one.synthetic, one.refused) == (
        other.id, other.sellable, other.synthetic, other.refused,
    )  # fmt: skip
    return plain and all(one.measures.get(name) == other.measures.get(name) for name in asked)
