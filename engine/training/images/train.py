"""From a data set of pictures and a recipe to a trained classifier on disk."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch

from engine.datasets.dataset import Dataset
from engine.errors import BadInput
from engine.models.catalog import LocalBackbone
from engine.models.image_recipes import within_budget
from engine.models.recipes import find_recipe, resolve_options
from engine.tasks.image_classification import pictures_of
from engine.tasks.pictures import PictureEncoder
from engine.training.device import choose_device, use_threads
from engine.training.images.feed import decoded, laid_out
from engine.training.images.job import Job
from engine.training.images.methods import METHODS
from engine.training.images.model import PictureClassifier, PixelClassifier
from engine.training.loop import seed_dropout
from engine.training.progress import Progress, Say
from engine.training.recorder import recorded
from engine.training.temperature import fit_temperature
from engine.training.weights import save_weights


@dataclass(frozen=True)
class Trained:
    """A trained classifier of pictures, in memory and in `folder`."""

    module: PictureClassifier | PixelClassifier
    """On the processor, in evaluation mode: forward(image (B, 3, S, S)) → logits (B, C), maps (B, C, h, w)."""
    encoder: PictureEncoder
    labels: tuple[str, ...]
    temperature: float
    """What logits are divided by before softmax; fitted on the validation part."""
    best_epoch: int
    validation_score: float
    """The AUC of the best epoch, as measured while training."""
    flops: float
    """Floating-point operations done."""
    seconds: float
    """Wall time of the training, reading the data and writing the model included."""
    folder: Path
    calibration: tuple[Any, ...]
    """Some pictures of the training part, from which int8 takes the ranges of its activations."""
    options: dict[str, Any]
    """Every option as used, "augmentation" and "colours" as found where they were "auto"."""

    def logits(self, inputs: Sequence[Any]) -> np.ndarray:
        """Return logits (N, C) float32 in full precision of pictures; not divided by the temperature."""
        found = []
        with torch.inference_mode():
            for _, image in decoded(self.encoder, inputs):
                found.append(self.module.logits(laid_out(image.expand(-1, 3, -1, -1))).numpy())
        return np.concatenate(found) if found else np.zeros((0, len(self.labels)), np.float32)


def train(
    dataset: Dataset,
    recipe: str,
    options: Mapping[str, Any],
    backbone: LocalBackbone | None,
    *,
    seed: int,
    threads: int,
    out: Path,
    say: Say,
    should_stop: Callable[[], bool] = lambda: False,
) -> Trained:
    """Train `recipe` on the pictures of `dataset` and write the model to `out`.

    Says "phase", "step" and "epoch" through `say`. The same seed, threads and machine give the same weights. Raises
    BadInput for options that do not fit, Failure when the loss is no number any more, when memory does not suffice or
    the disk is full, Cancelled within a step after `should_stop` turns true.
    """
    started = time.monotonic()
    chosen = find_recipe(dataset.task, recipe)
    resolved = _settled(dataset, resolve_options(chosen, options))
    _check_backbone(recipe, chosen.neural, backbone)
    threads = use_threads(threads)
    description = {"dataset": dataset.id, "recipe": recipe, "seed": seed, "threads": threads, "options": resolved}
    with recorded(out, say, should_stop, **description) as progress:
        job = _job(dataset, resolved, backbone if chosen.neural else None, seed, progress)
        seed_dropout(seed)
        made = METHODS[recipe](job)
        temperature = fit_temperature(made.fit.validation_logits, job.validation_truth)
        made.encoder.temperature = temperature
        progress.phase("save")
        save_weights(made.module, out)
        made.encoder.save(out)
    return Trained(
        module=made.module.cpu().eval(),
        encoder=made.encoder,
        labels=dataset.labels,
        temperature=temperature,
        best_epoch=made.fit.best_epoch,
        validation_score=made.fit.best_score,
        flops=progress.done_flops,
        seconds=time.monotonic() - started,
        folder=out,
        calibration=spread(job.train),
        options={**resolved, "colours": made.encoder.colours},
    )


def spread(pictures: Sequence[Any], most: int = 128) -> tuple[Any, ...]:
    """Return at most `most` pictures, taken evenly from all."""
    step = max(1, len(pictures) // most)
    return tuple(pictures[i] for i in range(0, len(pictures), step))[:most]


def _settled(dataset: Dataset, options: dict[str, Any]) -> dict[str, Any]:
    """Return `options` with views and epochs within the budget, and the modality's augmentation where it was open."""
    options = within_budget(options, len(dataset.rows("train")))
    if options.get("augmentation") != "auto":
        return options
    modality = getattr(dataset.card, "modality", "")
    return {**options, "augmentation": modality or "general"}


def _check_backbone(recipe: str, needed: bool, backbone: LocalBackbone | None) -> None:
    if needed and (backbone is None or backbone.kind != "image"):
        raise BadInput(
            "The recipe {recipe} needs a backbone for pictures and {backbone} is none; choose {example}.",
            recipe=recipe,
            backbone=backbone.id if backbone else "–",
            example="efficientnet-lite0",
        )


def _job(
    dataset: Dataset, options: dict[str, Any], backbone: LocalBackbone | None, seed: int, progress: Progress
) -> Job:
    progress.phase("read")
    return Job(
        labels=dataset.labels,
        positive=dataset.positive,
        train=pictures_of(dataset, "train"),
        validation=pictures_of(dataset, "validation"),
        train_truth=dataset.labelled_rows("train")[1],
        validation_truth=dataset.labelled_rows("validation")[1],
        options=options,
        backbone=backbone,
        seed=seed,
        device=choose_device(str(options.get("precision", "fp32"))),
        progress=progress,
    )
