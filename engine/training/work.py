"""How many floating-point operations a module takes."""

from __future__ import annotations

from torch import nn

from engine.training.first_token import FirstTokenLayer

BACKWARD = 2.0
"""A backward pass takes twice a forward pass: one product for the inputs, one for the weights."""


def forward_flops(module: nn.Module) -> float:
    """Return the operations a token of one forward pass: two for each weight of a linear layer.

    Kaplan et al. 2020, "Scaling Laws for Neural Language Models", section 2.1, without the part of attention that
    grows with the length of the text (1 % at 32 tokens and a width of 384), and without what is done once a text.
    """
    once = {
        id(part)
        for short in module.modules()
        if isinstance(short, FirstTokenLayer)
        for name, part in short.named_modules()
        if name not in ("attention.self.key", "attention.self.value")
    }
    counted = (m for m in module.modules() if isinstance(m, nn.Linear) and id(m) not in once)
    return 2.0 * sum(m.weight.numel() for m in counted)


def step_flops(trained: nn.Module, frozen: float = 0.0) -> float:
    """Return the operations a token of one training step over `trained`, and `frozen` more that only run forward."""
    return (1.0 + BACKWARD) * forward_flops(trained) + frozen
