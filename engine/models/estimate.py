"""How long a training will take here, before it starts. Pure arithmetic on what was measured."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engine.config import Settings
from engine.datasets.dataset import DataCard
from engine.datasets.texts.options import TextCard
from engine.errors import BadInput
from engine.files import read_json
from engine.models.recipes import find_recipe, resolve_options

TASK = "text_classification"
TIMED = frozenset({TASK, "image_classification"})
"""Tasks whose training is foretold from timed steps of its backbone."""
TOKENS_PER_WORD = 1.24
"""Sub-words an English word, special tokens aside: measured over 2,784 financial sentences, MiniLM's vocabulary."""
SPECIAL_TOKENS = 2
PADDING = 1.17
"""Tokens with padding over tokens without: measured over the same sentences in batches of 16."""
ADAPTER_SHARE = 0.75
"""An adapter step over a full one, an assumption: frozen weights get no gradient, the adapters add a little."""
BAG_US_PER_WORD = 4.0
"""Of the bag of words, a word and pass: an assumption, rounded up; it takes seconds either way."""
SPARED_OF_LAST_LAYER = 5 / 6
"""With the first token as the text's vector, the last layer does two of its twelve units of work: keys and values."""
FIXED_S = 3.0
"""Starting, reading and saving."""
UNSURE = (0.8, 1.5)
"""The range around an estimate, an assumption: what else the machine does, and texts of other lengths."""
ROWS_WITHOUT_SPLIT = {"train": 0.7, "validation": 0.1}


@dataclass(frozen=True)
class Estimate:
    """Seconds of a training if every epoch runs, and the range it will likely fall into."""

    seconds: float
    low: float
    """With the earliest stop that `patience` allows, on an idle machine."""
    high: float
    """With every epoch, on a busy machine."""
    measured_at: str
    """When the steps were timed; empty for the bag of words, whose time is a documented constant."""
    tokens: int = 0
    """Of the training part, as cut by `max_tokens`; 0 for pictures."""


def within_range(
    once: float, an_epoch: float, values: Mapping[str, Any], measured_at: str, tokens: int = 0
) -> Estimate:
    """Return the estimate of a training that takes `once` seconds and `an_epoch` for each of its epochs."""
    epochs = int(values["epochs"])
    earliest = min(epochs, int(values["patience"]) + 1)
    return Estimate(
        seconds=once + an_epoch * epochs,
        low=(once + an_epoch * earliest) * UNSURE[0],
        high=(once + an_epoch * epochs) * UNSURE[1],
        measured_at=measured_at,
        tokens=tokens,
    )


def measurement_file(settings: Settings, slug: str) -> Path:
    """Return where the timed steps of a backbone are kept; `slug` is LocalBackbone.slug."""
    return settings.workspace.measurements / f"{slug}.json"


def measurement(settings: Settings, slug: str) -> dict[str, Any] | None:
    """Return the timed steps of a backbone, or None when it was never timed here."""
    file = measurement_file(settings, slug)
    return read_json(file) if file.exists() else None


def estimate(
    card: TextCard, recipe: str, options: Mapping[str, Any], measurement: Mapping[str, Any] | None = None
) -> Estimate:
    """Return how long `recipe` takes on the data of `card`.

    `measurement` is what `engine.training.calibrate` wrote; the bag of words needs none. Raises BadInput when it is
    missing for another recipe.
    """
    chosen = find_recipe(TASK, recipe)
    values = resolve_options(chosen, options)
    rows = {part: rows_of(card, part) for part in ROWS_WITHOUT_SPLIT}
    each = mean_tokens(card, int(values.get("max_tokens", 512)))
    train, validation = rows["train"] * each, rows["validation"] * each
    if not chosen.neural:
        costs = FIXED_S, BAG_US_PER_WORD * (train + validation) / 1e6
    elif measurement is None:
        raise never_timed()
    else:
        costs = _neural(recipe, values, measurement, train * PADDING, validation * PADDING)
    at = str(measurement["measured_at"]) if measurement and chosen.neural else ""
    return within_range(*costs, values, at, round(train))


def never_timed() -> BadInput:
    return BadInput("The steps of this backbone were never timed here; time them first, it takes seconds.")


def mean_tokens(card: TextCard, most: int) -> float:
    """Return the tokens a text has on average when it is cut after `most`, from the card's histogram of words."""
    if not card.length_histogram:
        return min(float(most), card.length_words.get("mean", 0.0) * TOKENS_PER_WORD + SPECIAL_TOKENS)
    counted = [(min(most, (a + b) / 2 * TOKENS_PER_WORD + SPECIAL_TOKENS), n) for a, b, n in card.length_histogram]
    return sum(tokens * n for tokens, n in counted) / max(1, sum(n for _, n in counted))


def _neural(
    recipe: str, values: Mapping[str, Any], measured: Mapping[str, Any], train: float, validation: float
) -> tuple[float, float]:
    """Return the seconds spent once and the seconds an epoch."""
    forward, step = measured["forward_us_per_token"] / 1e6, measured["step_us_per_token"] / 1e6
    once = FIXED_S + measured["load_seconds"]
    everything = train + validation
    if recipe == "probe":
        return once + forward * everything, 1e-5 * everything
    layers = max(1, int(measured["layers"]))
    spared = SPARED_OF_LAST_LAYER if values["pooling"] == "first" else 0.0
    if recipe == "fast":
        trained = min(layers, values["trained_layers"])
        share = (trained - spared) / layers
        return once + forward * (1 - trained / layers) * everything, share * (step * train + forward * validation)
    share = (layers - spared) / layers
    return once, share * ((ADAPTER_SHARE if recipe == "lora" else 1.0) * step * train + forward * validation)


def rows_of(card: DataCard, part: str) -> float:
    """Return the rows of a part, or how many it will have."""
    if card.parts:
        return float(sum(card.parts.get(part, {}).values()))
    return card.rows_used * ROWS_WITHOUT_SPLIT[part]
