"""Where in a picture the answer comes from, read off the maps that the model's own graph gives.

The head is linear on averages, so a class's logit is the mean of a map of addends (Zhou et al. 2016, "Learning Deep
Features for Discriminative Localization", section 2, over several depths instead of the last). Nothing is estimated:
what is shown is what was added up.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from engine.tasks.pictures import pixels


class Shows(Protocol):
    """What an explanation needs of a loaded model."""

    @property
    def encoder(self) -> Any: ...
    @property
    def maps(self) -> Callable[[Mapping[str, np.ndarray]], np.ndarray]:
        """Encoded pictures → (B, C, h, w)."""


@dataclass(frozen=True)
class PictureExplanation:
    """What spoke for one class in one picture."""

    target: int
    """Position of the class in the labels."""
    heat: np.ndarray
    """(H, W) float32 of the picture's own size, from 0 (it says nothing for the class) to 1 (the most that any
    place says for or against it)."""
    evidence: np.ndarray
    """(h, w): what each place adds to the class's logit beyond the mean of the others'; the mean is its lead."""


def explain_picture(model: Shows, picture: bytes | np.ndarray, *, target: int | None = None) -> PictureExplanation:
    """Return where in `picture` the model sees the class `target`, by default the one it answers."""
    found = pixels(picture)
    maps = model.maps(model.encoder.encode([found]))[0]
    chosen = int(maps.mean((1, 2)).argmax()) if target is None else target
    seen = evidence(maps, chosen)
    return PictureExplanation(chosen, heat(seen, found.shape[0], found.shape[1]), seen)


def evidence(maps: np.ndarray, target: int) -> np.ndarray:
    """Return (h, w) of maps (C, h, w): the class's addends less the mean of the others'."""
    others = np.delete(maps, target, axis=0)
    return np.asarray(maps[target] - (others.mean(axis=0) if len(others) else 0.0), dtype=np.float32)


def heat(evidence: np.ndarray, height: int, width: int) -> np.ndarray:
    """Return (height, width) float32 in 0 to 1: what speaks for the class, as a share of the strongest place."""
    from PIL import Image

    strongest = float(np.abs(evidence).max())
    share = np.clip(evidence / strongest, 0.0, 1.0) if strongest > 0 else np.zeros_like(evidence)
    grown = Image.fromarray(share.astype(np.float32)).resize((width, height), Image.Resampling.BILINEAR)
    return np.asarray(np.clip(np.asarray(grown), 0.0, 1.0))
