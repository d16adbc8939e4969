"""A picture as it is kept and as a model sees it: at most MAX_SIDE pixels long, 8 or 16 bits, with its window.

What has more than eight bits a pixel is kept in sixteen, beside the window (the lowest and the highest value shown)
under which a model sees it in eight; the window stands in a text chunk of the PNG. So a picture read back from a data
set and the same one sent to the served model become the same array.
"""

from __future__ import annotations

import io
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from PIL import Image

MAX_SIDE = 1024
"""Pictures are shrunk to this many pixels on their long side; models see at most a few hundred."""
WINDOW = "breakeven-window"
"""The PNG text chunk "low high" in a picture of sixteen bits."""
PERCENTILES = (0.5, 99.5)
"""The window of a picture that brings none: outliers (markers, metal) do not decide how bright the rest is."""
SAMPLE = 1 << 18
Array = NDArray[Any]


@dataclass(frozen=True)
class Picture:
    """Pixels of one picture: (H, W) of grey or (H, W, 3) of red, green, blue."""

    pixels: Array
    """uint8, or uint16 for what has more than eight bits a pixel; grey or colour."""
    window: tuple[int, int] | None = None
    """With uint16: the values shown as black and as white."""
    width: int = 0
    """Pixels a row before it was shrunk."""
    height: int = 0
    """Rows before it was shrunk."""
    bits: int = 8
    """Bits a pixel and channel in the file."""
    pages: int = 1
    """Pages or frames in the file; one of them is this picture."""

    @property
    def is_grey(self) -> bool:
        return self.pixels.ndim == 2


def finished(picture: Picture) -> Picture:
    """Return the picture as it is kept: grey where it has no colour, at most MAX_SIDE long, with its size before."""
    pixels = picture.pixels
    height, width = pixels.shape[:2]
    if pixels.ndim == 3 and (pixels[..., :1] == pixels).all():
        pixels = np.ascontiguousarray(pixels[..., 0])
    window = picture.window
    if pixels.dtype == np.uint16 and window is None:
        window = percentile_window(pixels)
    return replace(picture, pixels=_shrunk(pixels), window=window, width=width, height=height)


def percentile_window(values: Array) -> tuple[Any, Any]:
    """Return the values at PERCENTILES, of an even sample of a large picture."""
    flat = values.ravel()
    low, high = np.percentile(flat[:: max(1, flat.size // SAMPLE)], PERCENTILES)
    return (int(low), int(high)) if values.dtype.kind in "iu" else (float(low), float(high))


def sixteen_bits(values: Array, window: tuple[float, float] | None = None) -> Picture:
    """Return numbers of any kind as a picture of sixteen bits that spans them all; `window` is in those numbers."""
    values = np.nan_to_num(values.astype(np.float64), nan=0.0, posinf=0.0, neginf=0.0)
    low, high = window or percentile_window(values)
    least, most = min(float(values.min()), low), max(float(values.max()), high)
    # A window may be far wider or narrower than the values; both have to fit into the sixteen bits.
    least, most = max(least, low - 8 * (high - low + 1)), min(most, high + 8 * (high - low + 1))
    scale = 65535 / (most - least) if most > least else 0.0
    pixels = np.clip((values - least) * scale + 0.5, 0, 65535).astype(np.uint16)
    shown = (round((low - least) * scale), round((high - least) * scale))
    return Picture(pixels, (min(shown), max(shown)), bits=16)


def rendered(picture: Picture) -> NDArray[np.uint8]:
    """Return the picture as a model sees it: uint8, (H, W) or (H, W, 3)."""
    if picture.pixels.dtype == np.uint8:
        return picture.pixels
    low, high = picture.window or percentile_window(picture.pixels)
    if high <= low:
        high = low + 1
    scaled = (picture.pixels.astype(np.float32) - low) * (255 / (high - low))
    return np.clip(scaled + 0.5, 0, 255).astype(np.uint8)


def png(picture: Picture) -> bytes:
    """Return the picture as PNG without loss, its window beside it."""
    from PIL import Image
    from PIL.PngImagePlugin import PngInfo

    info = PngInfo()
    if picture.pixels.dtype == np.uint16 and picture.window is not None:
        info.add_text(WINDOW, f"{picture.window[0]} {picture.window[1]}")
    pixels = rendered(picture) if picture.pixels.dtype == np.uint16 and not picture.is_grey else picture.pixels
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG", compress_level=1, pnginfo=info)
    return file.getvalue()


def thumbnail(pixels: NDArray[np.uint8], side: int) -> bytes:
    """Return a small PNG of the rendered pixels, `side` pixels on its long side at most."""
    from PIL import Image

    image = Image.fromarray(pixels)
    image.thumbnail((side, side))
    file = io.BytesIO()
    image.save(file, "PNG", optimize=True)
    return file.getvalue()


def small(pixels: NDArray[np.uint8], width: int, height: int) -> NDArray[np.uint8]:
    """Return the rendered pixels as grey of (height, width), each the mean of what it covers."""
    from PIL import Image

    image = Image.fromarray(pixels).convert("L")
    return np.asarray(image.resize((width, height), Image.Resampling.BOX))


def _shrunk(pixels: Array) -> Array:
    from PIL import Image

    height, width = pixels.shape[:2]
    if max(height, width) <= MAX_SIDE:
        return pixels
    share = MAX_SIDE / max(height, width)
    size = (max(1, round(width * share)), max(1, round(height * share)))
    if pixels.dtype == np.uint8:
        return np.asarray(Image.fromarray(pixels).resize(size, Image.Resampling.BOX))
    planes = [pixels] if pixels.ndim == 2 else [pixels[..., c] for c in range(pixels.shape[2])]
    small_planes = [_shrunk_plane(Image.fromarray(p.astype(np.float32)), size) for p in planes]
    return small_planes[0] if pixels.ndim == 2 else np.stack(small_planes, axis=-1)


def _shrunk_plane(image: Image.Image, size: tuple[int, int]) -> NDArray[np.uint16]:
    from PIL import Image

    return np.clip(np.asarray(image.resize(size, Image.Resampling.BOX)) + 0.5, 0, 65535).astype(np.uint16)
