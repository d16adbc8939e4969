from __future__ import annotations

import json

import pytest

from engine.models.estimate import UNSURE
from engine.models.estimate_before import in_proportion
from engine.models.recipes import find_recipe

SEQUENCE = find_recipe("ranking", "sequence")


def before(**options: int) -> dict[str, object]:
    return {"train_seconds": 60.0, "train_rows": 1000, "options": json.dumps(options), "finished_at": "2026-11-27"}


def test_more_interactions_take_between_as_long_and_in_proportion() -> None:
    found = in_proportion(SEQUENCE, {}, 4000, before())
    assert found.seconds == pytest.approx(240)
    assert found.low == pytest.approx(60 * UNSURE[0])
    assert found.high == pytest.approx(240 * UNSURE[1])


def test_fewer_interactions_take_no_longer_than_before() -> None:
    found = in_proportion(SEQUENCE, {}, 500, before())
    assert found.seconds == pytest.approx(30)
    assert found.high == pytest.approx(60 * UNSURE[1])


def test_passes_count_in_proportion_and_recipes_without_passes_have_one() -> None:
    assert in_proportion(SEQUENCE, {"epochs": 20}, 1000, before(epochs=10)).seconds == pytest.approx(120)
    assert in_proportion(find_recipe("ranking", "blend"), {}, 1000, before()).seconds == pytest.approx(60)
