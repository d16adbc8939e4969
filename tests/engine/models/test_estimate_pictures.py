from __future__ import annotations

from typing import Any

import pytest

from engine.datasets.images.card import ImageCard
from engine.errors import BadInput
from engine.models.estimate import ADAPTER_SHARE, FIXED_S
from engine.models.estimate_pictures import estimate_pictures

MEASURED: dict[str, Any] = {
    "load_seconds": 0.5,
    "size": 128,
    "view_us": 100.0,
    "forward_us": [1000.0, 500.0, 500.0],
    "step_us": [5000.0, 2000.0, 1000.0],
    "measured_at": "2026-11-27T00:00:00Z",
}


def card(train: int = 400, validation: int = 60) -> ImageCard:
    parts = {"train": {"sick": train // 2, "well": train - train // 2}, "validation": {"sick": validation}}
    return ImageCard(rows_read=500, rows_used=500, classes={"sick": 250, "well": 250}, problems=(), licence="",
                     commercial_use=None, synthetic=True, parts=parts)  # fmt: skip


def seconds(recipe: str, pictures: ImageCard | None = None, **options: Any) -> float:
    return estimate_pictures(pictures or card(), recipe, options, MEASURED).seconds


def test_fast_runs_the_frozen_blocks_once_a_view_and_the_others_once_a_pass() -> None:
    once = 100e-6 * 4 * 400 + 1000e-6 * (5 * 400 + 60)
    a_pass = 3000e-6 * 400 + 1000e-6 * 60
    options: dict[str, Any] = {"views": 4, "epochs": 3, "trained_blocks": 2}
    assert seconds("fast", members=1, **options) == pytest.approx(FIXED_S + 0.5 + once + 3 * a_pass)
    assert seconds("fast", members=2, **options) == pytest.approx(FIXED_S + 0.5 + once + 2 * 3 * a_pass)


def test_full_steps_through_every_block_and_adapters_take_a_share_of_that() -> None:
    a_pass = 8100e-6 * 400 + 2000e-6 * 60
    assert seconds("full", epochs=2) == pytest.approx(FIXED_S + 0.5 + 2 * a_pass)
    adapted = (100e-6 + ADAPTER_SHARE * 8000e-6) * 400 + 2000e-6 * 60
    assert seconds("lora", epochs=2) == pytest.approx(FIXED_S + 0.5 + 2 * adapted)


def test_twice_the_side_is_four_times_the_work() -> None:
    small, large = (seconds("full", size=size, epochs=2) - FIXED_S - 0.5 for size in (128, 256))
    assert large == pytest.approx(4 * small)


def test_many_pictures_are_shown_less_often() -> None:
    shown = 20_000  # the budget: 10 times as many pictures take 5 passes of 15, and 5 views of 16
    assert seconds("fast", card(4000, 600), budget=shown) < 4 * seconds("fast", budget=shown)


def test_nothing_is_said_without_a_measurement() -> None:
    with pytest.raises(BadInput, match="never timed"):
        estimate_pictures(card(), "fast", {}, None)
