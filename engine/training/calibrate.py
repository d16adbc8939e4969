"""Timed steps of a backbone on this machine, from which the time of a training is foretold."""

from __future__ import annotations

import platform
import time
from collections.abc import Callable
from typing import Any

import torch
from torch import nn

from engine.config import Settings
from engine.files import utc_now, write_json
from engine.models.catalog import LocalBackbone
from engine.models.estimate import measurement_file
from engine.training.device import Device, choose_device, use_threads
from engine.training.model import Head, TextClassifier, hidden_size, load_encoder_module

BATCH, TOKENS = 16, 32
REPEATS = 3


def calibrate(
    backbone: LocalBackbone, settings: Settings, *, threads: int = 0, should_stop: Callable[[], bool] = lambda: False
) -> dict[str, Any]:
    """Time loading, frozen forward passes and training steps, write the result to the workspace and return it.

    Times are the best of three after one to warm up: what else the machine does at the time is not its speed.
    """
    used, device = use_threads(threads or settings.threads), choose_device()
    timed = _pictures if backbone.kind == "image" else _texts
    measurement = {
        "schema_version": 1,
        "backbone": backbone.id,
        "sha256": backbone.sha256,
        "threads": used,
        "precision": "bf16" if device.bf16 else "fp32",
        "device": device.name,
        **timed(backbone, device, should_stop),
        "machine": platform.processor() or platform.machine(),
        "measured_at": utc_now(),
    }
    write_json(measurement_file(settings, backbone.slug), measurement)
    return measurement


def _pictures(backbone: LocalBackbone, device: Device, should_stop: Callable[[], bool]) -> dict[str, Any]:
    from engine.training.images.calibrate import timed_units

    return timed_units(backbone, device, should_stop)


def _texts(backbone: LocalBackbone, device: Device, should_stop: Callable[[], bool]) -> dict[str, Any]:
    """Return "layers", "load_seconds", and "forward_us_per_token" and "step_us_per_token" of all layers."""
    started = time.perf_counter()
    encoder = load_encoder_module(backbone)
    loading = time.perf_counter() - started
    model = TextClassifier(encoder, Head(hidden_size(encoder), 3, 0.1, 0), "mean").to(device.name)
    words: Any = encoder.config
    ids = torch.arange(BATCH * TOKENS).reshape(BATCH, TOKENS).to(device.name) % int(words.vocab_size)
    mask = torch.ones_like(ids)
    optimiser = torch.optim.AdamW(model.parameters(), lr=0.0, fused=True)

    def forward() -> None:
        with torch.inference_mode(), device.autocast():
            model(ids, mask)

    def step() -> None:
        with device.autocast():
            loss = nn.functional.cross_entropy(model(ids, mask).float(), ids[:, 0] % 3)
        loss.backward()  # type: ignore[no-untyped-call]
        optimiser.step()
        optimiser.zero_grad()

    model.eval()
    passing = best_seconds(forward, should_stop)
    model.train()
    stepping = best_seconds(step, should_stop)
    return {
        "layers": backbone.layers,
        "load_seconds": round(loading, 3),
        "forward_us_per_token": round(passing / (BATCH * TOKENS) * 1e6, 3),
        "step_us_per_token": round(stepping / (BATCH * TOKENS) * 1e6, 3),
    }


def best_seconds(work: Callable[[], object], should_stop: Callable[[], bool]) -> float:
    """Return the seconds of the fastest of a few calls of `work`, after one to warm up."""
    best = float("inf")
    for repeat in range(REPEATS + 1):
        if should_stop():
            break
        started = time.perf_counter()
        work()
        if repeat or REPEATS == 0:
            best = min(best, time.perf_counter() - started)
    return best
