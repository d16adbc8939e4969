"""Labels that are probably wrong, by cross-validation.

A linear model on word and word-pair counts is trained on four fifths of the rows and asked about the fifth it has not
seen. A row is suspect when the model is surer of another class than it usually is of rows that have that class, and
hardly believes the given label: confident learning (Northcutt, Jiang, Chuang 2021) with a wide margin, since each
suspect is shown to a person as "probably wrong".
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

MAX_ROWS = 10_000
"""The most rows that are looked at; a card says so when there are more."""
FOLDS = 5
MARGIN = 0.7
"""How much likelier the other class must be."""


@dataclass(frozen=True)
class Suspect:
    row: int
    label: str
    likely: str
    """What the model takes it for."""
    probability: float


def find_suspects(
    rows: Sequence[int], texts: Sequence[str], labels: Sequence[str], groups: Sequence[int]
) -> list[Suspect]:
    """Return suspect rows, the surest first. Rows of one group (duplicates) stay in one fold.

    Needs scikit-learn, so only workers call it. Returns nothing for classes with too few rows to cross-validate.
    """
    import numpy as np

    names, truth = np.unique(np.asarray(labels, dtype=object).astype(str), return_inverse=True)
    if len(names) < 2 or np.bincount(truth).min() < FOLDS or len(set(groups)) < 2 * FOLDS:
        return []
    probabilities = _held_out_probabilities(texts, truth, np.asarray(groups), len(names))
    own = probabilities[np.arange(len(truth)), truth]
    usual = np.array([probabilities[truth == k, k].mean() for k in range(len(names))])
    surer = np.where(probabilities >= usual, probabilities, 0.0)
    surer[np.arange(len(truth)), truth] = 0.0
    likely, margin = surer.argmax(axis=1), surer.max(axis=1) - own
    found = [int(i) for i in np.argsort(-margin, kind="stable") if margin[i] >= MARGIN]
    return [Suspect(rows[i], labels[i], str(names[likely[i]]), float(surer[i].max())) for i in found]


def _held_out_probabilities(texts: Sequence[str], truth: Any, groups: Any, classes: int) -> Any:
    """Return (N, classes) probabilities, each row's from a model that has not seen its group."""
    import numpy as np
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import GroupKFold

    features = TfidfVectorizer(ngram_range=(1, 2), min_df=2, max_features=20_000, sublinear_tf=True)
    try:
        matrix = features.fit_transform(texts)
    except ValueError:  # no word stands in two texts
        return np.full((len(texts), classes), 1.0 / classes)
    result = np.full((len(texts), classes), 1.0 / classes)
    for train, held_out in GroupKFold(FOLDS).split(matrix, truth, groups):
        if len(np.unique(truth[train])) < 2:  # a large group takes a class with it
            continue
        model = LogisticRegression(C=5.0, max_iter=100, tol=1e-3)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            model.fit(matrix[train], truth[train])
        result[held_out] = 0.0
        result[np.ix_(held_out, model.classes_)] = model.predict_proba(matrix[held_out])
    return result
