"""How long somebody will wait, as the service reckons it."""

from __future__ import annotations

import pytest

from engine.serving.outlook import MOST, Outlook


def test_long_rows_are_reckoned_longer_and_lanes_share_them() -> None:
    model, outlook = object(), Outlook(lanes=2)
    outlook.came(model, 100)
    outlook.computed(model, 100, seconds=1.0)
    assert outlook.seconds() == 0
    outlook.came(model, 300)
    assert outlook.seconds() == pytest.approx(1.5)
    assert outlook.seconds(model, 100) == pytest.approx(2.0)
    outlook.came(model, -200)  # they were dropped
    assert outlook.seconds() == pytest.approx(0.5)


def test_each_model_has_its_own_pace() -> None:
    quick, slow, outlook = object(), object(), Outlook(lanes=1)
    for model, seconds in ((quick, 0.1), (slow, 10.0)):
        outlook.came(model, 10)
        outlook.computed(model, 10, seconds)
        outlook.came(model, 10)
    assert outlook.seconds() == pytest.approx(10.1)


def test_who_waited_longer_than_expected_makes_it_careful_and_one_mishap_is_forgotten() -> None:
    outlook = Outlook(lanes=1)
    assert outlook.at_most(2.0) == 2.0
    for _ in range(2000):
        outlook.waited(1.0, 1.5)
    steady = outlook.at_most(2.0)
    assert steady == pytest.approx(3.0, rel=0.02)
    outlook.waited(1.0, 20.0)
    assert steady < outlook.at_most(2.0) < 2.0 * MOST
    for _ in range(5000):
        outlook.waited(1.0, 1.0)
    assert outlook.at_most(2.0) == pytest.approx(2.0, rel=0.02)
    for _ in range(100):
        outlook.waited(1.0, 1000.0)
    assert outlook.at_most(2.0) == 2.0 * MOST
