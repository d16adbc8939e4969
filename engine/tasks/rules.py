"""What a shop wants of a list beyond what its visitor likes: leave out, prefer, only what is in stock, not all alike.

Pure functions on a list of (item id, score), best first. What only filters can also be done within the graph, before
its list is cut; what reorders needs a list longer than the page, and a model returns a hundred items for that. Where
filters leave few of those, `best_allowed` chooses among the whole catalogue.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field

from engine.errors import BadInput

Scored = list[tuple[str, float]]


@dataclass(frozen=True)
class Rules:
    """The rules of a page of recommendations; by default none."""

    exclude: frozenset[str] = frozenset()
    """Items that are never shown."""
    in_stock: frozenset[str] | None = None
    """The only items that may be shown; None: all."""
    boost: Mapping[str, float] = field(default_factory=dict)
    """Item id or category → how many places' worth of preference it gets, as a share of the list's whole spread of
    scores: 0.1 lifts a little, 1 lifts from the bottom to the top, below 0 pushes down."""
    diversity: float = 0.0
    """0: by score alone; 1: as different from each other as can be."""
    personal: bool = True
    """False: what is popular, whoever asks."""

    def __post_init__(self) -> None:
        if not 0 <= self.diversity <= 1:
            raise BadInput("diversity is {value}; give a number from 0 to 1.", value=self.diversity)
        for name, value in self.boost.items():
            if not -10 <= value <= 10:
                raise BadInput("The boost of {name} is {value}; give a number from -10 to 10.", name=name, value=value)

    def allows(self, item: str) -> bool:
        """Return whether an item may be shown at all."""
        return item not in self.exclude and (self.in_stock is None or item in self.in_stock)

    @property
    def active(self) -> bool:
        """Return whether there is a rule at all, whatever a list makes of it."""
        return bool(self.exclude or self.in_stock is not None or self.boost or self.diversity)


@dataclass(frozen=True)
class Effect:
    """What rules made of a list."""

    gone: tuple[str, ...] = ()
    """Items that would be in the list by score alone and are not, best first."""
    risen: Mapping[str, int] = field(default_factory=dict)
    """Item that a boost or diversity lifted → its place by score alone among what the rules allow, 1 the first."""


def effect(scored: Scored, allowed: Scored, shown: Sequence[str], k: int) -> Effect:
    """Return what rules made of the list `scored`, best first: `allowed` is what they leave to choose `shown` from."""
    places = {item: place for place, (item, _) in enumerate(allowed, 1)}
    gone = tuple(item for item, _ in scored[:k] if item not in shown)
    return Effect(gone, {item: places[item] for place, item in enumerate(shown, 1) if places[item] > place})


def leaves_few(scored: Scored, rules: Rules, returned: int) -> bool:
    """Return whether rules leave less than half of a list that was cut at `returned` items."""
    return len(scored) >= returned and 2 * sum(rules.allows(item) for item, _ in scored) < returned


def best_allowed(scored: Scored, had: Collection[str], rules: Rules, most: int) -> Scored:
    """Return the `most` best items of a whole catalogue that rules allow and nobody `had`, best first."""
    kept = (pair for pair in scored if pair[0] not in had and rules.allows(pair[0]))
    return heapq.nlargest(most, kept, key=lambda pair: pair[1])


def apply(scored: Scored, rules: Rules, categories: Callable[[str], Sequence[str]], k: int) -> Scored:
    """Return the `k` items to show of a longer list: filtered, then boosted, then made diverse.

    `categories` gives those of an item. Scores are as they came, except where a boost has moved them.
    """
    lifted = boosted(allowed(scored, rules), rules.boost, categories)
    return diversified(lifted, rules.diversity, categories, k)


def allowed(scored: Scored, rules: Rules) -> Scored:
    """Return the list without what rules never show."""
    return [(item, score) for item, score in scored if rules.allows(item)]


def excluded(scored: Scored, items: Collection[str]) -> Scored:
    """Return the list without `items`."""
    return [(item, score) for item, score in scored if item not in items]


def boosted(scored: Scored, boost: Mapping[str, float], categories: Callable[[str], Sequence[str]]) -> Scored:
    """Return the list reordered after each boost, of an item or of its categories, was added to its score."""
    if not boost or not scored:
        return list(scored)
    values = [score for _, score in scored]
    spread = (max(values) - min(values)) or 1.0
    lifted = [
        (item, score + spread * sum(boost.get(name, 0.0) for name in {item, *categories(item)}))
        for item, score in scored
    ]
    return sorted(lifted, key=lambda pair: -pair[1])


def diversified(scored: Scored, diversity: float, categories: Callable[[str], Sequence[str]], k: int) -> Scored:
    """Return `k` items chosen one after another, each good and unlike those before it.

    Maximal marginal relevance (Carbonell and Goldstein 1998): (1 - diversity) · score - diversity · likeness, scores
    scaled to 0…1, likeness the largest Jaccard index of categories with an item already chosen.
    """
    if diversity == 0 or len(scored) < 2:
        return list(scored[:k])
    values = [score for _, score in scored]
    low, spread = min(values), (max(values) - min(values)) or 1.0
    groups = [frozenset(categories(item)) for item, _ in scored]
    likeness = [0.0] * len(scored)
    left = list(range(len(scored)))
    chosen: list[int] = []
    while left and len(chosen) < k:
        best = max(left, key=lambda i: (1 - diversity) * (values[i] - low) / spread - diversity * likeness[i])
        left.remove(best)
        chosen.append(best)
        for i in left:
            likeness[i] = max(likeness[i], _jaccard(groups[i], groups[best]))
    return [scored[i] for i in chosen]


def _jaccard(one: frozenset[str], other: frozenset[str]) -> float:
    together = len(one | other)
    return len(one & other) / together if together else 0.0
