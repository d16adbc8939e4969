"""The recipes for pictures: what each one trains, and on what."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
import torch
from torch import nn

from engine.errors import BadInput
from engine.tasks.pictures import MULTIPLE, PictureEncoder, colours_of
from engine.training.images.body import load_body
from engine.training.images.feed import Pictures, Views, kept_views, pixels_of
from engine.training.images.job import Job
from engine.training.images.lora import add_adapters, merge_adapters
from engine.training.images.members import Upper, copies
from engine.training.images.model import GRID, Body, Head, PictureClassifier, PixelClassifier
from engine.training.images.score import score_by
from engine.training.images.work import training_flops, unit_flops
from engine.training.loop import EVALUATION_BATCH, Fit, Part, Rows, fit
from engine.training.methods import BACKWARD_THROUGH_FROZEN
from engine.training.optimise import Layer, layer
from engine.training.streams import stream


@dataclass(frozen=True)
class Made:
    """A trained module with what encodes its inputs."""

    module: PictureClassifier | PixelClassifier
    encoder: PictureEncoder
    fit: Fit


def baseline(job: Job) -> Made:
    """Every pixel of a small picture and a linear layer."""
    encoder = _encoder(job)
    train, validation = (Pictures(pixels_of(encoder, p, job.progress)) for p in (job.train, job.validation))
    channels = 1 if encoder.grey else 3
    model = PixelClassifier(channels, encoder.size, len(job.labels))
    flops = training_flops(0.0, 2.0 * model.linear.weight.numel())
    job.progress.total_flops = flops * len(train) * job.options["epochs"]
    found = _fit(job, Logits(model), [layer(model, job.options["learning_rate"])], train, validation, flops)
    return Made(model, encoder, found)


def probe(job: Job) -> Made:
    """A linear head on what a frozen body sees at several depths, in several views of each picture."""
    model, encoder, flops = _start(job)
    units = model.units
    step = training_flops(0.0, 2.0 * model.head.linear.weight.numel())
    _expect(job, sum(flops), step)
    train, validation = _kept(job, model, encoder, len(units), sum(flops))
    model.head.standardise(train.columns[0].flatten(0, 1))
    found = _fit(job, model.head, [layer(model.head, job.options["learning_rate"])], train, validation, step)
    return _finished(model, encoder, found)


def fast(job: Job) -> Made:
    """The upper units, on what the lower ones gave for several views of each picture, computed once and kept.

    Several copies of them learn apart and answer together.
    """
    model, encoder, flops = _start(job)
    members = job.options["members"]
    cut = _cut(model, job.options["trained_blocks"])
    below, step = sum(flops[:cut]), training_flops(0.0, sum(flops[cut:]))
    _expect(job, below, members * step)
    train, validation = _kept(job, model, encoder, cut, below)
    heads = [_head(job, model.head.linear.in_features, member) for member in range(members)]
    upper = copies(model, cut, heads).to(job.device.name)
    layers = [found for units, head in upper.pairs for found in _by_depth(units, head, job.options)]
    _standardise(upper, train, job)
    found = _fit(_for_each(job, members), upper, layers, replace(train, times=members), validation, step)
    upper.join(model, cut, shared=int(train.columns[1].shape[-1]))
    return _finished(model, encoder, found)


def full(job: Job) -> Made:
    """Every weight of the body, on pictures augmented anew in every pass."""
    model, encoder, flops = _start(job)
    layers = _by_depth(model.units, model.head, job.options)
    found = _whole(job, model, encoder, layers, training_flops(0.0, sum(flops)))
    return _finished(model, encoder, found)


def lora(job: Job) -> Made:
    """Adapters beside every 1×1 convolution, merged at the end."""
    model, encoder, flops = _start(job)
    options, plain = job.options, model.units
    torch.manual_seed(job.seed)
    adapted = add_adapters(plain, rank=options["rank"], alpha=options["alpha"])
    layers = [layer(adapted, options["learning_rate"]), layer(model.head, options["head_learning_rate"])]
    found = _whole(job, model, encoder, layers, BACKWARD_THROUGH_FROZEN * sum(flops))
    model.units = merge_adapters(adapted)
    return _finished(model, encoder, found)


METHODS: dict[str, Callable[[Job], Made]] = {
    "baseline": baseline,
    "probe": probe,
    "fast": fast,
    "lora": lora,
    "full": full,
}


class Logits(nn.Module):
    """A classifier without its maps, as the training loop feeds it."""

    def __init__(self, model: PictureClassifier | PixelClassifier) -> None:
        super().__init__()
        self.model = model

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        """(B, 3, S, S) → logits (B, C)."""
        return self.model.logits(image)


STANDARDISED_PICTURES = 2000
"""More pictures would not change the mean and deviation of a feature."""


def _start(job: Job) -> tuple[PictureClassifier, PictureEncoder, list[float]]:
    """Return a fresh classifier, its encoder, and the operations of each of its units."""
    if job.backbone is None:
        raise BadInput("This recipe needs a backbone; choose one, or the recipe {recipe}.", recipe="baseline")
    encoder = _encoder(job)
    if encoder.size % MULTIPLE:
        raise BadInput("size is {value}; give a multiple of {multiple}.", value=encoder.size, multiple=MULTIPLE)
    body: Body = load_body(job.backbone)
    model = PictureClassifier(body, _head(job, sum(body.widths)), encoder.size).to(job.device.name)
    model.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    return model, encoder, unit_flops(model.units, encoder.size)


def _encoder(job: Job) -> PictureEncoder:
    job.progress.phase("pixels")
    colours = job.options["colours"]
    found = colours_of(job.train) if colours == "auto" else colours
    size = int(job.options["size"])
    grid = size // GRID if job.backbone else size
    return PictureEncoder(job.labels, size, colours=found, grid=grid, positive=job.positive)


def _cut(model: PictureClassifier, trained: int) -> int:
    if trained >= len(model.units):
        raise BadInput(
            "trained_blocks is {value} and the backbone has {blocks}; give {most} or less, or choose the recipe full.",
            value=trained,
            blocks=len(model.units),
            most=len(model.units) - 1,
        )
    return len(model.units) - trained


def _expect(job: Job, below: float, step: float) -> None:
    """Tell the progress what is to come: the lower units over every view, then every epoch."""
    views, options = job.options["views"] + 1, job.options
    cached = below * (views * len(job.train) + len(job.validation))
    job.progress.total_flops = cached + step * len(job.train) * options["epochs"]


def _kept(job: Job, model: PictureClassifier, encoder: PictureEncoder, cut: int, flops: float) -> tuple[Views, Views]:
    """Return what the units below `cut` give for every view of both parts; the validation part has one view."""
    job.progress.phase("cache")
    lower = nn.ModuleList(list(model.units)[:cut]).requires_grad_(False).eval()
    taps = tuple(t for t in model.taps if t < cut)
    found = [
        kept_views(
            encoder,
            pictures,
            model.scale,
            lower,
            taps,
            views=views,
            how=job.augmentation,
            draw=stream(job.seed, "views"),
            keep_maps=cut < len(model.units),
            device=job.device,
            flops=flops,
            progress=job.progress,
        )
        for pictures, views in ((job.train, job.options["views"]), (job.validation, 0))
    ]
    return Views(found[0].columns, stream(job.seed, "view")), found[1]


def _for_each(job: Job, members: int) -> Job:
    """Return the job with a batch of as many shares, in which every member finds pictures of its own."""
    options = {**job.options, "batch": members * job.options["batch"]}
    return replace(job, options=options, train_truth=np.tile(job.train_truth, members))


def _head(job: Job, features: int, member: int = 0) -> Head:
    return Head(features, len(job.labels), float(job.options.get("dropout", 0.0)), job.seed, member)


def _standardise(upper: Upper, train: Views, job: Job) -> None:
    """Let the heads know the mean and deviation of their features before anything has learnt."""
    still, (units, first) = Views(train.columns), upper.pairs[0]
    _standardise_head(first, partial(upper.eval().features, units=units), still, job)
    for _, head in upper.pairs[1:]:
        head.load_state_dict({"mean": first.mean, "deviation": first.deviation}, strict=False)


def _by_depth(units: nn.ModuleList, head: nn.Module, options: dict[str, Any]) -> list[Layer]:
    """Return the head at its own rate and each unit at a rate that falls with depth."""
    rate, decay = options["learning_rate"], options["layer_decay"]
    found = [layer(one, rate * decay**depth) for depth, one in enumerate(reversed(units))]
    return [layer(head, options["head_learning_rate"]), *found]


def _whole(job: Job, model: PictureClassifier, encoder: PictureEncoder, layers: list[Layer], flops: float) -> Fit:
    """Train on augmented pictures through the whole body."""
    train, validation = (pixels_of(encoder, p, job.progress) for p in (job.train, job.validation))
    job.progress.total_flops = flops * len(train) * job.options["epochs"]
    _standardise_head(model.head, model.eval().features, Pictures(train), job)
    fed = Pictures(train, job.augmentation, stream(job.seed, "view"))
    return _fit(job, Logits(model), layers, fed, Pictures(validation), flops)


def _standardise_head(head: Head, features: Callable[..., torch.Tensor], train: Rows, job: Job) -> None:
    count = min(len(train.lengths), STANDARDISED_PICTURES)
    with torch.inference_mode(), job.device.autocast():
        chosen = np.array_split(np.arange(count), -(-count // EVALUATION_BATCH))
        head.standardise(torch.cat([features(*train.batch(rows, job.device.name)) for rows in chosen]))


def _fit(job: Job, model: nn.Module, layers: list[Layer], train: Rows, validation: Rows, flops: float) -> Fit:
    job.progress.phase("train")
    parts = Part(train, job.train_truth), Part(validation, job.validation_truth)
    return fit(model, layers, *parts, job.plan(flops), job.progress, score_by(job.labels, job.positive))


def _finished(model: PictureClassifier, encoder: PictureEncoder, found: Fit) -> Made:
    model.requires_grad_(True)
    model.cpu().head.fold()
    return Made(model, encoder, found)
