"""From a data set of pictures and a recipe to a trained classifier on disk."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch

from engine.datasets.dataset import Dataset, Part
from engine.errors import BadInput
from engine.files import read_json, written_aside
from engine.models.catalog import LocalBackbone
from engine.models.recipes import find_recipe, resolve_options
from engine.tasks.image_classification import pictures_of
from engine.tasks.pictures import PictureEncoder
from engine.training.device import choose_device, use_threads
from engine.training.images.feed import decoded, laid_out
from engine.training.images.methods import METHODS, Job, Made
from engine.training.images.model import PictureClassifier, PixelClassifier
from engine.training.loop import seed_dropout
from engine.training.progress import Progress, Say
from engine.training.recorder import Recorder
from engine.training.temperature import fit_temperature


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
    recorder = Recorder(out.parent / "tensorboard", say, description)
    try:
        progress = Progress(recorder, should_stop)
        job = _job(dataset, resolved, backbone if chosen.neural else None, seed, progress)
        seed_dropout(seed)
        made = METHODS[recipe](job)
        temperature = fit_temperature(made.fit.validation_logits, job.validation_truth)
        made.encoder.temperature = temperature
        progress.phase("save")
        _save(made, out)
    finally:
        recorder.close()
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
        options={**resolved, "colours": made.encoder.colours},
    )


def _settled(dataset: Dataset, options: dict[str, Any]) -> dict[str, Any]:
    """Return `options` with the augmentation of the data set's modality where it was left open."""
    if options.get("augmentation") != "auto":
        return options
    card = dataset.folder / "card.json"
    found = read_json(card).get("modality", "") if card.exists() else ""
    modality = getattr(dataset.options, "modality", "") or str(found)
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
    (train_pictures, train_truth), (validation_pictures, validation_truth) = (
        _part(dataset, "train"),
        _part(dataset, "validation"),
    )
    return Job(
        labels=dataset.labels,
        positive=dataset.positive,
        train=train_pictures,
        validation=validation_pictures,
        train_truth=train_truth,
        validation_truth=validation_truth,
        options=options,
        backbone=backbone,
        seed=seed,
        device=choose_device(str(options.get("precision", "fp32"))),
        progress=progress,
    )


def _part(dataset: Dataset, part: Part) -> tuple[Sequence[Any], np.ndarray]:
    """Return the pictures of one part and the position of each label. Raises BadInput when the part is empty."""
    rows = dataset.rows(part)
    if rows.empty:
        raise BadInput("The data set {name} has no rows for {part}; prepare it again.", name=dataset.name, part=part)
    position = {label: i for i, label in enumerate(dataset.labels)}
    return pictures_of(dataset, part), np.array([position[label] for label in rows["label"]], dtype=np.int64)


def _save(made: Made, out: Path) -> None:
    """Write weights and encoder into `out`."""
    from safetensors.torch import save

    out.mkdir(parents=True, exist_ok=True)
    with written_aside(out / "model.safetensors") as aside:
        aside.write_bytes(save({k: v.contiguous().cpu() for k, v in made.module.state_dict().items()}))
    made.encoder.save(out)
