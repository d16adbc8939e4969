"""Which words moved the answer, found by leaving each out and asking the model again."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from engine.tasks.bag import CJK

PIECE = re.compile(rf"[{CJK}]|[^\W{CJK}]+(?:[.,'’-][^\W{CJK}]+)*%?")
"""A Chinese character, or a word or number with what belongs inside it: don't, 8.7, year-end, 12%."""
ANYTHING = re.compile(r"\S")
MAX_PIECES = 64
"""Longer texts are left out in groups of neighbours, so that an explanation costs at most this many predictions."""
MAX_CHARACTERS = 8192
"""What stands beyond is left as it is: the model does not read that far."""


@dataclass(frozen=True)
class WordWeight:
    """One word, or a group of neighbouring words, of the explained text."""

    word: str
    start: int
    """Position of its first character in the text."""
    end: int
    """Position behind its last character."""
    weight: float
    """By how much the probability of the answer falls without it; below 0 it spoke against the answer."""


def occlusion(
    predict: Callable[[Sequence[str]], np.ndarray], text: str, *, target: int | None = None, most: int = MAX_PIECES
) -> list[WordWeight]:
    """Return the weight of each word of `text` for the class `target`, by default the one the model answers.

    `predict` takes N texts and returns probabilities (N, C); it is called once. Every group of a long text gets its
    group's weight. Zeiler and Fergus 2014, section 3.2, for text. A text without a visible character has no words.
    """
    head, tail = text[:MAX_CHARACTERS], text[MAX_CHARACTERS:]
    spans = _spans(head, most)
    if not spans:
        return []
    without = [head[:start] + head[end:] + tail for start, end in spans]
    probabilities = np.asarray(predict([text, *without]), dtype=np.float64)
    answer = int(probabilities[0].argmax()) if target is None else target
    falls = probabilities[0, answer] - probabilities[1:, answer]
    return [
        WordWeight(text[start:end], start, end, float(fall)) for (start, end), fall in zip(spans, falls, strict=True)
    ]


def _spans(text: str, most: int) -> list[tuple[int, int]]:
    """Return (start, end) of at most `most` pieces of `text`, neighbours joined where there are more."""
    found = [m.span() for m in PIECE.finditer(text)] or [m.span() for m in ANYTHING.finditer(text)]
    groups = np.array_split(np.arange(len(found)), min(most, len(found)) or 1)
    return [(found[g[0]][0], found[g[-1]][1]) for g in groups if g.size]
