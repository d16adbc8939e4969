"""The loop of the ranking models that learn by steps: the best epoch by nDCG@10 on the validation part."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TypeVar

import torch
from torch import Tensor, nn

from engine.errors import Failure
from engine.training.optimise import layer, optimiser
from engine.training.progress import Progress

Step = tuple[int, Callable[[], Tensor]]
"""Rows of a batch, and what gives its loss."""
Model = TypeVar("Model", bound=nn.Module)


@dataclass(frozen=True)
class Plan:
    """How to train."""

    epochs: int
    learning_rate: float
    weight_decay: float
    patience: int
    clip: float
    flops_per_row: float


def fit(
    model: nn.Module,
    epoch_of: Callable[[], Iterable[Step]],
    plan: Plan,
    progress: Progress,
    judge: Callable[[], float] | None,
) -> tuple[int, float]:
    """Train `model` and return (best epoch, its score); `model` is left with the weights of that epoch.

    Without `judge` every epoch is run and the last counts: how a model is trained once more on all the data.
    """
    optimise = optimiser([layer(model, plan.learning_rate)], plan.weight_decay)
    best, best_score, kept = 0, -1.0, {}
    for epoch in range(1, plan.epochs + 1):
        started = time.monotonic()
        loss = _epoch(model, epoch_of(), optimise, plan, progress)
        if judge is None:
            best = epoch
            continue
        model.eval()
        score = judge()
        progress.say(
            "epoch",
            epoch=epoch,
            epochs=plan.epochs,
            train_loss=round(loss, 6),
            validation_score=round(score, 6),
            score="ndcg_at_10",
            seconds=round(time.monotonic() - started, 3),
        )
        if score > best_score:
            best, best_score, kept = epoch, score, {k: v.detach().clone() for k, v in model.state_dict().items()}
        elif epoch - best >= plan.patience:
            break
    if kept:
        model.load_state_dict(kept)
    model.eval()
    return best, best_score


def _epoch(
    model: nn.Module, steps: Iterable[Step], optimise: torch.optim.Optimizer, plan: Plan, progress: Progress
) -> float:
    """Train one epoch and return its mean loss a row."""
    model.train()
    total, rows_seen = 0.0, 0
    for rows, loss_of in steps:
        loss = loss_of()
        value = loss.detach().item()
        if not math.isfinite(value):
            raise Failure(
                "The training diverged: its loss is no number any more. Lower learning_rate (it is {rate}) and start "
                "again.",
                rate=plan.learning_rate,
            )
        loss.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(model.parameters(), plan.clip)
        optimise.step()
        optimise.zero_grad(set_to_none=True)
        total, rows_seen = total + value * rows, rows_seen + rows
        progress.step(rows, plan.flops_per_row * rows, round(value, 5))
    return total / max(1, rows_seen)


__all__ = ["Plan", "Step", "fit"]
