"""The recipes: what each one trains, and on what."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import nn

from engine.errors import BadInput
from engine.tasks.bag import fit_bag
from engine.tasks.encoder import Encoder
from engine.tasks.tokens import TokenEncoder
from engine.training.cache import Recomputed, fits_in_memory, hidden_states, kept_dtype, sentence_vectors
from engine.training.feed import Feed, Vectors, bag_feed, token_feed
from engine.training.first_token import shorten
from engine.training.job import ClassifierJob
from engine.training.loop import Fit, Part, fit
from engine.training.lora import add_adapters, merge_adapters
from engine.training.model import BagClassifier, Head, TextClassifier, hidden_size, load_encoder_module
from engine.training.optimise import Layer, layer
from engine.training.score import MACRO_F1, STEADY_MACRO_F1, Score
from engine.training.split import Split, frozen_modules, layers_of, split
from engine.training.work import forward_flops, step_flops


@dataclass(frozen=True, kw_only=True)
class Job(ClassifierJob):
    """What a method needs to know."""

    train_texts: Sequence[str]
    validation_texts: Sequence[str]


@dataclass(frozen=True)
class Made:
    """A trained module with what encodes its inputs."""

    module: nn.Module
    encoder: Encoder
    fit: Fit


def baseline(job: Job) -> Made:
    """A bag of words and a linear layer."""
    options = job.options
    job.progress.phase("encode")
    encoder = fit_bag(job.train_texts, options["max_features"], min_rows=options["min_rows"], labels=job.labels)
    train, validation = bag_feed(encoder.rows(job.train_texts)), bag_feed(encoder.rows(job.validation_texts))
    model = BagClassifier(encoder.vocabulary_size, len(job.labels))
    flops = 6.0 * len(job.labels)
    job.progress.total_flops = flops * train.tokens * options["epochs"]
    return Made(model, encoder, _fit(job, model, [layer(model, options["learning_rate"])], train, validation, flops))


def probe(job: Job) -> Made:
    """A linear head on the vectors of a frozen encoder, scaled to mean 0 and deviation 1 while it learns."""
    model, encoder, train, validation = _start(job)
    flops, per_row = forward_flops(model.encoder), step_flops(model.head)
    tokens = train.tokens + validation.tokens
    job.progress.total_flops = flops * tokens + per_row * len(train) * job.options["epochs"]
    job.progress.phase("cache")
    vectors = [sentence_vectors(model, f, job.device, flops, job.progress).features for f in (train, validation)]
    mean, deviation = vectors[0].mean(0), vectors[0].std(0, correction=0)
    # Some encoders have outputs that hardly move; scaled up, they would answer to rounding alone.
    deviation = torch.where(deviation < STILL * deviation.median(), 1.0, deviation)
    scaled = [Vectors((v - mean) / deviation) for v in vectors]
    found = _fit(job, model.head, [layer(model.head, job.options["learning_rate"])], scaled[0], scaled[1], per_row)
    with torch.no_grad():
        linear = model.head.cpu().linear
        linear.weight.div_(deviation)
        linear.bias.sub_(linear.weight @ mean)
    return Made(model, encoder, found)


def fast(job: Job) -> Made:
    """The upper layers, on activations of the lower ones that are computed once and kept."""
    model, encoder, train, validation = _start(job)
    options = job.options
    halves = split(model, options["trained_layers"])
    for parameter in frozen_modules(model, halves):
        parameter.requires_grad_(False)
    trained = forward_flops(halves.layers)
    below, step = forward_flops(model.encoder) - trained, step_flops(halves.upper)
    layers = _by_depth(halves.layers, model.head, options)
    tokens, width = train.tokens + validation.tokens, hidden_size(model.encoder)
    if options["cache"] and fits_in_memory(tokens, width, kept_dtype(job.device)):
        job.progress.total_flops = below * tokens + step * train.tokens * options["epochs"]
        job.progress.phase("cache")
        feeds = [hidden_states(halves.lower, f, width, job.device, below, job.progress) for f in (train, validation)]
        found = _fit(job, halves.upper, layers, feeds[0], feeds[1], step, STEADY_MACRO_F1)
    else:
        job.progress.total_flops = (below + step) * train.tokens * options["epochs"]
        whole = Recomputed(halves.lower, halves.upper, kept_dtype(job.device))
        found = _fit(job, whole, layers, train, validation, below + step, STEADY_MACRO_F1)
    return Made(model, encoder, found)


def full(job: Job) -> Made:
    """Every weight of the encoder."""
    model, encoder, train, validation = _start(job)
    found = layers_of(model.encoder)
    layers = _by_depth(found[1] if found else nn.ModuleList(), model.head, job.options)
    listed = {id(p) for one in layers for _, p in one.parameters}
    rest = tuple((n, p) for n, p in model.named_parameters() if id(p) not in listed)
    lowest = job.options["learning_rate"] * job.options["layer_decay"] ** (len(found[1]) if found else 0)
    layers.append(Layer(rest, lowest))
    return Made(model, encoder, _train_whole(job, model, layers, train, validation, step_flops(model)))


def lora(job: Job) -> Made:
    """Adapters in every layer, merged at the end."""
    model, encoder, train, validation = _start(job)
    options = job.options
    plain = model.encoder
    frozen = BACKWARD_THROUGH_FROZEN * forward_flops(plain)
    torch.manual_seed(job.seed)
    model.encoder = add_adapters(plain, rank=options["rank"], alpha=options["alpha"], targets=options["targets"])
    layers = [layer(model.encoder, options["learning_rate"]), layer(model.head, options["head_learning_rate"])]
    found = _train_whole(job, model, layers, train, validation, frozen)
    model.encoder = merge_adapters(model.encoder)
    return Made(model, encoder, found)


BACKWARD_THROUGH_FROZEN = 2.0
"""Frozen weights run forward and pass gradients on, but get none themselves."""

STILL = 0.01
"""An output of the encoder whose deviation is below this share of the usual one carries nothing."""

METHODS: dict[str, Callable[[Job], Made]] = {
    "baseline": baseline,
    "probe": probe,
    "fast": fast,
    "lora": lora,
    "full": full,
}


def _start(job: Job) -> tuple[TextClassifier, TokenEncoder, Feed, Feed]:
    """Return a fresh classifier on the job's backbone and both parts as tokens."""
    if job.backbone is None:
        raise BadInput("This recipe needs a backbone; choose one, or the recipe {recipe}.", recipe="baseline")
    job.progress.phase("load")
    options = job.options
    encoder = TokenEncoder(job.backbone.folder, labels=job.labels, max_tokens=options["max_tokens"])
    module = load_encoder_module(job.backbone, dropout=float(options.get("layer_dropout", 0.0)))
    found = layers_of(module)
    if options["pooling"] == "first" and found:
        shorten(module, found[1])
    head = Head(hidden_size(module), len(job.labels), float(options.get("dropout", 0.0)), job.seed)
    job.progress.phase("encode")
    train, validation = (token_feed(encoder.rows(t), encoder.pad_id) for t in (job.train_texts, job.validation_texts))
    return TextClassifier(module, head, options["pooling"]).to(job.device.name), encoder, train, validation


def _by_depth(layers: nn.ModuleList, head: nn.Module, options: dict[str, Any]) -> list[Layer]:
    """Return the head at its own rate and each layer at a rate that falls with depth."""
    rate, decay = options["learning_rate"], options["layer_decay"]
    found = [layer(one, rate * decay**depth) for depth, one in enumerate(reversed(layers))]
    return [layer(head, options["head_learning_rate"]), *found]


def _train_whole(
    job: Job, model: TextClassifier, layers: list[Layer], train: Feed, validation: Feed, flops: float
) -> Fit:
    job.progress.total_flops = flops * train.tokens * job.options["epochs"]
    return _fit(job, model, layers, train, validation, flops, STEADY_MACRO_F1)


def _fit(
    job: Job,
    model: nn.Module,
    layers: list[Layer],
    train: Feed | Vectors,
    validation: Feed | Vectors,
    flops: float,
    score_by: Score = MACRO_F1,
) -> Fit:
    job.progress.phase("train")
    parts = Part(train, job.train_truth), Part(validation, job.validation_truth)
    return fit(model, layers, *parts, job.plan(flops), job.progress, score_by)


__all__ = ["METHODS", "Job", "Made", "Split"]
