"""AdamW with decay where it belongs, rates by depth, and a warm-up with a cosine fall."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import torch
from torch import nn


@dataclass(frozen=True)
class Layer:
    """Parameters that learn at one rate."""

    parameters: tuple[tuple[str, nn.Parameter], ...]
    rate: float


def layer(module: nn.Module, rate: float) -> Layer:
    """Return the trainable parameters of `module` as one layer."""
    return Layer(tuple((n, p) for n, p in module.named_parameters() if p.requires_grad), rate)


def optimiser(layers: Iterable[Layer], weight_decay: float) -> torch.optim.AdamW:
    """Return AdamW over `layers`. Norms and biases, which have one dimension, are not decayed.

    Loshchilov and Hutter 2019, "Decoupled Weight Decay Regularization".
    """
    groups: list[dict[str, Any]] = []
    for one in layers:
        for decay in (True, False):
            chosen = [p for _, p in one.parameters if (p.dim() > 1) == decay]
            if chosen:
                groups.append({"params": chosen, "lr": one.rate, "weight_decay": weight_decay if decay else 0.0})
    return torch.optim.AdamW(groups, fused=True)


def schedule(optimiser: torch.optim.Optimizer, steps: int, warmup: float) -> torch.optim.lr_scheduler.LambdaLR:
    """Return a schedule that rises over the first `warmup` share of `steps` and falls along a cosine to zero."""
    rising = max(1, round(steps * warmup))

    def factor(step: int) -> float:
        if step < rising:
            return (step + 1) / rising
        return 0.5 * (1 + math.cos(math.pi * min(1.0, (step - rising) / max(1, steps - rising))))

    return torch.optim.lr_scheduler.LambdaLR(optimiser, factor)
