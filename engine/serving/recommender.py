"""One exported recommender, ready to answer: what somebody had in, what to show them out. No torch.

What only filters (exclude, in stock) is done within the graph, before the hundred best are cut, so a page never runs
short of items; what reorders (boost, diversity) is done on those hundred.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from engine.errors import BadInput
from engine.serving.binding import fetch
from engine.serving.model import ServedModel
from engine.tasks.encoder import TensorSpec
from engine.tasks.histories import HistoryEncoder
from engine.tasks.popularity import bands_of
from engine.tasks.rules import Rules, apply

GATHERED_VALUES = 1_000_000
"""Numbers a batch may gather at once: 4 MB. More is slower, as it leaves the processor's cache."""
MOST_AT_ONCE = 64
EXPLAINED = 100
"""Only the newest items of a longer history are asked about."""
NO_RULES = Rules()


@dataclass(frozen=True)
class Because:
    """How much one past item speaks for a recommendation."""

    item: str
    weight: float
    """By how much the score falls without it; below 0 it spoke against."""


class Recommender(ServedModel):
    """A model that lists items after what somebody had."""

    encoder: HistoryEncoder

    @property
    def outputs(self) -> tuple[TensorSpec, ...]:
        top = self.encoder.top
        return TensorSpec("items", "BYTES", (top,)), TensorSpec("scores", "FP32", (top,))

    @property
    def default_outputs(self) -> tuple[str, ...]:
        return "items", "scores"

    @property
    def limits(self) -> dict[str, Any]:
        return {"max_history": self.encoder.max_history}

    def answer(self, inputs: Sequence[Sequence[str]], *, batch: int = MOST_AT_ONCE) -> dict[str, np.ndarray]:
        """Return `items` and `scores` (N, K) after histories of item ids; what was had never comes back."""
        return self.run_rows(self.encoder.rows(inputs), batch=batch)

    @cached_property
    def bands(self) -> np.ndarray:
        """(I,) the band of popularity of each item of the catalogue (`engine.tasks.popularity`)."""
        return bands_of(self.encoder.items.counts or np.ones(len(self.encoder.items)))

    @property
    def batch_rows(self) -> int:
        return MOST_AT_ONCE

    def run_rows(self, rows: Sequence[np.ndarray], *, batch: int = MOST_AT_ONCE) -> dict[str, np.ndarray]:
        """Return `items` and `scores` (N, K) after rows of codes."""
        codes, scores = self.top(rows, batch=batch)
        return {"items": codes, "scores": scores}

    def values(self, name: str, answered: Mapping[str, np.ndarray]) -> Any:
        """Return `items` as ids, "" where nothing is left, or `scores` (N, K), 0 there."""
        if name == "items":
            ids = self.encoder.items.ids
            return [[ids[code] if code >= 0 else "" for code in row] for row in answered["items"]]
        return np.where(np.isfinite(answered["scores"]), answered["scores"], 0.0)

    def recommend(
        self, histories: Sequence[Sequence[str]], k: int = 10, *, rules: Rules = NO_RULES
    ) -> list[list[tuple[str, float]]]:
        """Return for each history of item ids, newest last, up to `k` (item id, score), best first.

        Unknown items are passed over; nobody gets back what they had. Raises BadInput when `k` is not from 1 to the
        number of items a graph returns.
        """
        if not 1 <= k <= self.encoder.top:
            raise BadInput("{k} items are asked for; ask for 1 to {most}.", k=k, most=self.encoder.top)
        rows = self.encoder.rows(histories)
        had = [set(history) for history in histories]
        asked = rows if rules.personal else [row[:0] for row in rows]
        allowed = self._allowed(rules, None if rules.personal else rows)
        catalogue, found = self.encoder.items, []
        codes, scores = self.top(asked, allowed=allowed)
        for seen, row, values in zip(had, codes, scores, strict=True):
            ids = [(catalogue.ids[c], float(v)) for c, v in zip(row, values, strict=True) if c >= 0]
            found.append(apply([p for p in ids if p[0] not in seen], rules, self._categories, k))
        return found

    def top(
        self, rows: Sequence[np.ndarray], *, allowed: np.ndarray | None = None, batch: int = MOST_AT_ONCE
    ) -> tuple[np.ndarray, np.ndarray]:
        """Return item codes (N, K) int64, -1 where nothing is left, and their scores (N, K), after `rows` of codes.

        `allowed` (1, I) or (N, I) is added to the scores: -inf keeps an item out.
        """
        codes = np.full((len(rows), self.encoder.top), -1, dtype=np.int64)
        scores = np.full(codes.shape, -np.inf, dtype=np.float32)
        for chosen in self._batches(rows, batch):
            tensors = self.encoder.collate([rows[i] for i in chosen])
            if allowed is not None:
                tensors["allowed"] = allowed if len(allowed) == 1 else allowed[chosen]
            answered = self.run(tensors)
            codes[chosen], scores[chosen] = answered["items"], answered["scores"]
        return codes, scores

    def run(
        self, tensors: Mapping[str, np.ndarray], outputs: Sequence[str] = ("items", "scores")
    ) -> dict[str, np.ndarray]:
        """Return what the graph gives for one batch: `items`, `scores`, `all_scores`; `history` alone is enough."""
        return dict(zip(outputs, fetch(self.session, outputs, tensors), strict=True))

    def explain(self, history: Sequence[str], item: str) -> list[Because]:
        """Return how much each known item of `history` speaks for `item`, the strongest first.

        The graph is asked again without each of them. For an item-item model that is exactly the weight between the
        two. Raises BadInput when `item` is unknown.
        """
        code = self.encoder.items.codes.get(item)
        if code is None:
            raise BadInput("There is no item {item} in this catalogue; choose one that is.", item=item)
        row = self.encoder.rows([history])[0][-EXPLAINED:]
        if not len(row):
            return []
        asked = [row, *(np.delete(row, i) for i in range(len(row)))] if len(row) > 1 else [row]
        scores = np.empty(len(asked))
        for chosen in self._batches(asked):
            answered = self.run(self.encoder.collate([asked[i] for i in chosen]), ("all_scores",))
            scores[chosen] = answered["all_scores"][:, code]
        falls = scores[0] - scores[1:] if len(row) > 1 else scores
        found = [Because(self.encoder.items.ids[c], float(f)) for c, f in zip(row, falls, strict=True)]
        return sorted(found, key=lambda because: -because.weight)

    @property
    def explanations(self) -> tuple[TensorSpec, ...]:
        return (TensorSpec("all_scores", "FP32", (len(self.encoder.items),)),)

    def explained(self, name: str, tensors: Mapping[str, np.ndarray]) -> np.ndarray:
        """Return the scores of the whole catalogue (B, I), nothing masked: also of what somebody had."""
        return self.run(tensors, (name,))[name]

    def tastes(self, history: Sequence[str]) -> list[tuple[str, float]]:
        """Return the categories of a history with their shares, the largest first; an item with several is divided."""
        shares: dict[str, float] = {}
        rows = self.encoder.rows([history])[0]
        for code in rows:
            categories = self.encoder.items.categories_of(code)
            for category in categories:
                shares[category] = shares.get(category, 0.0) + 1.0 / len(categories)
        total = sum(shares.values()) or 1.0
        return sorted(((c, s / total) for c, s in shares.items()), key=lambda pair: (-pair[1], pair[0]))

    def _allowed(self, rules: Rules, seen: Sequence[np.ndarray] | None) -> np.ndarray | None:
        """Return what is added to the scores; `seen` is masked by it where the graph is not told the history."""
        ids = self.encoder.items.ids
        kept_out = np.array([not rules.allows(item) for item in ids], dtype=bool)
        if seen is None:
            return np.where(kept_out, -np.inf, 0.0).astype(np.float32)[None] if kept_out.any() else None
        mask = np.repeat(kept_out[None], len(seen), axis=0)
        for place, row in enumerate(seen):
            mask[place, row] = True
        return np.where(mask, -np.inf, 0.0).astype(np.float32)

    def _categories(self, item: str) -> tuple[str, ...]:
        return self.encoder.items.categories_of(self.encoder.items.codes[item])

    def _batches(self, rows: Sequence[Any], most: int = MOST_AT_ONCE) -> Iterator[np.ndarray]:
        """Yield positions, the longest first, in batches that gather no more than fits."""
        lengths = np.array([len(row) for row in rows], dtype=np.int64)
        order, start = np.argsort(-lengths, kind="stable"), 0
        while start < len(order):
            each = max(1, int(lengths[order[start]])) * len(self.encoder.items)
            size = max(1, min(most, GATHERED_VALUES // each))
            yield order[start : start + size]
            start += size
