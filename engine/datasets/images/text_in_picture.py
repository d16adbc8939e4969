"""Does text stand in the border of a picture? A simple look for rows of short bright strokes on dark ground.

Machines burn the name of the patient, dates and the hospital into the margin of ultrasound and radiographs. Letters
are there short runs of nearly the brightest grey between dark gaps, many a row, over several rows at once; tissue has
neither such steps nor so many. It errs to the careful side, and it is no proof that a picture is free of text.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

MIN_SIDE = 96
"""Smaller pictures cannot hold legible text."""
BAND_SHARE = 0.2
"""The share of the height at the top and the bottom that counts as border, and of the width at the sides."""
BRIGHT, DARK = 0.7, 0.4
"""Shares of the brightest grey from which a pixel is a stroke, and under which it is ground."""
MAX_STROKE = 0.015
"""The longest run of a stroke, as a share of the picture's width; at least four pixels."""
STROKES, ROWS = 8, 5
"""A line of text: this many strokes a row, in this many rows of any seven."""
MIN_DARK = 0.5
"""The ground of text is mostly dark."""


def has_text(pixels: NDArray[np.uint8]) -> bool:
    """Return whether a border of the picture, (H, W) or (H, W, 3), looks as if text stood there."""
    grey = pixels.max(axis=2) if pixels.ndim == 3 else pixels
    height, width = grey.shape
    if min(height, width) < MIN_SIDE:
        return False
    top = float(np.percentile(grey, 99.9))
    if top < 32:
        return False
    rows, columns = int(height * BAND_SHARE), int(width * BAND_SHARE)
    longest = max(4, int(width * MAX_STROKE))
    bands = (grey[:rows], grey[-rows:], grey[:, :columns], grey[:, -columns:])
    return any(_is_written(band, top, longest) for band in bands)


def _is_written(band: NDArray[np.uint8], top: float, longest: int) -> bool:
    bright, dark = band >= BRIGHT * top, band <= DARK * top
    if dark.mean() < MIN_DARK or not bright.any():
        return False
    busy = _strokes(bright, dark, longest) >= STROKES
    if len(busy) < 7:
        return False
    return bool((sliding_window_view(busy, 7).sum(axis=1) >= ROWS).any())


def _strokes(bright: NDArray[np.bool_], dark: NDArray[np.bool_], longest: int) -> NDArray[Any]:
    """Return how many short bright runs with dark on both sides each row has."""
    padded = np.pad(bright, ((0, 0), (1, 1))).astype(np.int8)
    step = np.diff(padded, axis=1)
    counts = np.zeros(len(bright), dtype=np.int64)
    for row in np.flatnonzero(bright.any(axis=1)):
        starts, ends = np.flatnonzero(step[row] == 1), np.flatnonzero(step[row] == -1)
        short = ends - starts <= longest
        # A letter's edge is smoothed over a pixel or two.
        left, right = np.maximum(starts - 2, 0), np.minimum(ends + 1, bright.shape[1] - 1)
        counts[row] = int((short & dark[row, left] & dark[row, right]).sum())
    return counts
