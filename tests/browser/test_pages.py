"""Every page, in both languages, wide and narrow, light and dark: it draws, it fits, it says nothing it should not."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.server import Dashboard
from tests.browser.visitor import Visitor

pytestmark = pytest.mark.browser
ADDRESSES = {
    "/": {},
    "/finance_sentiment": {"step": "try"},
    "/finance_sentiment ": {"step": "data"},
    "/finance_sentiment  ": {"step": "finetune"},
    "/finance_sentiment   ": {"step": "results"},
    "/compare": {},
    "/costs": {},
    "/business": {},
    "/readiness": {},
    "/decide": {},
    "/serving": {},
    "/jobs": {},
    "/settings": {},
}
"""Every view; blanks only tell the steps of one page apart."""
CHINESE = re.compile(r"[\u4e00-\u9fff]")
SENTENCE = re.compile(r"(?:\b[A-Za-z]{2,}\b[ ,]+){5,}")
"""Five English words in a row: what a Chinese page may hold only where data or a command says it."""


@pytest.mark.parametrize("width", [1400, 390])
@pytest.mark.parametrize("language", ["en", "zh_CN"])
def test_every_page_draws_and_fits(
    dashboard: Dashboard, visitor: Callable[..., Visitor], language: str, width: int
) -> None:
    one = visitor(dashboard.url, language=language, width=width)
    for path, query in ADDRESSES.items():
        if "step" in query:
            continue  # the journeys read the steps of every scenario in both languages at both widths
        one.open(path.strip(), **query)
        expect(one.page.get_by_role("heading", level=1).first).to_be_visible()
        assert one.sideways() == 0, f"{path} is wider than {width} px by {one.sideways()}"
        assert bool(CHINESE.search(one.text())) or language == "en"


def test_every_page_draws_in_the_dark(dashboard: Dashboard, visitor: Callable[..., Visitor]) -> None:
    one = visitor(dashboard.url, dark=True)
    for path, query in ADDRESSES.items():
        one.open(path.strip(), **query)
        background = one.page.get_by_test_id("stApp").evaluate("e => getComputedStyle(e).backgroundColor")
        assert max(int(n) for n in re.findall(r"\d+", background)[:3]) < 80, f"{path} is {background}"


def test_the_language_stays_in_the_address(dashboard: Dashboard, visitor: Callable[..., Visitor]) -> None:
    one = visitor(dashboard.url).open("/compare")
    one.page.get_by_text("简体中文").locator("visible=true").first.click()
    one.page.wait_for_url(re.compile("lang=zh_CN"))
    one.settled()
    again = visitor(dashboard.url, language="zh_CN")
    again.page.goto(one.page.url)
    again.settled()
    assert (
        again.page.get_by_role("heading", level=1).inner_text() == one.page.get_by_role("heading", level=1).inner_text()
    )


def test_the_machine_to_rent_is_the_same_on_the_next_page(
    dashboard: Dashboard, visitor: Callable[..., Visitor]
) -> None:
    """However quickly somebody walks on: a price for another machine would be a wrong price."""
    one = visitor(dashboard.url).open("/")
    machine = one.page.get_by_role("combobox", name="Machine to rent")
    for _ in range(4):
        one.press("Overview").press("See the results")
        expect(machine).to_have_value(re.compile("c6i.xlarge"))
        one.press("Compare")
        expect(one.page.get_by_role("heading", level=1)).to_have_text("Which option is worth its cost?")
        expect(machine).to_have_value(re.compile("c6i.xlarge"))


def test_no_address_shows_a_fault(dashboard: Dashboard, visitor: Callable[..., Visitor]) -> None:
    """Addresses that nobody made: they show a page in words."""
    one = visitor(dashboard.url)
    for path, query in {
        "/finance_sentiment": {"step": "nonsense"},
        "/finance_sentiment ": {"step": "results", "run": "01AAAAAAAAAAAAAAAAAAAAAAAA"},
        "/compare": {"x": "<script>", "y": "🙂"},
        "/jobs": {"job": "../../etc"},
    }.items():
        one.open(path.strip(), **query)
        expect(one.page.get_by_role("heading", level=1).first).to_be_visible()


def test_an_empty_workspace_says_what_will_be_there(
    empty_dashboard: Dashboard, visitor: Callable[..., Visitor]
) -> None:
    """In Chinese; the tests of pages without a browser read them in English too."""
    one = visitor(empty_dashboard.url, language="zh_CN")
    for path, query in ADDRESSES.items():
        one.open(path.strip(), **query)
        expect(one.page.get_by_role("heading", level=1).first).to_be_visible()
