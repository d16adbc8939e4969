"""What a request's answers add up to: the mix of its answers, and how sure or how much at home the model was.

Of classes: how many rows got which, and the sum of their probabilities. Of lists: how popular what was recommended is,
and how many items of the histories are unknown. No inputs, no items.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from engine.serving.asked import current
from engine.serving.model import ServedModel
from engine.serving.recommender import Recommender
from engine.serving.runtime import Classifier
from engine.tasks.popularity import mix_of
from engine.tasks.text_classification import decode


def tally(model: ServedModel, answered: Mapping[str, np.ndarray], given: Sequence[Any] | None) -> None:
    """Note what `answered`, what the model gave by row, adds up to; `given` is what people gave, None for tensors."""
    if isinstance(model, Classifier):
        _tally_classes(model, answered["logits"])
    elif isinstance(model, Recommender):
        _tally_lists(model, answered["items"], given)


def _tally_classes(model: Classifier, logits: np.ndarray) -> None:
    probabilities = decode(logits, model.encoder.temperature)
    counts = np.bincount(probabilities.argmax(axis=1), minlength=len(model.labels))
    asked = current()
    asked.classes = {label: int(n) for label, n in zip(model.labels, counts, strict=True) if n}
    asked.confidence = float(probabilities.max(axis=1).sum())


def _tally_lists(model: Recommender, items: np.ndarray, given: Sequence[Any] | None) -> None:
    asked = current()
    asked.classes = {band: n for band, n in mix_of(items, model.bands).items() if n}
    if given is not None:
        asked.items_given = sum(map(len, given))
        asked.items_unknown = sum(model.encoder.unknown(given))
