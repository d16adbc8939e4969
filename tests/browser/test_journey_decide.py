"""From two measured runs to a plan that opens from its link, and to a report that was downloaded."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect
from pptx import Presentation
from pypdf import PdfReader

from tests.browser.journey import BOTH
from tests.browser.server import Dashboard
from tests.browser.visitor import Visitor

pytestmark = pytest.mark.browser


def figures(one: Visitor) -> list[str]:
    """Return the figures a page shows large."""
    expect(one.page.get_by_test_id("stMetricValue").first).to_be_visible()
    return one.page.get_by_test_id("stMetricValue").all_inner_texts()


def bare(text: str) -> str:
    """Return a text without its spaces: a format may break a line where it likes."""
    return "".join(text.split())


def downloaded(one: Visitor, suffix: str, folder: Path) -> Path:
    """Return the report of one format as the browser saved it."""
    with one.page.expect_download() as started:
        one.keyed(f"report{suffix.replace('.', '-')}").get_by_role("button").click()
    path = folder / f"report{suffix}"
    started.value.save_as(path)
    return path


@pytest.mark.parametrize(("language", "width"), BOTH)
def test_a_plan_opens_from_its_link_with_the_same_figures(
    dashboard: Dashboard, visitor: Callable[..., Visitor], language: str, width: int
) -> None:
    one = visitor(dashboard.url, language=language, width=width)
    one.open("/business")
    before = figures(one)
    slider = one.page.get_by_role("slider").first
    slider.press("ArrowRight")
    one.settled()
    expect(one.page.get_by_test_id("stMetricValue").nth(1)).not_to_have_text(before[1])
    one.settled()
    again = visitor(dashboard.url, language=language, width=width)
    again.page.goto(one.page.url)
    again.settled()
    assert figures(again) == figures(one) != before
    assert one.sideways() == 0


@pytest.mark.parametrize(("language", "width"), BOTH)
def test_two_runs_become_a_report(
    dashboard: Dashboard, visitor: Callable[..., Visitor], tmp_path: Path, language: str, width: int
) -> None:
    one = visitor(dashboard.url, language=language, width=width)
    one.open("/decide", case="base")
    quality, even = (figures(one)[place] for place in (0, 4))
    page = downloaded(one, ".html", tmp_path).read_text("utf-8")
    paper = "".join(sheet.extract_text() for sheet in PdfReader(downloaded(one, ".pdf", tmp_path)).pages)
    slides = Presentation(str(downloaded(one, ".pptx", tmp_path))).slides
    said = "\n".join(shape.text_frame.text for slide in slides for shape in slide.shapes if shape.has_text_frame)
    tables = [shape.table for slide in slides for shape in slide.shapes if shape.has_table]
    said += "\n".join(cell.text for table in tables for row in table.rows for cell in row.cells)
    for told in (page, paper, said):
        assert quality in told
        assert bare(even) in bare(told), "the month in which the business case breaks even"
    assert one.sideways() == 0
