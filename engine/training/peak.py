"""The most arithmetic this machine does: large matrix products. A training's own rate, over it, is an efficiency."""

from __future__ import annotations

import time
from dataclasses import asdict, dataclass
from typing import Any

import torch

from engine.training.device import Device

SIDE = 1024
"""Of the square matrices: large enough that starting a product counts for nothing."""
LEAST_REPEATS, SECONDS = 3, 0.1


@dataclass(frozen=True)
class Peak:
    """The rate of a dense product on this machine."""

    flops_per_s: float
    precision: str
    """"bf16" or "fp32", as the training computed."""
    device: str

    def to_json(self) -> dict[str, Any]:
        """Return the "peak" block of report.json."""
        return asdict(self)


def measured_peak(device: Device, *, side: int = SIDE) -> Peak:
    """Return the best rate of products of two matrices (side, side): 2 × side³ operations each.

    With the threads that torch uses now, in the precision of `device`; takes a few tenths of a second.
    """
    kind = torch.bfloat16 if device.bf16 else torch.float32
    a = torch.full((side, side), 0.5, dtype=kind, device=device.name)
    best, began, repeats = float("inf"), time.perf_counter(), 0
    with torch.inference_mode():
        while repeats <= LEAST_REPEATS or time.perf_counter() - began < SECONDS:
            started = time.perf_counter()
            a @ a
            if device.name == "cuda":
                torch.cuda.synchronize()
            if repeats:  # the first one warms up
                best = min(best, time.perf_counter() - started)
            repeats += 1
    return Peak(2.0 * side**3 / best, "bf16" if device.bf16 else "fp32", device.name)
