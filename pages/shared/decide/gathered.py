"""The options and the decision, kept until something they depend on changes: a slider of weights asks nothing again."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import replace
from functools import partial
from typing import TypeVar

import pandas as pd

from engine.analytics.deciding import answer, gather, with_case
from engine.analytics.question import Answered, Gathered, Question
from pages.shared import data
from pages.shared.business.found import key_of

MOST_KEPT = 32
Kept = TypeVar("Kept")
_gathered: dict[Hashable, Gathered] = {}
_answered: dict[Hashable, Answered] = {}
_within: dict[Hashable, Question] = {}


def decided(question: Question, points: Sequence[pd.DataFrame]) -> Answered:
    """Return the decision of `question` among `points`, one table a pricing of it, and that of each further case.

    Raises BadInput.
    """
    found = _decided(question, points)
    return replace(found, across=tuple(_decided(one, points, found) for one in _in_others(question, points)))


def _in_others(question: Question, points: Sequence[pd.DataFrame]) -> list[Question]:
    """Return the question in each further case; what the case sells is computed once, whatever the limits."""
    if question.case is None:
        return []
    key = (key_of_options(question, points), key_of(question.case), question.month, question.follows)
    made = (_kept(_within, (key, key_of(case), case.name), partial(question.within, case)) for case in question.across)
    return [replace(one, limits=question.limits, weights=question.weights) for one in made]


def _decided(question: Question, points: Sequence[pd.DataFrame], first: Answered | None = None) -> Answered:
    found, key = data.index(), key_of_options(question, points)
    plain = _kept(_gathered, key, lambda: gather(found, replace(question, case=None), points))
    if question.case is not None:
        key = (key, key_of(question.case), question.month)
        plain = _kept(_gathered, key, lambda: with_case(plain, question))
    asked = (key, question.limits.sellable, *question.limits.bounds.items(), *question.weights.items())
    return replace(_kept(_answered, asked, lambda: answer(plain, question, first)), question=question)


def key_of_options(question: Question, points: Sequence[pd.DataFrame]) -> Hashable:
    """Return what tells the options of one question from those of another, the case aside."""
    machines = tuple(data.pricing_key(p) for p in question.pricings)
    return data.version(data.index()), machines, question.choices, tuple(points[0]["run_id"])


def _kept(kept: dict[Hashable, Kept], key: Hashable, make: Callable[[], Kept]) -> Kept:
    if key not in kept:
        if len(kept) >= MOST_KEPT:
            kept.clear()
        kept[key] = make()
    return kept[key]
