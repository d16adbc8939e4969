"""Buying, measured, through a browser: the rows go out, answers come in, stand on the chart, and are deleted."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from playwright.sync_api import expect

from tests.browser.server import Dashboard
from tests.browser.visitor import Visitor

pytestmark = pytest.mark.browser


def unfolded(one: Visitor) -> None:
    """Open the part of the page where answers come in."""
    one.keyed("bought").locator("summary").click()
    one.see("2. Bring in the answers")


@pytest.mark.parametrize(("width", "language"), [(1400, "en"), (390, "zh_CN")])
def test_a_vendor_is_measured_on_the_rows_that_were_sent(
    dashboard: Dashboard, visitor: Callable[..., Visitor], tmp_path: Path, width: int, language: str
) -> None:
    one = visitor(dashboard.url, width=width, language=language)
    one.open("/compare")
    unfolded(one)
    with one.page.expect_download() as started:
        one.press("Download the rows to send")
    sent = pd.read_csv(started.value.path())
    assert list(sent.columns) == ["row", "text"]
    answers = tmp_path / "vendor.csv"
    given = one.keyed("bought").locator("input[type=file]")
    sent[["row"]].assign(label="great").to_csv(answers, index=False)
    given.set_input_files(answers)
    expect(one.page.get_by_test_id("stAlert").filter(has_text="great")).to_be_visible()
    before = sorted(path.name for path in (dashboard.home / "runs").iterdir())
    sent[["row"]].assign(label="neutral", usd=0.0004, latency_ms=250).to_csv(answers, index=False)
    one.open("/compare")  # a fresh field for the mended file
    unfolded(one)
    given.set_input_files(answers)
    one.see("Store and compare")
    one.press("Store and compare")
    one.settled()
    chart = one.page.locator(".js-plotly-plot").first
    expect(chart).to_contain_text(one.says("Bought"))
    assert one.sideways() == 0
    assert len(list((dashboard.home / "runs").iterdir())) == len(before) + 1
    one.press("Delete")
    one.press("Delete for good")
    expect(chart).not_to_contain_text(one.says("Bought"))
    assert sorted(path.name for path in (dashboard.home / "runs").iterdir()) == before
