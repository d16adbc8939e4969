"""How many floating-point operations a module takes."""

from __future__ import annotations

from torch import nn

BACKWARD = 2.0
"""A backward pass takes twice a forward pass: one product for the inputs, one for the weights."""


def forward_flops(module: nn.Module) -> float:
    """Return the operations a token of one forward pass: two for each weight of a linear layer.

    Kaplan et al. 2020, "Scaling Laws for Neural Language Models", section 2.1, without the part of attention that
    grows with the length of the text (1 % at 32 tokens and a width of 384).
    """
    return 2.0 * sum(m.weight.numel() for m in module.modules() if isinstance(m, nn.Linear))


def step_flops(trained: nn.Module, frozen: float = 0.0) -> float:
    """Return the operations a token of one training step over `trained`, and `frozen` more that only run forward."""
    return (1.0 + BACKWARD) * forward_flops(trained) + frozen
