"""Jobs as a person sees them: they go on when the page does not, and they stop when told."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Position, expect

from engine.config import Settings
from engine.jobs.queue import cancel, submit_finetune
from engine.jobs.runs import RunFolder, all_runs
from tests.browser.server import Dashboard
from tests.browser.visitor import Visitor

pytestmark = [pytest.mark.browser, pytest.mark.slow]
JOB_MS = 120_000
FIRST_BOX: Position = {"x": 16, "y": 52}
"""Where the first row of a table is ticked; a table is drawn as one picture."""


@pytest.fixture
def long_run(dashboard: Dashboard) -> Iterator[RunFolder]:
    """A run that will not end by itself while a test looks at it."""
    settings = Settings(home=dashboard.home, offline=True)
    options = {"epochs": 200, "patience": 200, "trained_layers": 6}
    run = submit_finetune(settings, "finance_sentiment", None, "fast", options)
    yield run
    cancel(run)
    Path(run.folder / "control").mkdir(exist_ok=True)


def test_reloading_and_leaving_change_nothing(
    dashboard: Dashboard, visitor: Callable[..., Visitor], long_run: RunFolder
) -> None:
    one = visitor(dashboard.url).open("/finance_sentiment", step="finetune")
    one.see("Cancel", patience_ms=JOB_MS)
    expect(one.page.get_by_role("progressbar").first).to_be_visible()
    one.page.reload()
    one.settled()
    one.see("Cancel")
    one.page.context.close()
    another = visitor(dashboard.url, language="zh_CN", width=390).open("/jobs")
    another.see("Cancel")
    assert long_run.state == "running"
    assert len(long_run.attempts()) == 1


def test_cancel_stops_a_run_and_says_so(
    dashboard: Dashboard, visitor: Callable[..., Visitor], long_run: RunFolder
) -> None:
    one = visitor(dashboard.url).open("/jobs")
    button = one.keyed(f"cancel-{long_run.run_id}").get_by_role("button")
    expect(button).to_be_visible(timeout=JOB_MS)
    button.click()
    expect(one.page.locator(f".st-key-cancel-{long_run.run_id}")).to_have_count(0, timeout=JOB_MS)
    one.settled()
    assert long_run.state == "cancelled"
    one.page.get_by_test_id("stDataFrame").locator(".dvn-scroller").first.click(position=FIRST_BOX)
    expect(one.page.get_by_text(f"Run {long_run.run_id} was cancelled.").first).to_be_visible()
    assert long_run.published is None
    assert sum(run.state == "running" for run in all_runs(long_run.folder.parent)) == 0


def test_a_link_reproduces_the_view(dashboard: Dashboard, visitor: Callable[..., Visitor]) -> None:
    """An address copied from one person shows another the same run, step and language."""
    runs = [run.run_id for run in all_runs(Settings(home=dashboard.home).workspace.runs) if run.state == "finished"]
    one = visitor(dashboard.url, language="zh_CN").open("/finance_sentiment", step="results", run=runs[0])
    another = visitor(dashboard.url, language="en")
    another.page.goto(one.page.url)
    another.settled()
    for heading in ("h1", "h2", "h3"):
        texts = [v.page.locator(heading).all_inner_texts() for v in (one, another)]
        assert texts[0] == texts[1]
