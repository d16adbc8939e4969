"""Slides and pictures of the report: nothing leaves a slide or covers another thing, and names have room."""

from __future__ import annotations

import io
from itertools import combinations
from typing import Any

import pytest
from pptx import Presentation

from engine.reports.stakeholder.axis import across, sides, upwards
from engine.reports.stakeholder.document import (
    Bars,
    Bullets,
    Document,
    Labels,
    Paragraph,
    Point,
    Points,
    Section,
    Series,
    Stat,
    Stats,
    Table,
)
from engine.reports.stakeholder.measure import column_widths, lines
from engine.reports.stakeholder.slides import to_pptx

ENGLISH, CHINESE = "Bag of words · 45SC on aws/us-east-1/c6i.xlarge", "词袋 · 45SC，机型 aws/us-east-1/c6i.xlarge"
HEAD = ("Option", "Macro-F1, test part", "Macro-F1, validation part", "Cost per 1,000 predictions", "Latency p95",
        "Carbon per 1,000 predictions", "Cost a month, all in", "Break-even", "Months of cash", "Score")  # fmt: skip
CELLS = ("0.692", "0.753", "$0.0000024", "0.16 ms", "0.000038 gCO₂e", "$4,329", "month 55", "60 months", "beaten")


def points(*at: tuple[float, float], name: str = ENGLISH) -> Points:
    made = (Point(name, x, y, y - 0.05, y + 0.05, "", "", lead=i == 0, front=i == 0) for i, (x, y) in enumerate(at))
    return Points("Quality against cost", "Cost per 1,000 predictions (US$)", "Macro-F1", tuple(made))


def report(name: str, options: int) -> Document:
    """Return a report with everything a report may have."""
    stats = tuple(Stat("Carbon per 1,000 predictions", "0.000038 gCO₂e", "projected", "0.1 to 0.2") for _ in range(8))
    values = tuple(float(n) for n in range(options))
    bars = Bars("Wins", "Wins of 100", tuple(f"{name} {n}" for n in range(options)),
                tuple(Series(s, values, tuple(map(str, values))) for s in ("One", "Two")))  # fmt: skip
    picture = points(*((10.0**-n, 0.7 + n / 100) for n in range(options)), name=name)
    sections = (
        ("What to do", (Stats(stats),)),
        ("Why", (Bullets((name * 4,) * options), bars)),
        ("The options", (Table("Options", HEAD, ((name, *CELLS),) * options), picture)),
        ("What would change it", (Bullets((name,) * 3),)),
        ("Left out", (Table("", ("Option", "Why"), ((name, name * 5),) * options),)),
        ("Assumptions", (Table("Assumed", ("Assumption", "Value"), (("Predictions", "1,000"),) * 70), Paragraph(name))),
    )  # fmt: skip
    return Document("en", "Decision", "Breakeven", "2026", name, "http://127.0.0.1/decide",
                    tuple(Section(*s) for s in sections), Labels("Back"), ("Generated.", "Not for sale."))  # fmt: skip


@pytest.mark.parametrize("name", [ENGLISH, CHINESE])
@pytest.mark.parametrize("options", [1, 20])
def test_nothing_leaves_a_slide_or_covers_another_thing(name: str, options: int) -> None:
    deck = Presentation(io.BytesIO(to_pptx(report(name, options))))
    for slide in deck.slides:
        shapes = [s for s in slide.shapes if not s.has_text_frame or s.text_frame.text]
        for shape in shapes:
            assert shape.left >= 0
            assert shape.left + shape.width <= deck.slide_width
            assert shape.top + shape.height <= deck.slide_height
        drawn = [s for s in shapes if s.has_table or s.has_chart]
        for one, other in combinations([*drawn, *(s for s in shapes if s.has_text_frame)], 2):
            if one in drawn:
                assert _apart(one, other), (slide.slide_id, one.name, other.name)


def _apart(one: Any, other: Any) -> bool:
    """Return whether two shapes share no place; boxes of text have a margin within."""
    slack = 50_000
    return bool(
        one.left + one.width <= other.left + slack
        or other.left + other.width <= one.left + slack
        or one.top + one.height <= other.top + slack
        or other.top + other.height <= one.top + slack
    )


def test_short_sections_of_words_share_a_slide() -> None:
    deck = Presentation(io.BytesIO(to_pptx(report(ENGLISH, 1))))
    words = ["\n".join(s.text_frame.text for s in slide.shapes if s.has_text_frame) for slide in deck.slides]
    assert any("What would change it" in w and "Left out" in w for w in words)
    assert len(words) < 10


def test_amounts_that_spread_widely_stand_on_decades_written_without_powers() -> None:
    axis = across(points((2.4e-6, 0.7), (0.0024, 0.8)))
    assert axis.logarithmic
    assert axis.written == ("0.000001", "0.00001", "0.0001", "0.001", "0.01")
    assert axis.place(0.0001) == pytest.approx(0.5)


@pytest.mark.parametrize("at", [((1.0, 0.5),), ((0.0, 0.0), (0.0, 0.0)), ((-3.0, 0.2), (1e6, 0.9))])
def test_every_point_and_its_interval_lie_within_the_picture(at: tuple[tuple[float, float], ...]) -> None:
    block = points(*at)
    x, y = across(block), upwards(block)
    for p in block.points:
        assert 0 <= x.place(p.x) <= 1
        assert all(-1e-9 <= y.place(v) <= 1 + 1e-9 for v in (p.y, p.y_low, p.y_high))


def test_the_chosen_option_has_its_name_and_no_name_covers_another() -> None:
    crowd = points((1.0, 0.70), (1.01, 0.70), (1.02, 0.70), (5.0, 0.9))
    assert sides(crowd, 425, 181, 7.5) == ("right", "", "", "left")


def test_a_column_is_as_wide_as_its_longest_figure() -> None:
    widths = column_widths(Table("", HEAD, ((ENGLISH, *CELLS),)), 11.9, 9.5, 0.07)
    assert sum(widths) == pytest.approx(11.9)
    for cell, width in zip(CELLS, widths[1:], strict=True):
        assert lines(cell, 9.5, width - 0.14) == 1, cell
