"""What serving costs by volume, handed over from a measured run as a line through a few points."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.economics.business.spread import Array
from engine.economics.figure import Kind, Source
from engine.errors import BadInput
from engine.messages import Message


@dataclass(frozen=True)
class Serving:
    """USD a month of serving by predictions a month. Raises BadInput when it is no such line."""

    volumes: tuple[float, ...]
    """Predictions a month, rising."""
    usd_month: tuple[float, ...]
    """What each of them costs, paid to a cloud provider."""
    fixed_usd_month: float = 0.0
    """Training again and labels: paid whatever the volume."""
    kind: Kind = "assumed"
    formula: Message | None = None
    """How the line came about; None: set by hand."""
    sources: tuple[Source, ...] = ()

    def __post_init__(self) -> None:
        usable = len(self.volumes) == len(self.usd_month) > 1 and all(np.isfinite((*self.volumes, *self.usd_month)))
        rising = usable and all(a < b for a, b in zip(self.volumes, self.volumes[1:], strict=False))
        if not rising or self.volumes[0] < 0 or min(self.usd_month) < 0 or not self.fixed_usd_month >= 0:
            raise BadInput("The serving cost is no line: give two volumes or more, rising, with costs of 0 or more.")

    def month(self, predictions: Array) -> Array:
        """Return USD a month for `predictions` a month (any shape); beyond the last point its price holds."""
        last = self.usd_month[-1] / self.volumes[-1]
        beyond = np.maximum(predictions - self.volumes[-1], 0) * last
        return np.where(predictions > 0, np.interp(predictions, self.volumes, self.usd_month), 0.0) + beyond

    def per_1000(self, predictions: float) -> float:
        """Return USD per 1,000 predictions at one volume."""
        return float(self.month(np.array([predictions]))[0] / predictions * 1000) if predictions > 0 else 0.0


def flat(usd_per_1000: float) -> Serving:
    """Return a serving cost that is the same for every 1,000 predictions."""
    return Serving((0.0, 1e9), (0.0, usd_per_1000 * 1e6))
