"""How a picture is shown: under a window, and with a heat map over it. Only what is seen changes."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

FOR = np.array([59.0, 116.0, 232.0])
AGAINST = np.array([221.0, 138.0, 28.0])
"""The blue and the orange that words are shaded with."""
SMALLEST_SIDE = 320
"""Smaller pictures are enlarged for the screen."""


def windowed(picture: NDArray[np.generic], level: int, width: int) -> NDArray[np.uint8]:
    """Return `picture` with `width` grey values around `level` spread over all that a screen has."""
    low = level - width / 2
    return np.clip((picture.astype(np.float64) - low) / max(width, 1) * 255, 0, 255).astype(np.uint8)


def enlarged(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return `picture` (H, W) or (H, W, 3) in colour, a small one enlarged by a whole number: (H', W', 3)."""
    from PIL import Image

    times = max(1, -(-SMALLEST_SIDE // min(picture.shape[:2])))
    size = (picture.shape[1] * times, picture.shape[0] * times)
    return np.asarray(Image.fromarray(picture).convert("RGB").resize(size, Image.Resampling.BICUBIC))


def overlaid(picture: NDArray[np.uint8], shares: NDArray[np.float32], opacity: float) -> NDArray[np.uint8]:
    """Return (H, W, 3): `picture` tinted by `shares` (h, w) of −1 to 1, blue above 0 and orange below."""
    from PIL import Image

    base = enlarged(picture).astype(np.float64)
    height, width = base.shape[:2]
    grown = Image.fromarray(shares.astype(np.float32)).resize((width, height), Image.Resampling.BILINEAR)
    strength = np.clip(np.asarray(grown, dtype=np.float64), -1, 1)[..., None]
    alpha = np.abs(strength) * opacity
    return np.rint(base * (1 - alpha) + np.where(strength > 0, FOR, AGAINST) * alpha).astype(np.uint8)
