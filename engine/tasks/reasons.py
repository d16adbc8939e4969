"""Why an item is recommended: the past items it comes from, found by leaving them out; and what somebody's tastes are.

Works with any recommender, for it only asks it again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

Scored = Sequence[tuple[str, float]]
"""(item, score), best first."""
Recommend = Callable[[Sequence[Sequence[str]]], Sequence[Scored]]
"""Histories → a list each."""
MOST_LEFT_OUT = 40
"""Only so many of the newest past items are left out, one at a time: each asks the recommender once more."""


@dataclass(frozen=True)
class Reason:
    """One past item and the share it has in an item being recommended."""

    past: str
    share: float
    """From 0 to 1; the shares of all reasons of one item sum to 1."""


def reasons(
    recommend: Recommend, history: Sequence[str], items: Sequence[str], *, most: int = MOST_LEFT_OUT
) -> dict[str, tuple[Reason, ...]]:
    """Return for each of `items` the past items whose absence lowers its score, the strongest first.

    A share is the fall without one past item among the falls without each. An item that leaves the list counts with
    the list's lowest score, so that its fall is the least it can be. An item nobody's absence lowers has no reasons.
    """
    past = list(dict.fromkeys(reversed(history)))[:most]
    asked = [list(history), *([item for item in history if item != gone] for gone in past)]
    whole, *rest = (dict(scored) for scored in recommend(asked))
    falls: dict[str, dict[str, float]] = {item: {} for item in items if item in whole}
    for gone, scores in zip(past, rest, strict=True):
        lowest = min(scores.values(), default=0.0)
        for item, found in falls.items():
            if (fall := whole[item] - scores.get(item, lowest)) > 0:
                found[gone] = fall
    return {item: _shares(found) for item, found in falls.items()}


def _shares(falls: Mapping[str, float]) -> tuple[Reason, ...]:
    total = sum(falls.values())
    return tuple(Reason(past, fall / total) for past, fall in sorted(falls.items(), key=lambda pair: -pair[1]))


@dataclass(frozen=True)
class Taste:
    """How much of a category there is in a history, and among what everybody takes."""

    category: str
    share: float
    """Among the categories of the history, from 0 to 1."""
    usual: float
    """Among those of all interactions."""


def tastes(
    history: Sequence[int], categories: Sequence[Sequence[str]], usual: Mapping[str, float], *, most: int = 8
) -> tuple[Taste, ...]:
    """Return the categories of a history of item codes, the strongest first, beside what is usual.

    `categories` are by item code, `usual` is what `category_shares` returns of everybody. An item of several
    categories counts for each in equal parts.
    """
    mine = category_shares([categories[item] for item in history], [1] * len(history))
    found = [Taste(name, share, usual.get(name, 0.0)) for name, share in mine.items()]
    return tuple(sorted(found, key=lambda taste: (-taste.share, taste.category))[:most])


def category_shares(categories: Sequence[Sequence[str]], counts: Sequence[int]) -> dict[str, float]:
    """Return category → its share among items with `categories`, each counting as often as `counts` says."""
    found: dict[str, float] = {}
    for groups, count in zip(categories, counts, strict=True):
        for name in groups:
            found[name] = found.get(name, 0.0) + count / len(groups)
    total = sum(found.values()) or 1.0
    return {name: value / total for name, value in found.items()}
