"""How good recommendations are for people whose later choices are known, how sure that is, and for whom it fails.

Popularity is judged beside the model on the same people, always: a recommender that does not beat one list for
everybody is not worth running. Plain numpy; a test holds every figure against another implementation.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from engine.errors import BadInput
from engine.messages import Message
from engine.tasks.bootstrap import RESAMPLES, Interval, percentile_interval, proportion_interval, resampled_weights
from engine.tasks.ranked import FIGURES, Targets, hits, per_user

K = 10
CUTS = (1, 5, 10, 20, 50)
"""Where the curves over k are read."""
HEAD = 0.1
"""The head: this share of the catalogue, the most taken first."""
FEW_USERS = 100
MOST_RESAMPLED = 10_000
"""With more people the mean is normal enough: its interval is 1.96 standard errors, and resampling would only cost."""
ACTIVITY = (0.0, 0.25, 0.5, 0.75, 1.0)


def judge_ranking(
    lists: np.ndarray,
    targets: Targets,
    popular: np.ndarray,
    *,
    item_counts: np.ndarray,
    users: int,
    history_lengths: np.ndarray,
    seed: int,
    resamples: int = RESAMPLES,
) -> dict[str, Any]:
    """Return the "quality" block of a report, ready for JSON.

    `lists` and `popular` (N, K) hold item codes, best first, padded with -1: the model's and popularity's answers to
    the same N people. `targets` is what these people took later, `item_counts` (I,) how many of the `users` people of
    the training data took each item, `history_lengths` (N,) how many items each judged person had before. People
    without targets are left out. Raises BadInput when nobody is left.
    """
    judged = targets.counts > 0
    if not judged.any():
        raise BadInput("Nobody in the test part took anything; choose a split that leaves something to predict.")
    generator = np.random.default_rng(seed)
    found, popular_found = hits(lists, targets)[judged], hits(popular, targets)[judged]
    counts = targets.counts[judged]
    mine, theirs = per_user(found, counts, K), per_user(popular_found, counts, K)
    catalogue = _Catalogue(item_counts, users)
    extra = np.column_stack([catalogue.novelty(lists[judged, :K]), catalogue.head_share(lists[judged, :K])])
    drawn = _resampled_means(np.hstack([mine, theirs, mine - theirs, extra]), generator, resamples)
    intervals = [_interval(i, values, column) for i, (values, column) in enumerate(drawn)]
    width = len(FIGURES)
    return {
        "rows": int(judged.sum()),
        "resamples": resamples,
        "metrics": {_name(f): intervals[i] for i, f in enumerate(FIGURES)},
        "popularity": {_name(f): intervals[width + i] for i, f in enumerate(FIGURES)},
        "against_popularity": {_name(f): intervals[2 * width + i] for i, f in enumerate(FIGURES)},
        "catalogue": {
            **catalogue.described(lists[judged, :K], popular[judged, :K], targets.items),
            "novelty": intervals[3 * width],
            "head_share": intervals[3 * width + 1],
        },
        "by_k": [_at(found, counts, k) for k in CUTS if k <= max(K, lists.shape[1])],
        "slices": _activity_slices(history_lengths[judged], mine, generator, resamples),
        "notes": [note.to_json() for note in _notes(counts, history_lengths[judged], int((~judged).sum()))],
    }


def _name(figure: str) -> str:
    return f"{figure}_at_{K}"


def _resampled_means(
    values: np.ndarray, generator: np.random.Generator, resamples: int
) -> list[tuple[np.ndarray, np.ndarray]]:
    """Return for each column of `values` (N, M) the column and its mean in each resample (R,)."""
    if len(values) > MOST_RESAMPLED:
        spread = values.std(axis=0) / np.sqrt(len(values))
        means = values.mean(axis=0) + spread * generator.standard_normal((resamples, values.shape[1]))
    else:
        pieces = [w @ values / len(values) for w in resampled_weights(len(values), generator, resamples=resamples)]
        means = np.concatenate(pieces)
    return [(values[:, i], means[:, i]) for i in range(values.shape[1])]


def _interval(column: int, values: np.ndarray, means: np.ndarray) -> dict[str, float | None]:
    """Return the interval of a mean; a hit rate of nobody or everybody gets the exact one."""
    figure = FIGURES[column % len(FIGURES)] if column < 2 * len(FIGURES) else ""
    if figure == "hit_rate":
        return proportion_interval(float(values.mean()), means, len(values)).to_json()
    return percentile_interval(float(values.mean()), means).to_json()


class _Catalogue:
    """What the training data says of each item: how known it is, and whether it belongs to the head."""

    def __init__(self, item_counts: np.ndarray, users: int) -> None:
        """An item that nobody took counts as taken by half a person: surprising, not infinitely so."""
        self.counts = np.asarray(item_counts, dtype=np.float64)
        self.bits = -np.log2(np.clip(self.counts, 0.5, None) / max(1, users))
        order = np.argsort(-self.counts, kind="stable")
        self.head = np.zeros(len(self.counts), dtype=bool)
        self.head[order[: max(1, round(HEAD * len(self.counts)))]] = True

    def novelty(self, lists: np.ndarray) -> np.ndarray:
        """Return (N,) the mean self-information of each list in bits. Vargas and Castells 2011, section 4."""
        return self._mean(self.bits, lists)

    def head_share(self, lists: np.ndarray) -> np.ndarray:
        """Return (N,) the share of each list that belongs to the head."""
        return self._mean(self.head.astype(np.float64), lists)

    def described(self, lists: np.ndarray, popular: np.ndarray, taken: np.ndarray) -> dict[str, Any]:
        """Return coverage, and what popularity and the data themselves have to compare with."""
        items = max(1, len(self.counts))
        return {
            "items": len(self.counts),
            "coverage": len(np.unique(lists[lists >= 0])) / items,
            "popularity_coverage": len(np.unique(popular[popular >= 0])) / items,
            "popularity_novelty": float(self.novelty(popular).mean()),
            "data_head_share": float(self.counts[self.head].sum() / max(1.0, self.counts.sum())),
            "targets_head_share": float(self.head[taken].mean()) if len(taken) else 0.0,
            "head_items": int(self.head.sum()),
        }

    def _mean(self, values: np.ndarray, lists: np.ndarray) -> np.ndarray:
        there = lists >= 0
        total = np.where(there, values[np.where(there, lists, 0)], 0.0).sum(axis=1)
        return np.asarray(total / np.maximum(there.sum(axis=1), 1))


def _at(found: np.ndarray, counts: np.ndarray, k: int) -> dict[str, float]:
    means = per_user(found, counts, k).mean(axis=0)
    return {"k": k, **{figure: float(mean) for figure, mean in zip(FIGURES, means, strict=True)}}


def _activity_slices(
    lengths: np.ndarray, figures: np.ndarray, generator: np.random.Generator, resamples: int
) -> list[dict[str, Any]]:
    """Return nDCG and recall by how much people did before: up to four groups of about the same size."""
    edges = np.unique(np.quantile(lengths, ACTIVITY, method="nearest"))
    upper = edges[1:] if len(edges) > 1 else edges
    groups = np.searchsorted(upper, lengths, side="left")
    slices = []
    for group in range(len(upper)):
        chosen = groups == group
        if not chosen.any():
            continue
        drawn = _resampled_means(figures[chosen, :2], generator, resamples)
        slices.append(
            {
                "kind": "history",
                "from": int(lengths[chosen].min()),
                "to": int(lengths[chosen].max()),
                "rows": int(chosen.sum()),
                **{_name(FIGURES[i]): _slice_interval(*pair) for i, pair in enumerate(drawn)},
            }
        )
    return slices


def _slice_interval(values: np.ndarray, means: np.ndarray) -> dict[str, float | None]:
    found: Interval = percentile_interval(float(values.mean()), means)
    return found.to_json()


def _notes(counts: np.ndarray, lengths: np.ndarray, left_out: int) -> Sequence[Message]:
    notes = []
    if left_out:
        notes.append(Message("{count} people took nothing in this part and are left out.", count=left_out))
    if new := int((lengths == 0).sum()):
        notes.append(
            Message("{count} people have no history: they are shown what is popular, and count.", count=new),
        )
    if len(counts) < FEW_USERS:
        notes.append(Message("Only {count} people were judged: take every figure as a rough one.", count=len(counts)))
    return notes


__all__ = ["CUTS", "HEAD", "K", "judge_ranking"]
