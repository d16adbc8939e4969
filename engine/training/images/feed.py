"""Pictures as batches: augmented anew each time, or from features of several views that were computed once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import psutil
import torch
from torch import Tensor, nn

from engine.errors import Failure
from engine.tasks.augmentation import Augmentation
from engine.tasks.pictures import PictureEncoder
from engine.training.cache import MEMORY_SHARE
from engine.training.device import Device
from engine.training.images.augment import augmented
from engine.training.images.model import Scale, pooled, run
from engine.training.progress import Progress

BATCH = 32


@dataclass(frozen=True)
class Pictures:
    """N pictures in memory; a batch is (image,), augmented when `how` is given."""

    pixels: Tensor
    """(N, 1 or 3, S, S) uint8."""
    how: Augmentation | None = None
    draw: np.random.Generator | None = None

    def __len__(self) -> int:
        return len(self.pixels)

    @property
    def lengths(self) -> np.ndarray:
        return np.ones(len(self), dtype=np.int64)

    def batch(self, rows: np.ndarray, device: str = "cpu") -> tuple[Tensor, ...]:
        """Return ((B, 3, S, S) float32 in 0 to 255,)."""
        chosen = self.pixels[torch.from_numpy(rows)]
        views = augmented(chosen, self.how, self.draw) if self.how and self.draw else chosen.float()
        return (as_colour(views).to(device),)


@dataclass(frozen=True)
class Views:
    """What frozen units gave for V views of N pictures; a batch takes one view of each, the first when not drawing."""

    columns: tuple[Tensor, ...]
    """Each (V, N, …)."""
    draw: np.random.Generator | None = None
    times: int = 1
    """How often each picture is there, so that as many members of a batch may see it in a pass."""

    def __len__(self) -> int:
        return int(self.columns[0].shape[1])

    @property
    def lengths(self) -> np.ndarray:
        return np.ones(self.times * len(self), dtype=np.int64)

    def batch(self, rows: np.ndarray, device: str = "cpu") -> tuple[Tensor, ...]:
        """Return each column as (B, …) float32."""
        views = self.draw.integers(0, len(self.columns[0]), len(rows)) if self.draw else np.zeros(len(rows), np.int64)
        index = torch.from_numpy(views), torch.from_numpy(rows % len(self))
        return tuple(laid_out(column[index].float()).to(device) for column in self.columns)


def pixels_of(encoder: PictureEncoder, pictures: Sequence[Any], progress: Progress) -> Tensor:
    """Return all pictures as (N, 1 or 3, S, S) uint8. Raises Failure when they do not fit in memory."""
    channels = 1 if encoder.grey else 3
    needed = len(pictures) * channels * encoder.size**2
    if needed > MEMORY_SHARE * psutil.virtual_memory().available:
        raise no_memory(needed, encoder.size)
    found = torch.empty(len(pictures), channels, encoder.size, encoder.size, dtype=torch.uint8)
    for start, batch in decoded(encoder, pictures):
        found[start : start + len(batch)] = batch
        progress.check()
    return found


def decoded(encoder: PictureEncoder, pictures: Sequence[Any]) -> Iterator[tuple[int, Tensor]]:
    """Yield (position of the first, pixels (B, 1 or 3, S, S) uint8) for batches of pictures in order."""
    channels = 1 if encoder.grey else 3
    for start in range(0, len(pictures), BATCH):
        rows = encoder.rows([pictures[i] for i in range(start, min(start + BATCH, len(pictures)))])
        yield start, torch.from_numpy(np.stack([row[:channels] for row in rows]))


def kept_views(
    encoder: PictureEncoder,
    pictures: Sequence[Any],
    scale: Scale,
    lower: nn.ModuleList,
    taps: tuple[int, ...],
    *,
    views: int,
    how: Augmentation,
    draw: np.random.Generator,
    keep_maps: bool,
    device: Device,
    flops: float,
    progress: Progress,
) -> Views:
    """Run `lower` once over each picture as it is and over `views` augmented views of it.

    The columns are the maps at the end of `lower` (V, N, K, h, w), unless not kept, and the averages of its taps
    (V, N, F). Raises Failure when they do not fit in memory.
    """
    kept: list[Tensor] = []
    with torch.inference_mode(), device.autocast():
        for start, pixels in decoded(encoder, pictures):
            for view in range(views + 1):
                image = augmented(pixels, how, draw) if view else pixels
                maps, tapped = run(lower, laid_out(scale(as_colour(image).to(device.name))), taps)
                averages = torch.cat([pooled(t) for t in tapped], 1) if tapped else maps.new_zeros(len(pixels), 0)
                parts = [*([maps] if keep_maps else []), averages.float()]
                if not kept:
                    kept = _room(parts, views + 1, len(pictures), encoder.size)
                for column, part in zip(kept, parts, strict=True):
                    column[view, start : start + len(pixels)] = part.cpu()
                progress.step(len(pixels), flops * len(pixels))
    return Views(tuple(kept))


def _room(parts: Sequence[Tensor], views: int, count: int, size: int) -> list[Tensor]:
    needed = sum(part[0].numel() * part.element_size() for part in parts) * views * count
    if needed > MEMORY_SHARE * psutil.virtual_memory().available:
        raise no_memory(needed, size)
    return [torch.empty(views, count, *part.shape[1:], dtype=part.dtype) for part in parts]


def as_colour(image: Tensor) -> Tensor:
    """(B, 1 or 3, S, S) → (B, 3, S, S)."""
    return image.expand(-1, 3, -1, -1)


def laid_out(values: Tensor) -> Tensor:
    """Return maps with their channels side by side in memory, which processors multiply faster."""
    return values.contiguous(memory_format=torch.channels_last) if values.dim() == 4 else values


def no_memory(needed: float, size: int) -> Failure:
    return Failure(
        "The pictures need {gib} GiB of memory at {size} pixels and so much is not free; lower the option {option}.",
        gib=round(needed / 2**30, 1),
        size=size,
        option="views or size",
    )
