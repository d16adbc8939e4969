"""Costs through a browser: two runs, another load, machine and region, and the figures a hand calculation gives."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.script import choose, pick
from tests.browser.server import Dashboard
from tests.browser.visitor import Visitor

pytestmark = pytest.mark.browser
ALONE = {"day": "flat", "fewest": "1", "headroom": "0", "growth": "0", "scaled": "0", "build": "0", "buy": "0"}
"""Nobody's time, no headroom, the same load all day: what is left is machines, training, and tokens."""
PER_MONTH_S = 730 * 3600


def report(home: Path, run_id: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((home / "runs" / run_id / "attempts" / "1" / "report.json").read_text("utf-8"))
    return found


def trained(home: Path) -> list[str]:
    """Return the runs that classify sentences, oldest first: other tests leave other runs in the same dashboard."""
    specs = [json.loads(path.read_text("utf-8")) for path in sorted((home / "runs").glob("*/spec.json"))]
    kind = ("finetune", "finance_sentiment")
    return [str(spec["run_id"]) for spec in specs if (spec["kind"], spec["scenario"]) == kind]


def training(found: dict[str, Any], vcpus: int, usd_per_hour: float) -> float:
    """Return USD a month of ten trainings: nine planned, a tenth of runs fail."""
    seconds, threads = float(found["seconds"]["train"]), float(found["threads"])
    return 10 * seconds / 3600 * max(1.0, threads / vcpus) * usd_per_hour


def carbon_year(found: dict[str, Any], predictions_month: float) -> float:
    """Return gCO2e of a year of one c7i.2xlarge in Sweden: 8 vCPUs of 0.74 to 3.5 W, 16 GB of 0.392 W."""
    mean_s = 1 / float(found["variants"][found["served"]]["throughput_by_batch"]["1"])
    busy = predictions_month / PER_MONTH_S * mean_s * float(found["threads"]) / 8
    watts = 8 * (0.74 + busy * (3.5 - 0.74)) + 16 * 0.392
    return watts * 8760 / 1000 * 40.695 * 1.14


def test_the_figures_are_those_of_a_hand(dashboard: Dashboard, visitor: Callable[..., Visitor]) -> None:
    runs = trained(dashboard.home)
    first, second = runs[-1], runs[0]
    one = visitor(dashboard.url)
    query = {"n": "1000000", "p95": "2000", "retrain": "9", "tries": "0", "failed": "10"}
    one.open("/costs", **ALONE, **query, text="30", prompt="60", answer="5", hosted="gpt-5.4-nano")
    choose(one, first[-4:], "Run")
    choose(one, second[-4:], "Beside")
    # A million a month is 0.38 a second: one machine. 1,000 × (90 × 0.2 + 5 × 1.25 USD a million tokens) bought.
    month = 730 * 0.17 + training(report(dashboard.home, first), 4, 0.17)
    expect(one.page.get_by_test_id("stMetricValue").nth(0)).to_have_text(f"${month:.2f}")
    expect(one.page.get_by_test_id("stMetricValue").nth(1)).to_have_text("$24.25")
    other = 730 * 0.17 + training(report(dashboard.home, second), 4, 0.17)
    assert f"${other:.2f}" in one.text()
    choose(one, "AWS c7i.2xlarge · ap-northeast-1", "Machine to rent")
    month = 730 * 0.4494 + training(report(dashboard.home, first), 8, 0.4494)
    expect(one.page.get_by_test_id("stMetricValue").nth(0)).to_have_text(f"${month:.2f}")
    one.see("What moved")
    choose(one, "AWS eu-north-1", "Electricity of")
    one.page.wait_for_url("**region=aws*eu-north-1**")
    assert f"{carbon_year(report(dashboard.home, first), 1e6) / 1000:.2f} kgCO₂e (" in one.text()
    slider = one.page.get_by_role("slider", name="Predictions a month")
    slider.press("ArrowRight")
    one.settled()
    expect(one.page.get_by_test_id("stMetricValue").nth(1)).to_have_text("$48.50")
    assert "2,000,000 predictions a month" in one.text()
    assert f"{carbon_year(report(dashboard.home, first), 2e6) / 1000:.2f} kgCO₂e (" in one.text()
    assert one.sideways() == 0
    again = visitor(dashboard.url)
    again.page.goto(one.page.url)
    again.settled()
    expect(again.page.get_by_test_id("stMetricValue").nth(1)).to_have_text("$48.50")


def test_quick_hands_lose_nothing(dashboard: Dashboard, visitor: Callable[..., Visitor]) -> None:
    """A choice that is made while the page still answers the one before is no reason to take that one back."""
    one = visitor(dashboard.url).open("/costs")
    machines, regions = ("c7i.2xlarge · ap-northeast-1", "c6i.xlarge · us-east-1"), ("eu-north-1", "us-east-1")
    for machine, region in zip(machines * 2, regions * 2, strict=True):
        pick(one, f"AWS {machine}", "Machine to rent")
        pick(one, f"AWS {region}", "Electricity of")
        one.settled()
        expect(one.page.get_by_role("combobox", name="Machine to rent")).to_have_value(re.compile(machine))
        expect(one.page.get_by_role("combobox", name="Electricity of")).to_have_value(re.compile(region))
