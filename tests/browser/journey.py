"""The steps every scenario's journey takes: a file goes in, it is checked and stored, a recipe is trained on it."""

from __future__ import annotations

import re
from pathlib import Path

from playwright.sync_api import expect

from tests.browser.visitor import Visitor

JOB_MS = 120_000
"""For a job of seconds on a machine that is busy."""


def upload(one: Visitor, page: str, path: Path) -> None:
    """Give the scenario's page, such as "/finance_sentiment", a file and wait until its preview is there."""
    one.open(page, step="data")
    one.page.locator('input[type="file"]').first.set_input_files(path)
    one.page.wait_for_url(re.compile("raw=|check="))
    one.settled()


def store(one: Visitor, *, doubles: bool = False) -> None:
    """Check the file that is previewed and store it; where it has `doubles`, take the first remedy for them."""
    check(one)
    if doubles:
        one.press("Keep one of each")
        one.see("Undo", patience_ms=JOB_MS)
    keep(one)


BOTH = (("en", 1400), ("zh_CN", 390))
"""Language and width in pixels: both of each, in two walks."""
OTHER = {"en": "zh_CN", "zh_CN": "en"}


def read_results(one: Visitor, page: str, run: str, sentence: str, name: str) -> None:
    """Open the results of a run on the data `name`, and see `sentence` there."""
    one.open(page, step="results", run=run)
    one.see(sentence)
    assert name in one.text()
    assert one.sideways() == 0


def read_in_the_other_language(one: Visitor, card: str, trained: str) -> None:
    """Go on in the other language: after two walks every language was read at every width.

    `card` and `trained` are the addresses of the stored data and of the run that ended.
    """
    one.language = OTHER[one.language]
    for address, sentence in ((card, "Fine-tune on this data"), (trained, "A new run")):
        one.page.goto(re.sub(r"lang=\w+", f"lang={one.language}", address))
        one.settled()
        one.see(sentence)
        assert one.sideways() == 0


def check(one: Visitor, button: str = "Check the data") -> None:
    """Check the file that is previewed, with the button called so; wait until its card is there."""
    one.press(button)
    one.see("Store the data set", patience_ms=JOB_MS)
    one.settled()


def keep(one: Visitor) -> None:
    """Store what was checked."""
    one.press("Store the data set")
    one.see("Fine-tune on this data", patience_ms=JOB_MS)
    one.settled()


def train(one: Visitor, recipe: str) -> str:
    """Choose a recipe and start it; wait until it has ended, and return the run's id."""
    one.keyed(f"choose-{recipe}").get_by_role("button").click()
    one.page.wait_for_url(re.compile(f"recipe={recipe}(&|$)"))
    one.settled()
    one.keyed("start").get_by_role("button").click()
    one.see("Cancel")
    expect(one.page.locator('[class*="st-key-cancel-"]')).to_have_count(0, timeout=JOB_MS)
    one.settled()
    return one.page.url.partition("job=")[2][:26]
