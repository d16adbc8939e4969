"""From a data set and a recipe to a trained classifier on disk."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from torch import nn

from engine.datasets.dataset import Dataset
from engine.errors import BadInput
from engine.files import written_aside
from engine.models.catalog import LocalBackbone
from engine.models.recipes import find_recipe, resolve_options
from engine.tasks.encoder import Encoder
from engine.tasks.tokens import TokenEncoder
from engine.training.device import Device, choose_device, use_threads
from engine.training.feed import bag_feed, token_feed
from engine.training.loop import predict, seed_dropout
from engine.training.methods import METHODS, Job, Made
from engine.training.progress import Progress, Say
from engine.training.recorder import recorded
from engine.training.temperature import fit_temperature
from engine.training.weights import save_weights


@dataclass(frozen=True)
class Trained:
    """A trained classifier, in memory and in `folder`."""

    module: nn.Module
    """On the processor, in evaluation mode: forward(input_ids, attention_mask) → logits (B, C); for a bag of words
    forward(input_ids, weights)."""
    encoder: Encoder
    labels: tuple[str, ...]
    temperature: float
    """What logits are divided by before softmax; fitted on the validation part."""
    best_epoch: int
    validation_score: float
    """Of the best epoch, as measured while training."""
    flops: float
    """Floating-point operations done, as `engine.training.work` counts them."""
    seconds: float
    """Wall time of the training, reading the data and writing the model included."""
    folder: Path
    options: dict[str, Any]
    """Every option as used."""

    def logits(self, texts: Sequence[str]) -> np.ndarray:
        """Return logits (N, C) float32 in full precision, as the module gives them; not divided by the temperature."""
        rows = self.encoder.rows(texts)
        feed = token_feed(rows, self.encoder.pad_id) if isinstance(self.encoder, TokenEncoder) else bag_feed(rows)
        return predict(self.module, feed, Device("cpu", bf16=False))


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
    """Train `recipe` on `dataset` and write the model to `out`.

    Says "phase", "step" and "epoch" through `say`. The same seed, threads and machine give the same weights. Raises
    BadInput for options that do not fit, Failure when the loss is no number any more or the disk is full, Cancelled
    within a step after `should_stop` turns true.
    """
    started = time.monotonic()
    chosen = find_recipe(dataset.task, recipe)
    resolved = resolve_options(chosen, options)
    if chosen.neural and backbone is None:
        raise BadInput("The recipe {recipe} needs a backbone; name one.", recipe=recipe)
    threads = use_threads(threads)
    description = {"dataset": dataset.id, "recipe": recipe, "seed": seed, "threads": threads, "options": resolved}
    with recorded(out, say, should_stop, **description) as progress:
        job = _job(dataset, resolved, backbone if chosen.neural else None, seed, progress)
        seed_dropout(seed)
        made = METHODS[recipe](job)
        temperature = fit_temperature(made.fit.validation_logits, job.validation_truth)
        made.encoder.temperature = temperature
        progress.phase("save")
        _save(made, backbone, out)
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
        options=dict(resolved),
    )


def _job(
    dataset: Dataset, options: dict[str, Any], backbone: LocalBackbone | None, seed: int, progress: Progress
) -> Job:
    progress.phase("read")
    train, train_truth = dataset.labelled_rows("train")
    validation, validation_truth = dataset.labelled_rows("validation")
    return Job(
        labels=dataset.labels,
        train_texts=train["text"].tolist(),
        validation_texts=validation["text"].tolist(),
        train_truth=train_truth,
        validation_truth=validation_truth,
        options=options,
        backbone=backbone,
        seed=seed,
        device=choose_device(str(options.get("precision", "fp32"))),
        progress=progress,
    )


def _save(made: Made, backbone: LocalBackbone | None, out: Path) -> None:
    """Write weights, encoder and the backbone's configuration into `out`."""
    save_weights(made.module, out)
    made.encoder.save(out)
    if backbone is not None and isinstance(made.encoder, TokenEncoder):
        with written_aside(out / "config.json") as aside:
            shutil.copyfile(backbone.folder / "config.json", aside)


__all__ = ["Trained", "train"]
