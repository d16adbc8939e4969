"""The options and the decision, kept until something they depend on changes: a slider of weights asks nothing again."""

from __future__ import annotations

from collections.abc import Hashable

import pandas as pd

from engine.analytics.deciding import Answered, Gathered, Question, answer, gather
from pages.shared import data

MOST_KEPT = 16
_gathered: dict[Hashable, Gathered] = {}


def decided(question: Question, points: pd.DataFrame) -> Answered:
    """Return the decision of `question` among `points`. Raises BadInput."""
    found = data.index()
    key = (data.version(found), data.pricing_key(question.pricing), question.choices, tuple(points["run_id"]))
    if key not in _gathered:
        if len(_gathered) >= MOST_KEPT:
            _gathered.clear()
        _gathered[key] = gather(found, question, points)
    return answer(_gathered[key], question)
