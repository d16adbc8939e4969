"""What a request's answers add up to: how many rows got which class, and how sure the model was. No inputs."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from engine.serving.asked import current
from engine.serving.model import ServedModel
from engine.serving.runtime import Classifier
from engine.tasks.text_classification import decode


def tally(model: ServedModel, answered: Mapping[str, np.ndarray]) -> None:
    """Note the classes of `answered`, what the model gave by row; models without classes have none."""
    if not isinstance(model, Classifier):
        return
    probabilities = decode(answered["logits"], model.encoder.temperature)
    counts = np.bincount(probabilities.argmax(axis=1), minlength=len(model.labels))
    asked = current()
    asked.classes = {label: int(n) for label, n in zip(model.labels, counts, strict=True) if n}
    asked.confidence = float(probabilities.max(axis=1).sum())
