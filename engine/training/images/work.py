"""How many floating-point operations each unit of a body takes for one picture."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from engine.training.work import BACKWARD


def unit_flops(units: nn.ModuleList, size: int) -> list[float]:
    """Return the operations of a forward pass of each unit: two for every product of a convolution or linear layer."""
    counted = 0.0

    def count(module: nn.Module, _: tuple[Tensor, ...], out: Tensor) -> None:
        nonlocal counted
        weight = module.weight
        assert isinstance(weight, Tensor)
        places = out.numel() / weight.shape[0]
        counted += 2.0 * weight.numel() * places

    products = [m for m in units.modules() if isinstance(m, nn.Conv2d | nn.Linear)]
    hooks = [m.register_forward_hook(count) for m in products]
    maps, found = torch.zeros(1, 3, size, size, device=next(units.parameters()).device), []
    with torch.inference_mode():
        for unit in units:
            counted = 0.0
            maps = unit(maps)
            found.append(counted)
    for hook in hooks:
        hook.remove()
    return found


def training_flops(below: float, above: float) -> float:
    """Return the operations of one training step: `below` runs forward only, `above` forward and backward."""
    return below + (1.0 + BACKWARD) * above
