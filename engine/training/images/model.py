"""The torch side of picture classification: a body cut into units, taps at several depths, a linear head, its maps.

Every tap is averaged over the picture and the averages stand side by side before one linear layer. What the layer
gives is therefore a mean over places: `maps` shows the addends, so the mean of a class's map is its logit.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import torch
from torch import Tensor, nn
from torch.nn import functional

from engine.training.streams import torch_seed

GRID = 16
"""Pixels of the input to one place of a map."""


@dataclass(frozen=True)
class Body:
    """A pre-trained network as a sequence. `units` take (B, 3, S, S), scaled, and hand maps on one to the next."""

    units: nn.ModuleList
    taps: tuple[int, ...]
    """Positions of the units whose outputs the head reads, the last one always."""
    widths: tuple[int, ...]
    """Channels of each tap."""
    mean: tuple[float, ...]
    deviation: tuple[float, ...]
    """Of each colour, in 0 to 255: what pixels are scaled by."""
    name: str
    """What the weights are called in messages."""


class Scale(nn.Module):
    """Pixels 0 to 255 of any type to what the body was trained on."""

    mean: Tensor
    deviation: Tensor

    def __init__(self, mean: Sequence[float], deviation: Sequence[float]) -> None:
        super().__init__()
        self.register_buffer("mean", torch.tensor(mean).reshape(1, -1, 1, 1))
        self.register_buffer("deviation", torch.tensor(deviation).reshape(1, -1, 1, 1))

    def forward(self, image: Tensor) -> Tensor:
        """(B, 1 or 3, S, S) → (B, 3, S, S) float32."""
        return (image.float() - self.mean) / self.deviation


class Head(nn.Module):
    """A linear layer on features that are first brought to mean 0 and deviation 1, with dropout in training."""

    mean: Tensor
    deviation: Tensor

    def __init__(self, features: int, classes: int, dropout: float, seed: int, member: int = 0) -> None:
        super().__init__()
        self.register_buffer("mean", torch.zeros(features))
        self.register_buffer("deviation", torch.ones(features))
        self.dropout = nn.Dropout(dropout)
        self.linear = nn.Linear(features, classes)
        generator = torch.Generator().manual_seed(torch_seed(seed, f"head {member}" if member else "head"))
        nn.init.normal_(self.linear.weight, std=0.01, generator=generator)
        nn.init.zeros_(self.linear.bias)

    def forward(self, features: Tensor) -> Tensor:
        """(B, F) → logits (B, C) float32."""
        scaled = (features.float() - self.mean) / self.deviation
        return self.linear(self.dropout(scaled))  # type: ignore[no-any-return]

    def standardise(self, features: Tensor) -> None:
        """Take mean and deviation from `features` (N, F); one that hardly moves is not blown up."""
        deviation = features.std(0, correction=0)
        floor = STILL * deviation.median().clamp(min=1e-12)
        self.mean.copy_(features.mean(0))
        self.deviation.copy_(torch.where(deviation < floor, 1.0, deviation))

    @torch.no_grad()
    def fold(self) -> None:
        """Move the scaling into the linear layer, which then computes the same from plain features."""
        self.linear.weight.div_(self.deviation)
        self.linear.bias.sub_(self.linear.weight @ self.mean)
        self.mean.zero_(), self.deviation.fill_(1.0)


class PictureClassifier(nn.Module):
    """A body with a head. `forward` gives logits and maps, as the exported graph does.

    `members` are copies of the upper units that learnt apart on what `units` give, and the head reads the taps of all:
    their answers, averaged, are one linear layer on their features side by side.
    """

    def __init__(self, body: Body, head: Head, size: int) -> None:
        super().__init__()
        self.scale = Scale(body.mean, body.deviation)
        self.units, self.head, self.taps, self.size = body.units, head, body.taps, size
        self.members = nn.ModuleList()

    def forward(self, image: Tensor) -> tuple[Tensor, Tensor]:
        """(B, 3, S, S) of 0 to 255 → logits (B, C), maps (B, C, S / 16, S / 16) whose means are the logits."""
        tapped = self.tapped(image)
        logits = self.head(torch.cat([pooled(maps) for maps in tapped], dim=1))
        return logits, self.maps(tapped)

    def logits(self, image: Tensor) -> Tensor:
        """(B, 3, S, S) → (B, C)."""
        return self.head(self.features(image))  # type: ignore[no-any-return]

    def features(self, image: Tensor) -> Tensor:
        """(B, 3, S, S) → (B, F), the averages of all taps side by side."""
        return torch.cat([pooled(maps) for maps in self.tapped(image)], dim=1)

    def tapped(self, image: Tensor) -> list[Tensor]:
        """Return the maps (B, K, h, w) of each tap, those of the members one after the other."""
        shared, found = run(self.units, self.scale(image), self.taps)
        above = taps_above(self.taps, len(self.units))
        return found + [maps for member in self.members for maps in run(member, shared, above)[1]]  # type: ignore[arg-type]

    def maps(self, tapped: Sequence[Tensor]) -> Tensor:
        """Return each class's addends (B, C, S / 16, S / 16); the mean over places is the logit, bias included."""
        weight = self.head.linear.weight / self.head.deviation
        bias = self.head.linear.bias - weight @ self.head.mean
        parts = torch.split(weight, [int(t.shape[1]) for t in tapped], dim=1)
        found = [
            functional.conv2d(resized(t, self.size // GRID), w[:, :, None, None])
            for t, w in zip(tapped, parts, strict=True)
        ]
        return torch.stack(found).sum(0) + bias[:, None, None]

    def train(self, mode: bool = True) -> Self:
        """Norms keep the statistics they were trained with: 32 pictures of one kind have none worth having."""
        super().train(mode)
        still_norms(self)
        return self


class PixelClassifier(nn.Module):
    """One weight a pixel, colour and class: the bar that a network has to clear."""

    def __init__(self, channels: int, size: int, classes: int) -> None:
        super().__init__()
        self.channels, self.size = channels, size
        self.scale = Scale((127.5,), (127.5,))
        self.linear = nn.Linear(channels * size * size, classes)
        nn.init.zeros_(self.linear.weight), nn.init.zeros_(self.linear.bias)

    def forward(self, image: Tensor) -> tuple[Tensor, Tensor]:
        """(B, 3, S, S) of 0 to 255 → logits (B, C), maps (B, C, S, S) whose means are the logits."""
        pixels = self.scale(image[:, : self.channels])
        weight = self.linear.weight.reshape(-1, self.channels, self.size, self.size)
        maps = (pixels.unsqueeze(1) * weight).sum(2) * float(self.size**2)
        return self.linear(pixels.flatten(1)), maps + self.linear.bias[:, None, None]

    def logits(self, image: Tensor) -> Tensor:
        return self.forward(image)[0]


STILL = 0.01
"""A feature whose deviation is below this share of the usual one carries nothing."""


def taps_above(taps: Sequence[int], cut: int) -> tuple[int, ...]:
    """Return the positions in the units from `cut` on of those `taps` that lie there."""
    return tuple(tap - cut for tap in taps if tap >= cut)


def run(units: nn.ModuleList, maps: Tensor, taps: Sequence[int]) -> tuple[Tensor, list[Tensor]]:
    """Return the last output of `units` and the outputs at `taps`."""
    tapped = []
    for position, unit in enumerate(units):
        maps = unit(maps)
        if position in taps:
            tapped.append(maps)
    return maps, tapped


def pooled(maps: Tensor) -> Tensor:
    """(B, K, h, w) → (B, K) float32, the mean over places."""
    return maps.float().mean((2, 3))


def resized(maps: Tensor, side: int) -> Tensor:
    """Return (B, K, side, side) with the same means; the sides are multiples of one another."""
    height = int(maps.shape[-1])
    if height > side:
        return functional.avg_pool2d(maps, height // side)
    return functional.interpolate(maps, scale_factor=side // height, mode="nearest") if height < side else maps


def still_norms(module: nn.Module) -> None:
    """Put every batch norm below `module` into evaluation mode."""
    for part in module.modules():
        if isinstance(part, nn.modules.batchnorm._BatchNorm):
            part.eval()
