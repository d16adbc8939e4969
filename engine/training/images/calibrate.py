"""Timed units of a backbone for pictures: whatever a recipe freezes or trains is a sum of them."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from engine.models.catalog import LocalBackbone
from engine.tasks.augmentation import AUGMENTATIONS
from engine.training.calibrate import best_seconds
from engine.training.device import Device
from engine.training.images.augment import augmented
from engine.training.images.body import load_body
from engine.training.images.feed import BATCH, laid_out
from engine.training.images.job import learning_on

SIZE = 128
"""Pixels a side of the pictures that are timed."""


def timed_units(backbone: LocalBackbone, device: Device, should_stop: Callable[[], bool]) -> dict[str, Any]:
    """Return "load_seconds", "size", "view_us", and a number a unit of "forward_us" and "step_us".

    In microseconds a picture of `size` pixels a side: an augmented view, a forward pass of frozen units, and a step
    forward and backward in the precision that weights learn in.
    """
    started = time.perf_counter()
    units = load_body(backbone).units.to(device.name, memory_format=torch.channels_last)  # type: ignore[call-overload]
    loading = time.perf_counter() - started
    maps = laid_out(torch.zeros(BATCH, 3, SIZE, SIZE)).to(device.name)
    trainer, forward, step = learning_on(device), [], []
    for unit in units:
        forward.append(_us(lambda u=unit, m=maps: _forward(u, m, device), should_stop))  # type: ignore[misc]
        step.append(_us(lambda u=unit, m=maps: _step(u, m, trainer), should_stop))  # type: ignore[misc]
        with torch.inference_mode():
            maps = unit(maps)
        maps = maps.clone()
    plain, draw = torch.zeros(BATCH, 1, SIZE, SIZE, dtype=torch.uint8), np.random.default_rng(0)
    view = _us(lambda: augmented(plain, AUGMENTATIONS["general"], draw), should_stop)
    found = {"size": SIZE, "view_us": view, "forward_us": forward, "step_us": step}
    return {"load_seconds": round(loading, 3), **found}


def _us(work: Callable[[], object], should_stop: Callable[[], bool]) -> float:
    return round(best_seconds(work, should_stop) / BATCH * 1e6, 2)


def _forward(unit: nn.Module, maps: Tensor, device: Device) -> None:
    with torch.inference_mode(), device.autocast():
        unit(maps)


def _step(unit: nn.Module, maps: Tensor, trainer: Device) -> None:
    given = maps.detach().requires_grad_()
    with trainer.autocast():
        out = unit(given)
    out.float().mean().backward()
    unit.zero_grad(set_to_none=True)
