"""Low-rank adapters on 1×1 convolutions and linear layers, merged at the end (Hu et al. 2021).

A depthwise convolution has one channel a group: an adapter narrower than its groups cannot be built and a wider one
cannot be merged, so those stay as they are.
"""

from __future__ import annotations

from typing import Any

from torch import nn

from engine.errors import BadInput


def add_adapters(units: nn.ModuleList, *, rank: int, alpha: int) -> nn.Module:
    """Return `units` with an adapter beside every 1×1 convolution and linear layer, everything else frozen."""
    from peft import LoraConfig, get_peft_model

    config = LoraConfig(r=rank, lora_alpha=alpha, lora_dropout=0.0, target_modules=target_modules(units))
    adapted: Any = get_peft_model(units, config)  # type: ignore[arg-type]  # it asks for no more than a module
    return adapted  # type: ignore[no-any-return]


def merge_adapters(adapted: nn.Module) -> nn.ModuleList:
    """Return the plain units with the adapters added to their weights; they compute the same."""
    return adapted.merge_and_unload(safe_merge=True)  # type: ignore[operator,no-any-return]


def target_modules(units: nn.ModuleList) -> list[str]:
    """Return the names of the layers that get adapters. Raises BadInput when there are none."""
    found = [name for name, module in units.named_modules() if _is_product(module)]
    if not found:
        raise BadInput("This backbone has no layers for adapters; choose {choices}.", choices="probe, fast, full")
    return found


def _is_product(module: nn.Module) -> bool:
    if isinstance(module, nn.Conv2d):
        return module.kernel_size == (1, 1) and module.groups == 1
    return isinstance(module, nn.Linear)
