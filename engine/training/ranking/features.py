"""What items have in common, from their categories and the words of their titles and texts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from engine.datasets.interactions.open import Items
from engine.tasks.bag import WORD

MOST_WORDS = 5_000
MIN_ITEMS = 3
"""A word counts when at least this many items have it."""
MAX_SHARE = 0.5
"""A word that more items than this have tells nothing."""
WORDS_READ = 40


def item_features(items: Items) -> Tensor | None:
    """Return (I, I) float64, how much each two items have in common; None when nothing is known about items.

    Each category and each word is a column of 0s and 1s; the result is the product of that matrix with itself.
    """
    rows = [
        {*(f"c:{c}" for c in categories), *(f"w:{w}" for w in _words(title, text))}
        for title, text, categories in zip(items.titles, items.texts, items.categories, strict=True)
    ]
    counted = Counter(name for row in rows for name in row)
    most = max(MIN_ITEMS, MAX_SHARE * len(rows))
    known = [n for n, count in counted.items() if n.startswith("c:") or MIN_ITEMS <= count <= most]
    kept = sorted(known, key=lambda n: (n[0], -counted[n], n))[:MOST_WORDS]
    if not kept:
        return None
    column = {name: place for place, name in enumerate(kept)}
    table = np.zeros((len(rows), len(kept)))
    for place, row in enumerate(rows):
        table[place, [column[name] for name in row if name in column]] = 1.0
    matrix = torch.from_numpy(table)
    return matrix @ matrix.T


def _words(title: str, text: str) -> Sequence[str]:
    return WORD.findall(f"{title} {text}".lower())[:WORDS_READ]
