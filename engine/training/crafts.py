"""What each task needs of torch: how its models are trained, exported and proved. One line a task."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engine.training.export import export
from engine.training.gate import check
from engine.training.images.export import export as export_pictures
from engine.training.images.gate import check as check_pictures
from engine.training.images.train import train as train_pictures
from engine.training.ranking.export import export as export_recommender
from engine.training.ranking.gate import check as check_recommender
from engine.training.ranking.train import train as train_recommender
from engine.training.train import train


@dataclass(frozen=True)
class Craft:
    """The torch side of one task."""

    train: Callable[..., Any]
    """(data set, recipe, options, backbone, *, seed, threads, out, say, should_stop) → what was trained."""
    export: Callable[..., dict[str, Path]]
    """(trained, onnx folder, inputs of the training part) → precision → model folder."""
    check: Callable[..., Any]
    """(trained, folders, inputs and truth of the validation part) → the gate; a model that drifts is removed."""


CRAFTS: dict[str, Craft] = {
    "text_classification": Craft(train, export, check),
    "image_classification": Craft(train_pictures, export_pictures, check_pictures),
    "ranking": Craft(train_recommender, export_recommender, check_recommender),
}
