"""A list under the rules of a shop, from an inference service: as long as the catalogue allows, with its reasons."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from engine.serving.client import InferenceClient, Recommendations
from engine.tasks.histories import TOP
from engine.tasks.reasons import MOST_LEFT_OUT, Reason, reasons
from engine.tasks.rules import Effect, Rules, Scored, allowed, apply, best_allowed, effect, leaves_few

MOST_SCORES = 400_000
"""Scores of whole catalogues that are asked for to find reasons, a few MB of JSON: the larger, the fewer past items."""


@dataclass(frozen=True)
class Ruled:
    """What to show somebody."""

    items: tuple[str, ...]
    """Best first; fewer than were asked for only where the rules leave no more of the catalogue."""
    why: dict[str, tuple[Reason, ...]]
    answer: Recommendations
    """What the model said without rules."""
    effect: Effect


def ruled(
    client: InferenceClient, run_id: str, history: Sequence[str], rules: Rules, k: int, *,
    ids: Sequence[str], categories: Callable[[str], Sequence[str]],
) -> Ruled:  # fmt: skip
    """Return the `k` items to show after `history`, newest last. `ids` are those of the catalogue, in its order.

    Rules choose among the items that a model returns; where they leave less than half of those, among all. Raises as
    `InferenceClient.predict`.
    """
    answer = client.recommend(run_id, [history], TOP)
    scored = list(answer.lists[0])
    if not leaves_few(scored, rules, TOP):
        items = _shown(scored, rules, categories, k)
        why = reasons(lambda asked: client.recommend(run_id, asked, TOP).lists, history, items)
        return Ruled(items, why, answer, effect(scored, allowed(scored, rules), items, k))

    def whole(asked: Sequence[Sequence[str]]) -> list[Scored]:
        return [list(zip(ids, row, strict=True)) for row in client.all_scores(run_id, asked).tolist()]

    (everything,) = whole([history])
    best = best_allowed(everything, set(history), rules, TOP)
    items = _shown(best, rules, categories, k)
    most = max(1, min(MOST_LEFT_OUT, MOST_SCORES // len(ids)))
    return Ruled(items, reasons(whole, history, items, most=most), answer, effect(scored, best, items, k))


def _shown(scored: Scored, rules: Rules, categories: Callable[[str], Sequence[str]], k: int) -> tuple[str, ...]:
    return tuple(item for item, _ in apply(scored, rules, categories, k))
