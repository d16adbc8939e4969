"""Low-rank adapters beside frozen weights, merged into them at the end (Hu et al. 2021)."""

from __future__ import annotations

import warnings
from typing import Any

from torch import nn

from engine.errors import BadInput
from engine.training.split import layers_of

FEED_FORWARD = ("intermediate", "ffn", "mlp", "output.dense", "lin1", "lin2", "wi", "wo")


def add_adapters(encoder: nn.Module, *, rank: int, alpha: int, targets: str) -> nn.Module:
    """Return `encoder` with adapters on its linear layers, everything else frozen.

    `targets`: "attention", or "all" linear layers within the encoder's layers. Raises BadInput when it has none.
    """
    from peft import LoraConfig, get_peft_model

    config = LoraConfig(r=rank, lora_alpha=alpha, lora_dropout=0.0, target_modules=target_modules(encoder, targets))
    with warnings.catch_warnings():
        # peft 0.21 still asks by the old name, which transformers 5 answers with a warning.
        warnings.filterwarnings("ignore", "`is_gradient_checkpointing` is deprecated", FutureWarning)
        adapted: Any = get_peft_model(encoder, config)
    return adapted  # type: ignore[no-any-return]


def merge_adapters(adapted: nn.Module) -> nn.Module:
    """Return the plain encoder with the adapters added to its weights; it computes the same."""
    return adapted.merge_and_unload(safe_merge=True)  # type: ignore[operator,no-any-return]


def target_modules(encoder: nn.Module, targets: str) -> list[str]:
    """Return the names of the linear layers that get adapters."""
    found = layers_of(encoder)
    prefix = f"{found[0]}." if found else ""
    linear = [n for n, m in encoder.named_modules() if isinstance(m, nn.Linear) and n.startswith(prefix)]
    if targets == "attention":
        linear = [n for n in linear if "attention.output" in n or not any(part in n for part in FEED_FORWARD)]
    if not linear:
        raise BadInput("This encoder has no linear layers for adapters; choose {choices}.", choices="probe, full")
    return linear
