"""Pictures as they might also have been taken: moved, turned, scaled, mirrored, lighter or darker, by modality.

What a scanner or a probe can do to a picture is allowed, what it cannot is not: a chest is never upside down, and
mirrored it would have its heart on the right. Here is what may happen and where it is drawn by chance, in NumPy, so
that a page can show before training what training will see; `engine.training.images.augment` does the same in torch.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Augmentation:
    """The most a view differs from its picture; each amount is drawn evenly from both sides of none."""

    mirror: bool
    """Left and right may be swapped."""
    upside_down: bool
    """Top and bottom may be swapped, and the picture turned by quarters."""
    degrees: float
    """Of turning."""
    zoom: float
    """Share by which it grows or shrinks."""
    shift: float
    """Share of the side by which it moves."""
    contrast: float
    """Share."""
    brightness: float
    """Share of the whole range, 0 to 255."""


AUGMENTATIONS: dict[str, Augmentation] = {
    "none": Augmentation(False, False, 0.0, 0.0, 0.0, 0.0, 0.0),
    "general": Augmentation(False, False, 10.0, 0.1, 0.05, 0.2, 0.1),
    "ultrasound": Augmentation(True, False, 10.0, 0.15, 0.08, 0.2, 0.1),
    "x-ray": Augmentation(False, False, 7.0, 0.1, 0.05, 0.2, 0.1),
    "mammography": Augmentation(True, False, 10.0, 0.1, 0.08, 0.2, 0.1),
    "ct": Augmentation(False, False, 10.0, 0.1, 0.05, 0.1, 0.05),
    "mr": Augmentation(False, False, 10.0, 0.1, 0.05, 0.2, 0.1),
    "nuclear": Augmentation(False, False, 10.0, 0.1, 0.05, 0.2, 0.1),
    "fundus": Augmentation(True, False, 15.0, 0.1, 0.05, 0.2, 0.1),
    "oct": Augmentation(True, False, 7.0, 0.1, 0.05, 0.2, 0.1),
    "endoscopy": Augmentation(True, True, 30.0, 0.15, 0.08, 0.2, 0.1),
    "microscopy": Augmentation(True, True, 45.0, 0.15, 0.08, 0.2, 0.1),
    "photo": Augmentation(True, False, 15.0, 0.15, 0.08, 0.2, 0.1),
}
"""Modality → what its pictures may undergo; "general" is for an unknown one. A mirrored chest has its heart on the
right, a mirrored breast is the other breast. The amounts are ours."""


def views(
    picture: NDArray[np.uint8], how: Augmentation, draw: np.random.Generator, count: int
) -> list[NDArray[np.uint8]]:
    """Return `count` views of a picture (S, S) or (S, S, 3), the ones that training makes of `count` copies of it."""
    moved = moves(count, how, draw)
    contrast, light = lights(count, how, draw)
    planes = picture.astype(np.float32)[..., None] if picture.ndim == 2 else picture.astype(np.float32)
    found = []
    for place, one in enumerate(moved):
        view = _sampled(planes, one)
        middle = view.mean()
        lit = (view - middle) * (contrast[place] + 1.0) + middle + light[place] * 255.0
        found.append(np.clip(np.rint(lit), 0, 255).astype(np.uint8).reshape(picture.shape))
    return found


def moves(count: int, how: Augmentation, draw: np.random.Generator) -> Floats:
    """Return (N, 2, 3), where each place of a view is found in its picture; both go from -1 to 1."""
    angle = spread(count, how.degrees * math.pi / 180, draw)
    if how.upside_down:
        angle += draw.integers(0, 4, count).astype(np.float32) * np.float32(math.pi / 2)
    scale = np.exp(spread(count, math.log1p(how.zoom), draw))
    mirror = draw.choice([1.0, -1.0], count).astype(np.float32) if how.mirror else np.ones(count, np.float32)
    cosine, sine = np.cos(angle) * scale, np.sin(angle) * scale
    x, y = spread(count, 2 * how.shift, draw), spread(count, 2 * how.shift, draw)
    rows = [np.stack([mirror * cosine, -sine, x], axis=1), np.stack([mirror * sine, cosine, y], axis=1)]
    return np.stack(rows, axis=1).astype(np.float32)


def lights(count: int, how: Augmentation, draw: np.random.Generator) -> tuple[Floats, Floats]:
    """Return by which share contrast and brightness of each view differ, (N,) each; drawn after `moves`."""
    return spread(count, how.contrast, draw), spread(count, how.brightness, draw)


def spread(count: int, most: float, draw: np.random.Generator) -> Floats:
    """Return (N,) drawn evenly from -most to most; the numbers drawn do not depend on `most`."""
    return draw.uniform(-1.0, 1.0, count).astype(np.float32) * np.float32(most)


def _sampled(planes: Floats, move: Floats) -> Floats:
    """Return `planes` (H, W, K) seen through `move` (2, 3): bilinear, mirrored at the edges.

    As torch's grid_sample has it with padding_mode="reflection" and align_corners=False.
    """
    height, width = planes.shape[:2]
    y, x = np.meshgrid(_centres(height), _centres(width), indexing="ij")
    rows = ((move[1, 0] * x + move[1, 1] * y + move[1, 2] + 1) * height - 1) / 2
    columns = ((move[0, 0] * x + move[0, 1] * y + move[0, 2] + 1) * width - 1) / 2
    rows, columns = _reflected(rows, height), _reflected(columns, width)
    top, left = np.floor(rows).astype(int), np.floor(columns).astype(int)
    down, right = np.minimum(top + 1, height - 1), np.minimum(left + 1, width - 1)
    a, b = (rows - top)[..., None], (columns - left)[..., None]
    upper = planes[top, left] * (1 - b) + planes[top, right] * b
    lower = planes[down, left] * (1 - b) + planes[down, right] * b
    return np.asarray(upper * (1 - a) + lower * a, dtype=np.float32)


def _centres(side: int) -> Floats:
    return ((2 * np.arange(side, dtype=np.float32) + 1) / side - 1).astype(np.float32)


def _reflected(places: Floats, side: int) -> Floats:
    """Return places mirrored into the picture at its outer edges, -0.5 and side - 0.5."""
    period = np.mod(places + 0.5, 2 * side)
    inside = np.minimum(period, 2 * side - period) - 0.5
    return np.asarray(np.clip(inside, 0, side - 1), dtype=np.float32)
