"""The one training loop. What a recipe trains, and on what, comes as a model and a feed of batches."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
import torch
from torch import Tensor, nn

from engine.errors import Failure
from engine.tasks.text_classification import batches
from engine.training.device import Device
from engine.training.feed import shuffled_batches
from engine.training.optimise import Layer, optimiser, schedule
from engine.training.progress import Progress
from engine.training.score import MACRO_F1, Score, cross_entropy
from engine.training.streams import stream, torch_seed

EVALUATION_BATCH = 64


class Rows(Protocol):
    """Rows that a model can be fed with."""

    @property
    def lengths(self) -> np.ndarray: ...
    def batch(self, rows: np.ndarray, device: str = "cpu") -> tuple[Tensor, ...]: ...


@dataclass(frozen=True)
class Part:
    """One part of the data, ready for a model."""

    feed: Rows
    truth: np.ndarray
    """(N,) int64, positions in the labels."""


@dataclass(frozen=True)
class Plan:
    """How to train: the options of a recipe that the loop reads."""

    epochs: int
    batch: int
    accumulate: int
    warmup: float
    weight_decay: float
    clip: float
    label_smoothing: float
    patience: int
    class_weights: np.ndarray
    """(C,) float, 1 on average over the rows."""
    seed: int
    device: Device
    flops_per_token: float
    """Of one training step, forward and backward."""
    penalty: float = 0.0
    """Times the sum of squared weights, biases aside, added to the loss: what a linear model is held back by."""
    mixup: float = 0.0
    """How much rows are blended with one another: the parameter of a beta distribution; 0: not at all."""

    @classmethod
    def of(cls, options: Mapping[str, Any], **values: Any) -> Plan:
        """Return the plan that a recipe's options describe; `values` are the fields that are no options."""
        names = ("epochs", "batch", "accumulate", "warmup", "weight_decay", "clip", "label_smoothing", "patience")
        some = {name: options[name] for name in ("penalty", "mixup") if name in options}
        return cls(**{name: options[name] for name in names}, **some, **values)


@dataclass
class Fit:
    """What came of it; the model holds the weights of the best epoch."""

    best_epoch: int = 0
    best_score: float = -math.inf
    best_loss: float = math.inf
    validation_logits: np.ndarray = field(default_factory=lambda: np.zeros((0, 0)))
    """(N, C) of the best epoch."""


def fit(
    model: nn.Module,
    layers: Iterable[Layer],
    train: Part,
    validation: Part,
    plan: Plan,
    progress: Progress,
    score_by: Score = MACRO_F1,
) -> Fit:
    """Train `model` and leave it with the weights of the epoch that had the best score on `validation`.

    Of epochs that are as good within `score_by.doubt` the last counts, whose rate was lowest. Raises Failure when the
    loss stops being a number, Cancelled when asked to stop.
    """
    model.to(plan.device.name)
    optimise = optimiser(layers, plan.weight_decay)
    steps = plan.epochs * math.ceil(math.ceil(len(train.truth) / plan.batch) / plan.accumulate)
    rates = schedule(optimise, steps, plan.warmup)
    loss_of = nn.CrossEntropyLoss(
        weight=torch.tensor(plan.class_weights, dtype=torch.float32, device=plan.device.name),
        label_smoothing=plan.label_smoothing,
    )
    order, best, doubt = stream(plan.seed, "order"), Fit(), score_by.doubt(validation.truth)
    highest = -math.inf
    kept = _trained_weights(model)
    for epoch in range(1, plan.epochs + 1):
        started = time.monotonic()
        with plan.device.attention(int(train.feed.lengths.max())):
            train_loss = _epoch(model, optimise, rates, loss_of, train, plan, order, progress)
        logits = predict(model, validation.feed, plan.device, progress)
        loss, score = cross_entropy(logits, validation.truth), score_by.of(validation.truth, logits)
        progress.say(
            "epoch",
            epoch=epoch,
            epochs=plan.epochs,
            train_loss=round(train_loss, 6),
            validation_loss=round(loss, 6),
            validation_score=round(score, 6),
            score=score_by.name,
            seconds=round(time.monotonic() - started, 3),
        )
        highest = max(highest, score)
        if (score, -loss) > (best.best_score, -best.best_loss) or (doubt and score >= highest - doubt):
            best, kept = Fit(epoch, score, loss, logits), _trained_weights(model)
        elif epoch - best.best_epoch >= plan.patience:
            break
    model.load_state_dict(kept, strict=False)
    return best


