"""EfficientNet-Lite0, its norms folded into its convolutions.

Tan and Le 2019, arXiv:1905.11946, table 1, in the form that TensorFlow published as "Lite": no squeeze-and-excitation,
ReLU6. Weights are read from the published state dict; a test holds the outputs against the package that defines them.
A norm that keeps the statistics it was trained with is a scale and a shift, which the convolution before it can do: the
module is smaller, as fast to train, and int8 sees the weights that it will serve.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional

STAGES = (
    (1, 3, 1, 1, 32, 16),
    (2, 3, 2, 6, 16, 24),
    (2, 5, 2, 6, 24, 40),
    (3, 3, 2, 6, 40, 80),
    (3, 5, 1, 6, 80, 112),
    (4, 5, 2, 6, 112, 192),
    (1, 3, 1, 6, 192, 320),
)
"""Blocks, kernel, stride of the first, expansion, channels in, channels out."""
STEM, TOP = 32, 1280
EPSILON = 1e-3
"""Added to each norm's variance, as the weights were trained with it."""
MEAN, DEVIATION = (127.0,) * 3, (128.0,) * 3
"""Of the pixels it was trained on, from the package's README."""


class Convolution(nn.Module):
    """A convolution with TensorFlow's padding ("same", the odd pixel at the end), and ReLU6 behind it if `active`."""

    def __init__(self, inputs: int, outputs: int, kernel: int, stride: int = 1, groups: int = 1, active: bool = True):
        super().__init__()
        before, after = (kernel - stride) // 2, kernel - stride - (kernel - stride) // 2
        self.pads = (before, after, before, after) if before != after else None
        self.conv = nn.Conv2d(inputs, outputs, kernel, stride, 0 if self.pads else before, groups=groups)
        self.active = active

    def forward(self, maps: Tensor) -> Tensor:
        """(B, C, H, W) with H and W multiples of the stride → (B, C', H / stride, W / stride)."""
        out = self.conv(functional.pad(maps, self.pads) if self.pads else maps)
        return functional.relu6(out) if self.active else out


class Block(nn.Module):
    """An inverted bottleneck: widen, filter each channel, narrow; added to its input where shapes allow."""

    def __init__(self, kernel: int, stride: int, expansion: int, inputs: int, outputs: int) -> None:
        super().__init__()
        wide = inputs * expansion
        self.expand = Convolution(inputs, wide, 1) if expansion > 1 else nn.Identity()
        self.filter = Convolution(wide, wide, kernel, stride, groups=wide)
        self.project = Convolution(wide, outputs, 1, active=False)
        self.skip = stride == 1 and inputs == outputs

    def forward(self, maps: Tensor) -> Tensor:
        out = self.project(self.filter(self.expand(maps)))
        return maps + out if self.skip else out


def efficientnet_lite0() -> nn.ModuleList:
    """Return the stem, the sixteen blocks and the top convolution, one after the other, with random weights."""
    units: list[nn.Module] = [Convolution(3, STEM, 3, 2)]
    for repeats, kernel, stride, expansion, inputs, outputs in STAGES:
        units.append(Block(kernel, stride, expansion, inputs, outputs))
        units += [Block(kernel, 1, expansion, outputs, outputs) for _ in range(repeats - 1)]
    return nn.ModuleList([*units, Convolution(STAGES[-1][-1], TOP, 1)])


def read_state(weights: Path) -> dict[str, Tensor]:
    """Return the tensors of a published .pth file; nothing in it is run."""
    found: dict[str, Tensor] = torch.load(weights, map_location="cpu", weights_only=True)
    return found


def load_state(units: nn.ModuleList, state: Mapping[str, Tensor]) -> None:
    """Put the published weights into `units`, each norm folded into the convolution before it. KeyError for others."""
    _fold(units[0], state, "_conv_stem", "_bn0")
    _fold(units[-1], state, "_conv_head", "_bn1")
    for number, block in enumerate(list(units)[1:-1]):
        for part, conv, norm in (
            ("expand", "_expand", "_bn0"),
            ("filter", "_depthwise", "_bn1"),
            ("project", "_project", "_bn2"),
        ):
            target = getattr(block, part)
            if isinstance(target, Convolution):
                _fold(target, state, f"_blocks.{number}.{conv}_conv", f"_blocks.{number}.{norm}")


def _fold(target: nn.Module, state: Mapping[str, Tensor], conv: str, norm: str) -> None:
    assert isinstance(target, Convolution)
    scale = state[f"{norm}.weight"] / torch.sqrt(state[f"{norm}.running_var"] + EPSILON)
    with torch.no_grad():
        target.conv.weight.copy_(state[f"{conv}.weight"] * scale[:, None, None, None])
        assert target.conv.bias is not None
        target.conv.bias.copy_(state[f"{norm}.bias"] - state[f"{norm}.running_mean"] * scale)
