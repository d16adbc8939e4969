"""Recommendation: interactions and items go in, a list with its reasons comes out, and rules change it."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Locator, expect

from engine.datasets.demo.catalogue import Shop, generate
from tests.browser.journey import BOTH, JOB_MS, check, keep, read_in_the_other_language, read_results, train, upload
from tests.browser.server import Dashboard
from tests.browser.visitor import WAIT_MS, Visitor

pytestmark = [pytest.mark.browser, pytest.mark.slow]
PAGE = "/recommendation"
USERS = 60
TAKEN = re.compile(r"taken \d+ times|被选用 \d+ 次")
POPULAR = "The same people, shown what is popular instead"
"""The reason of a list that is not personal."""


def written(folder: Path, name: str, shop: Shop) -> tuple[Path, Path]:
    """Write a shop's two files: who did what with which item, and what is said about the items."""
    events, products = folder / f"{name}.csv", folder / f"{name}-items.csv"
    events.write_bytes(shop.interactions_csv())
    products.write_bytes(shop.items_csv())
    return events, products


def add_items(one: Visitor, products: Path) -> None:
    """Give the checked interactions their items file; wait until the check with it is done."""
    one.page.locator('[class*="st-key-items-"] input[type="file"]').set_input_files(products)
    expect(one.keyed("apply-items")).to_be_attached(timeout=JOB_MS)
    one.see("Store the data set", patience_ms=JOB_MS)
    one.settled()


def places(one: Visitor) -> Locator:
    """Return the titles of the list that is recommended; wait until there are some."""
    lines = one.page.get_by_test_id("stMarkdownContainer").locator("ol > li strong")
    expect(lines.first).to_be_visible(timeout=JOB_MS)
    one.settled()
    return lines


def switch(one: Visitor, label: str) -> None:
    """Turn a switch on or off."""
    one.page.get_by_test_id("stCheckbox").filter(has_text=one.says(label)).locator("label").first.click()
    one.settled()


def forbid(one: Visitor, title: str) -> None:
    """Put an item on the list of what is never shown."""
    field = one.keyed("never").locator("input")
    field.click()
    field.press_sequentially(title)
    offered = one.page.get_by_role("option")
    expect(offered.filter(has_not_text=title)).to_have_count(0)
    field.press("ArrowDown")  # a click would miss an option that is drawn anew at that moment
    field.press("Enter")
    expect(one.keyed("never").get_by_text(title)).to_be_visible()
    one.page.keyboard.press("Escape")
    one.settled()


def to_a_list_without_its_first(one: Visitor, shop: Shop, run: str) -> None:
    """Open the list of a run, forbid its first item, and see what everybody gets."""
    one.open(PAGE, step="try", run=run)
    expect(places(one)).to_have_count(10)
    first = places(one).first.inner_text()
    assert first in {product.title for product in shop.products}
    assert one.sideways() == 0
    one.see("Rules of the list").click()
    one.settled()
    forbid(one, first)
    expect(places(one).first).not_to_have_text(first, timeout=WAIT_MS)
    assert first not in places(one).all_inner_texts()
    expect(places(one)).to_have_count(10)
    switch(one, "Personal")
    expect(one.page.get_by_text(TAKEN).first).to_be_visible(timeout=WAIT_MS)
    assert first not in places(one).all_inner_texts()


@pytest.mark.parametrize(("language", "width"), BOTH)
def test_from_interactions_to_a_list_with_rules(
    dashboard: Dashboard, visitor: Callable[..., Visitor], tmp_path: Path, language: str, width: int
) -> None:
    one = visitor(dashboard.url, language=language, width=width)
    name, shop = f"visits-{language}-{width}", generate(width + len(language), USERS)
    events, products = written(tmp_path, name, shop)
    upload(one, PAGE, events)
    assert name in one.text()
    check(one)
    add_items(one, products)
    keep(one)
    card = one.page.url
    assert name in one.text()
    assert one.sideways() == 0

    one.press("Fine-tune on this data")
    run = train(one, "item_item")
    trained = one.page.url
    read_results(one, PAGE, run, POPULAR, name)
    to_a_list_without_its_first(one, shop, run)
    switch(one, "Personal")
    switch(one, "Only what is in stock")
    stock = {product.id: product.title for product in shop.products[:40]}
    field = one.keyed("stock-ids").locator("textarea")
    field.fill("\n".join(stock))
    field.blur()
    one.settled()
    assert set(places(one).all_inner_texts()) <= set(stock.values())
    assert one.sideways() == 0

    read_in_the_other_language(one, card, trained)
    read_results(one, PAGE, run, POPULAR, name)
    to_a_list_without_its_first(one, shop, run)
    assert one.sideways() == 0
