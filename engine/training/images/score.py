"""What tells the best epoch of a classifier of pictures: the area under the ROC curve of the validation part."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from engine.tasks.bootstrap import auc_of
from engine.training.score import Score

DOUBT = 1.0
"""Standard errors by which epochs are told apart: the rule of Breiman et al. 1984, "Classification and Regression
Trees", section 3.4.3, as the best of many passes is good by chance too. A part of 60 pictures that preferred an early
pass cost 0.03 of AUC on pictures held out; docs/performance.md has the figures."""
UNDECIDED = 0.5
"""Stands for the area when the validation part has one class only: then the loss decides."""


def score_by(labels: Sequence[str], positive: str) -> Score:
    """Return the area under the ROC curve of the positive class, or its mean over the classes, one against the rest."""
    chosen = [labels.index(positive)] if positive else list(range(len(labels)))

    def auc(truth: np.ndarray, logits: np.ndarray) -> float:
        shifted = logits - logits.max(1, keepdims=True)
        odds = shifted - np.log(np.exp(shifted).sum(1, keepdims=True))
        every = np.ones((1, len(truth)))
        found = np.array([auc_of(odds[:, c], truth == c)(every)[0] for c in chosen])
        return float(np.nanmean(found)) if np.isfinite(found).any() else UNDECIDED

    def doubt(truth: np.ndarray) -> float:
        counts = [int((truth == c).sum()) for c in chosen]
        return float(np.mean([standard_error(n, len(truth) - n) for n in counts])) * DOUBT

    return Score("auc", auc, doubt)


def standard_error(positives: int, negatives: int, area: float = 0.9) -> float:
    """Return the standard error of an area under the ROC curve: Hanley and McNeil 1982, equation 2; 0 without rows."""
    if not positives or not negatives:
        return 0.0
    q1, q2 = area / (2 - area), 2 * area**2 / (1 + area)
    spread = area * (1 - area) + (positives - 1) * (q1 - area**2) + (negatives - 1) * (q2 - area**2)
    return float(np.sqrt(spread / (positives * negatives)))
