"""What a method of training a classifier needs to know, whatever it classifies."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from engine.models.catalog import LocalBackbone
from engine.training.device import Device
from engine.training.loop import Plan
from engine.training.progress import Progress


@dataclass(frozen=True, kw_only=True)
class ClassifierJob:
    """What does not depend on the kind of the inputs; these are added by each kind."""

    labels: tuple[str, ...]
    train_truth: np.ndarray
    validation_truth: np.ndarray
    options: dict[str, Any]
    backbone: LocalBackbone | None
    seed: int
    device: Device
    """Where frozen layers run, and in which precision."""
    progress: Progress

    @property
    def trainer(self) -> Device:
        """Where and in which precision weights learn."""
        return self.device

    def plan(self, flops: float) -> Plan:
        """Return how to train; `flops` are the operations of a step, of a token or a picture."""
        weights = class_weights(self.train_truth, len(self.labels), self.options["class_weights"])
        return Plan.of(self.options, class_weights=weights, seed=self.seed, device=self.trainer, flops_per_token=flops)


def class_weights(truth: np.ndarray, classes: int, kind: str) -> np.ndarray:
    """Return what a row of each class counts, 1 on average over the rows: "none", "sqrt" or "balanced" by rarity."""
    counts = np.bincount(truth, minlength=classes).astype(np.float64)
    power = {"none": 0.0, "sqrt": 0.5, "balanced": 1.0}[kind]
    weights = np.where(counts > 0, np.maximum(counts, 1.0) ** -power, 0.0)
    return np.asarray(weights * counts.sum() / max(float(weights @ counts), 1e-12))
