"""The list that a recommender has to beat: what most people took, without what somebody had."""

from __future__ import annotations

import numpy as np

from engine.tasks.ranking import Questions


def popular_lists(asked: Questions, k: int) -> np.ndarray:
    """Return (N, k) item codes, the most taken first, padded with -1: popularity's answer to each of N people.

    Of items taken equally often, the one with the lower code stands first.
    """
    order = np.argsort(-asked.item_counts, kind="stable")
    lists = np.full((len(asked.histories), k), -1, dtype=np.int64)
    for row, history in enumerate(asked.histories):
        head = order[: k + len(history)]
        left = head[~np.isin(head, history)][:k]
        lists[row, : len(left)] = left
    return lists
