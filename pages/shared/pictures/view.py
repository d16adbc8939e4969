"""How a picture is shown: under a window, and with a heat map over it. Only what is seen changes."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

ORANGE = np.array([221.0, 138.0, 28.0])
SMALLEST_SIDE = 320
"""Smaller pictures are enlarged for the screen."""


def windowed(picture: NDArray[np.generic], level: int, width: int) -> NDArray[np.uint8]:
    """Return `picture` with `width` grey values around `level` spread over all that a screen has."""
    low = level - width / 2
    return np.clip((picture.astype(np.float64) - low) / max(width, 1) * 255, 0, 255).astype(np.uint8)


def overlaid(picture: NDArray[np.uint8], heat: NDArray[np.float32], opacity: float) -> NDArray[np.uint8]:
    """Return (H, W, 3): `picture` with the places where `heat` (h, w) is above 0 tinted, the largest the most."""
    from PIL import Image

    enlarge = max(1, -(-SMALLEST_SIDE // min(picture.shape[:2])))
    size = (picture.shape[1] * enlarge, picture.shape[0] * enlarge)
    base = np.asarray(Image.fromarray(picture).convert("RGB").resize(size, Image.Resampling.BICUBIC), dtype=np.float64)
    strength = np.maximum(heat, 0) / max(float(np.max(heat)), 1e-9)
    grown = Image.fromarray(strength.astype(np.float32)).resize(size, Image.Resampling.BILINEAR)
    alpha = np.clip(np.asarray(grown, dtype=np.float64), 0, 1)[..., None] * opacity
    return np.rint(base * (1 - alpha) + ORANGE * alpha).astype(np.uint8)
