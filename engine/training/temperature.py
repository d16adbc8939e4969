"""One number that makes probabilities honest."""

from __future__ import annotations

import numpy as np

from engine.training.score import cross_entropy

LOWEST, HIGHEST = 0.05, 20.0
GOLDEN = (5**0.5 - 1) / 2
ROUNDS = 60


def fit_temperature(logits: np.ndarray, truth: np.ndarray) -> float:
    """Return the temperature that, dividing `logits` (N, C), gives `truth` (N,) the highest likelihood.

    Guo et al. 2017, "On Calibration of Modern Neural Networks", section 4.2; found by golden-section search over its
    logarithm, in which the loss has one minimum. 1.0 without rows.
    """
    if not len(truth):
        return 1.0
    low, high = np.log(LOWEST), np.log(HIGHEST)

    def loss(log_temperature: float) -> float:
        return cross_entropy(logits / np.exp(log_temperature), truth)

    a, b = high - GOLDEN * (high - low), low + GOLDEN * (high - low)
    loss_a, loss_b = loss(a), loss(b)
    for _ in range(ROUNDS):
        if loss_a < loss_b:
            high, b, loss_b = b, a, loss_a
            a = high - GOLDEN * (high - low)
            loss_a = loss(a)
        else:
            low, a, loss_a = a, b, loss_b
            b = low + GOLDEN * (high - low)
            loss_b = loss(b)
    return round(float(np.exp((low + high) / 2)), 6)