def _trained_weights(model: nn.Module) -> dict[str, Tensor]:
    """Return a copy of the weights that learn."""
    return {n: p.detach().clone() for n, p in model.named_parameters() if p.requires_grad}


def _epoch(
    model: nn.Module,
    optimise: torch.optim.Optimizer,
    rates: torch.optim.lr_scheduler.LambdaLR,
    loss_of: Callable[[Tensor, Tensor], Tensor],
    train: Part,
    plan: Plan,
    order: np.random.Generator,
    progress: Progress,
) -> float:
    """Train one epoch and return its mean loss a row."""
    model.train()
    trained = [p for group in optimise.param_groups for p in group["params"]]
    truth = torch.from_numpy(train.truth)
    lengths = train.feed.lengths
    found = list(shuffled_batches(lengths, plan.batch, order))
    total = 0.0
    for number, rows in enumerate(found, start=1):
        arrays = train.feed.batch(rows, plan.device.name)
        wanted = truth[rows].to(plan.device.name)
        if plan.mixup:
            loss = _blended(model, loss_of, arrays, wanted, plan, order)
        else:
            with plan.device.autocast():
                logits = model(*arrays)
            loss = loss_of(logits.float(), wanted)
        if plan.penalty:
            loss = loss + plan.penalty * sum(p.square().sum() for p in trained if p.dim() > 1)
        value = loss.detach().item()
        if not math.isfinite(value):
            raise _diverged(optimise)
        (loss / plan.accumulate).backward()  # type: ignore[no-untyped-call]
        if number % plan.accumulate == 0 or number == len(found):
            if not torch.isfinite(nn.utils.clip_grad_norm_(trained, plan.clip)):
                raise _diverged(optimise)
            optimise.step()
            rates.step()
            optimise.zero_grad(set_to_none=True)
        total += value * len(rows)
        progress.step(len(rows), plan.flops_per_token * float(lengths[rows].sum()), round(value, 5))
    return total / max(1, len(train.truth))


def _blended(
    model: nn.Module,
    loss_of: Callable[[Tensor, Tensor], Tensor],
    arrays: tuple[Tensor, ...],
    wanted: Tensor,
    plan: Plan,
    order: np.random.Generator,
) -> Tensor:
    """Return the loss of each row blended with another of its batch, its label likewise.

    Zhang et al. 2018, "mixup", arXiv:1710.09412; on hidden maps Verma et al. 2019, arXiv:1806.05236.
    """
    share = float(order.beta(plan.mixup, plan.mixup))
    other = torch.from_numpy(order.permutation(len(wanted))).to(wanted.device)
    with plan.device.autocast():
        logits = model(*(share * a + (1 - share) * a[other] for a in arrays)).float()
    return share * loss_of(logits, wanted) + (1 - share) * loss_of(logits, wanted[other])


def predict(model: nn.Module, feed: Rows, device: Device, progress: Progress | None = None) -> np.ndarray:
    """Return logits (N, C) float32 in the order of the feed."""
    model.eval()
    found: list[tuple[np.ndarray, np.ndarray]] = []
    with torch.inference_mode(), device.autocast():
        for rows in batches(feed.lengths, EVALUATION_BATCH):
            found.append((rows, model(*feed.batch(rows, device.name)).float().cpu().numpy()))
            if progress:
                progress.check()
    if not found:
        return np.zeros((0, 0), dtype=np.float32)
    logits = np.concatenate([values for _, values in found])
    placed = np.empty_like(logits)
    placed[np.concatenate([rows for rows, _ in found])] = logits
    return placed


def seed_dropout(seed: int) -> None:
    """Seed what dropout draws from."""
    torch.manual_seed(torch_seed(seed, "dropout"))


def _diverged(optimise: torch.optim.Optimizer) -> Failure:
    return Failure(
        "The training diverged: its loss is no number any more. Lower learning_rate (it is {rate}) and start again.",
        rate=max(group["initial_lr"] for group in optimise.param_groups),
    )
