"""The peak of this machine: a rate that larger products do not leave far behind."""

from __future__ import annotations

from engine.training.device import Device, choose_device
from engine.training.peak import measured_peak


def test_the_peak_is_a_rate_of_the_precision_that_was_trained_in() -> None:
    found = measured_peak(Device("cpu", bf16=False), side=256)
    assert found.precision == "fp32"
    assert 1e8 < found.flops_per_s < 1e15
    device = choose_device("auto")
    assert measured_peak(device, side=256).to_json()["precision"] == ("bf16" if device.bf16 else "fp32")
