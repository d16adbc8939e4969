"""What tells the best epoch of a training, and how far two epochs that are as good may lie apart."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

DOUBT = 0.5
"""Standard errors by which epochs are told apart: less than one, for both are judged on the same rows."""


@dataclass(frozen=True)
class Score:
    """What tells the best epoch, on the validation part."""

    name: str
    of: Callable[[np.ndarray, np.ndarray], float]
    """(truth (N,), logits (N, C)) → the more, the better."""
    doubt: Callable[[np.ndarray], float] = lambda _: 0.0
    """Truth (N,) → how far a score may lie below the best and still be as good: what few rows cannot tell apart."""


def cross_entropy(logits: np.ndarray, truth: np.ndarray) -> float:
    """Return the mean negative log-likelihood of `truth`, unweighted."""
    shifted = logits.astype(np.float64) - logits.max(axis=1, keepdims=True)
    return float(np.mean(np.log(np.exp(shifted).sum(axis=1)) - shifted[np.arange(len(truth)), truth]))


def macro_f1(truth: np.ndarray, logits: np.ndarray) -> float:
    """Return the mean F1 over the classes that occur in `truth` or are predicted."""
    predicted, classes = logits.argmax(axis=1), logits.shape[1]
    counts = np.bincount(truth * classes + predicted, minlength=classes**2).reshape(classes, classes)
    sizes = counts.sum(axis=0) + counts.sum(axis=1)
    return float(np.mean(2 * counts.diagonal()[sizes > 0] / sizes[sizes > 0]))


def macro_f1_error(truth: np.ndarray, recall: float = 0.8) -> float:
    """Return about the standard error of macro-F1 on rows of the classes `truth` (N,).

    That of the mean of the classes' recalls, each a binomial share of its rows: √Σ r (1 - r) / n, over the classes.
    """
    counts = np.bincount(truth)
    counts = counts[counts > 0]
    return float(np.sqrt(np.sum(recall * (1 - recall) / counts)) / max(1, len(counts)))


MACRO_F1 = Score("macro_f1", macro_f1)
STEADY_MACRO_F1 = Score("macro_f1", macro_f1, lambda truth: DOUBT * macro_f1_error(truth))
"""For a few epochs over an encoder: what the validation part cannot tell apart is left to the schedule, whose rate
falls to nothing, so that its last epoch is the steadiest."""
