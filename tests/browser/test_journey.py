"""The main job: a file goes in, a model comes out, and it answers. In both languages, wide and narrow."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from engine.datasets.demo.generator import as_csv, generate
from tests.browser.journey import BOTH, JOB_MS, read_in_the_other_language, read_results, store, train, upload
from tests.browser.server import Dashboard
from tests.browser.visitor import Visitor

pytestmark = pytest.mark.browser
PAGE = "/finance_sentiment"


def sentences(path: Path, seed: int, rows: int = 240) -> Path:
    """Write a CSV as people have it: sentences with labels, one of them twice, one with an address to mask."""
    found = generate(seed, rows)
    found += [found[0], ("Ask maria.virtanen@example.com, sales fell sharply in spring.", "negative")]
    path.write_bytes(as_csv(found))
    return path


def to_an_answer(one: Visitor, name: str, run: str) -> None:
    """Open the results of a run, then ask its model."""
    read_results(one, PAGE, run, "What it says, against the truth", name)
    one.open(PAGE, step="try", run=run)
    one.see("The words that moved the answer")
    field = one.page.get_by_role("textbox", name=one.says("Sentences, one a line"))
    field.fill("Operating profit fell to EUR 2 mn.\nSales rose by 12 %.")
    field.blur()
    one.settled()
    expect(one.page.get_by_test_id("stDataFrame").first).to_be_visible()
    assert one.sideways() == 0


@pytest.mark.slow
@pytest.mark.parametrize(("language", "width"), BOTH)
def test_from_a_file_to_an_answer(
    dashboard: Dashboard, visitor: Callable[..., Visitor], tmp_path: Path, language: str, width: int
) -> None:
    one = visitor(dashboard.url, language=language, width=width)
    name = f"news-{language}-{width}"
    upload(one, PAGE, sentences(tmp_path / f"{name}.csv", seed=width + len(language)))
    assert name in one.text()
    store(one, doubles=True)
    assert one.sideways() == 0
    assert "maria.virtanen@example.com" not in one.text()
    card = one.page.url
    one.press("Fine-tune on this data")
    run = train(one, "baseline")
    trained = one.page.url
    to_an_answer(one, name, run)
    read_in_the_other_language(one, card, trained)
    to_an_answer(one, name, run)


@pytest.mark.slow
def test_the_same_file_again_is_there_at_once(
    dashboard: Dashboard, visitor: Callable[..., Visitor], tmp_path: Path
) -> None:
    path = sentences(tmp_path / "twice.csv", seed=99)
    one = visitor(dashboard.url)
    upload(one, PAGE, path)
    first = one.page.url
    upload(one, PAGE, path)
    assert one.page.url == first


HOSTILE = {
    "one-class.csv": b"text,label\n" + b"".join(b"Sales rose by %d.,positive\n" % n for n in range(40)),
    "nul.csv": b"text,label\nSales\x00 rose,positive\n",
    "empty.csv": b"",
    "cut.parquet": b"PAR1\x15\x04\x15\x10",
    "picture.csv": b"\x89PNG\r\n\x1a\n" + bytes(range(256)),
    "header-only.csv": b"text,label\n",
}


@pytest.mark.slow
@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_one_sentence_and_the_dashboard_goes_on(
    dashboard: Dashboard, visitor: Callable[..., Visitor], tmp_path: Path, name: str
) -> None:
    (tmp_path / name).write_bytes(HOSTILE[name])
    one = visitor(dashboard.url, language="zh_CN" if name.startswith("o") else "en")
    upload_anything(one, tmp_path / name)
    check = one.page.get_by_role("button", name=one.says("Check the data"))
    if check.count() and check.is_enabled():
        one.press("Check the data")
        expect(one.page.locator('[class*="st-key-cancel-"]')).to_have_count(0, timeout=JOB_MS)
        one.settled()
        stored = one.page.get_by_role("button", name=one.says("Store the data set"))
        assert not stored.count() or stored.is_disabled()
    else:
        expect(one.page.get_by_role("alert").first).to_be_visible()
    one.open("/")
    expect(one.page.get_by_role("heading", level=1).first).to_be_visible()


def upload_anything(one: Visitor, path: Path) -> None:
    """Give the page a file and wait until it has said something about it: a preview, or why there is none."""
    one.open(PAGE, step="data")
    one.page.locator('input[type="file"]').first.set_input_files(path)
    said = one.page.get_by_role("alert").or_(one.page.get_by_role("button", name=one.says("Check the data")))
    expect(said.first).to_be_visible(timeout=60_000)
    one.settled()
