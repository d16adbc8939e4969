"""The options and the decision, kept until something they depend on changes: a slider of weights asks nothing again."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import replace

import pandas as pd

from engine.analytics.deciding import answer, gather, with_case
from engine.analytics.question import Answered, Gathered, Question
from pages.shared import data
from pages.shared.business.found import key_of

MOST_KEPT = 32
_gathered: dict[Hashable, Gathered] = {}


def decided(question: Question, points: Sequence[pd.DataFrame]) -> Answered:
    """Return the decision of `question` among `points`, one table for each of its pricings. Raises BadInput."""
    found, key = data.index(), key_of_options(question, points)
    plain = _kept(key, lambda: gather(found, replace(question, case=None), points))
    if question.case is not None:
        plain = _kept((key, key_of(question.case), question.month), lambda: with_case(plain, question))
    return answer(plain, question)


def key_of_options(question: Question, points: Sequence[pd.DataFrame]) -> Hashable:
    """Return what tells the options of one question from those of another, the case aside."""
    machines = tuple(data.pricing_key(p) for p in question.pricings)
    return data.version(data.index()), machines, question.choices, tuple(points[0]["run_id"])


def _kept(key: Hashable, make: Callable[[], Gathered]) -> Gathered:
    if key not in _gathered:
        if len(_gathered) >= MOST_KEPT:
            _gathered.clear()
        _gathered[key] = make()
    return _gathered[key]
