"""The weights of a trained module on disk."""

from __future__ import annotations

from pathlib import Path

from torch import nn

from engine.files import written_aside


def save_weights(module: nn.Module, folder: Path) -> None:
    """Write the weights of `module` as model.safetensors into `folder`, which is made."""
    from safetensors.torch import save

    folder.mkdir(parents=True, exist_ok=True)
    with written_aside(folder / "model.safetensors") as aside:
        aside.write_bytes(save({k: v.contiguous().cpu() for k, v in module.state_dict().items()}))
