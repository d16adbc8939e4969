from __future__ import annotations

from engine.config import Settings
from engine.models.catalog import LocalBackbone
from engine.models.estimate import measurement
from engine.training.calibrate import calibrate
from engine.training.images.body import load_body


def test_every_block_is_timed_forward_and_in_a_step(network: LocalBackbone, settings: Settings) -> None:
    found = calibrate(network, settings)
    assert found == measurement(settings, network.slug)
    blocks = len(load_body(network).units)
    assert len(found["forward_us"]) == len(found["step_us"]) == blocks
    assert 0 < sum(found["forward_us"]) < sum(found["step_us"])
    assert min(found["forward_us"] + found["step_us"]) > 0
