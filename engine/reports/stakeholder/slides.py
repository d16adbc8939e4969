"""The report as slides: native charts and tables that can be edited in PowerPoint, Keynote or LibreOffice.

Blocks of a section flow down a slide; what has no room left begins the next one.
"""

from __future__ import annotations

import io
import math
from typing import Any

from engine.reports.stakeholder import look, slide_charts, slide_tables
from engine.reports.stakeholder.document import (
    Bars,
    Block,
    Bullets,
    Document,
    Paragraph,
    Points,
    Section,
    Stat,
    Stats,
    Table,
)
from engine.reports.stakeholder.measure import POINTS_AN_INCH, fitting, lines
from engine.reports.stakeholder.slide_text import HANGING_IN, Box, bar, text

WIDTH_IN, HEIGHT_IN = 13.333, 7.5
LEFT_IN, TOP_IN, WIDE_IN, BOTTOM_IN = 0.7, 1.35, 11.9, 6.85
BODY_PT, CAPTION_PT, HEADING_PT, TITLE_PT = 16, 14, 20, 26
CAPTION_IN, HEADING_IN, GAP_IN = 0.42, 0.55, 0.22
STAT_IN = 1.6
BLANK = 6
"""The place of the empty layout in python-pptx's own template."""


def to_pptx(document: Document) -> bytes:
    """Return the report as a presentation."""
    from pptx import Presentation
    from pptx.util import Inches

    deck = Presentation()
    deck.slide_width, deck.slide_height = Inches(WIDTH_IN), Inches(HEIGHT_IN)
    deck.core_properties.title, deck.core_properties.author = document.title, "Breakeven"
    slides = _Slides(deck, document)
    slides.cover()
    for section in document.sections:
        slides.section(section)
    file = io.BytesIO()
    deck.save(file)
    return file.getvalue()


class _Slides:
    """Draws one document into one presentation."""

    def __init__(self, deck: Any, document: Document) -> None:
        self.deck, self.document = deck, document
        self.number = 0
        self.heading = ""
        self.slide: Any = None
        self.top = BOTTOM_IN
        """How far down the slide is full, in inches."""

    def page(self, title: str) -> Any:
        """Begin a slide with its title and the footer; return it."""
        self.slide = self.deck.slides.add_slide(self.deck.slide_layouts[BLANK])
        self.number += 1
        bar(self.slide, Box(0, 0, WIDTH_IN, 0.12))
        text(self.slide, Box(LEFT_IN, 0.45, WIDE_IN, 0.7), title, fitting(title, TITLE_PT, WIDE_IN), bold=True)
        text(self.slide, Box(LEFT_IN, 7.0, 9.5, 0.35), self.document.title, 10, color=look.SOFT)
        text(self.slide, Box(11.6, 7.0, 1, 0.35), str(self.number), 10, color=look.SOFT, right=True)
        self.top = TOP_IN
        return self.slide

    def cover(self) -> None:
        doc, slide = self.document, self.page(self.document.title)
        text(slide, Box(LEFT_IN, 1.1, WIDE_IN, 0.4), f"{doc.subtitle} · {doc.date}", CAPTION_PT, color=look.SOFT)
        text(slide, Box(LEFT_IN, 1.9, WIDE_IN, 2.2), doc.headline, TITLE_PT, color=look.ACCENT)
        for place, note in enumerate(doc.notes):
            top = 4.2 + 0.75 * place
            bar(slide, Box(LEFT_IN, top, WIDE_IN, 0.6), look.NOTE)
            bar(slide, Box(LEFT_IN, top, 0.06, 0.6), look.WARNING)
            text(slide, Box(LEFT_IN + 0.15, top + 0.12, WIDE_IN - 0.3, 0.4), note, CAPTION_PT)
        frame = text(slide, Box(LEFT_IN, 6.0, WIDE_IN, 0.9), (doc.labels.back, doc.link), 12, color=look.SOFT)
        frame.paragraphs[1].runs[0].hyperlink.address = doc.link
        self.top = BOTTOM_IN

    def section(self, section: Section) -> None:
        """Draw a section on slides of its own; a short one of words stands beneath the one before where it fits."""
        self.heading = section.heading
        if self.top + HEADING_IN + sum(map(_height, section.blocks)) > BOTTOM_IN:
            self.top = BOTTOM_IN
        else:
            self.top += GAP_IN
            text(self.slide, self.take(HEADING_IN), section.heading, HEADING_PT, bold=True)
        for block in section.blocks:
            self.block(block)

    def block(self, block: Block) -> None:
        match block:
            case Paragraph(words):
                self.lines((words,), bullets=False)
            case Bullets(items):
                self.lines(items, bullets=True)
            case Stats():
                self.stats(block)
            case Table():
                self.table(block)
            case Bars():
                self.chart(block.title, slide_charts.height_of(block), slide_charts.height_of(block), block)
            case Points():
                self.chart(block.title, slide_charts.LEAST_IN, slide_charts.MOST_IN, block)

    def room(self, height: float) -> float:
        """Begin a slide where `height` inches are not left; return how much is."""
        if self.top + height > BOTTOM_IN:
            self.page(self.heading)
        return BOTTOM_IN - self.top

    def take(self, height: float) -> Box:
        """Return the box of the next `height` inches, over the whole width."""
        box = Box(LEFT_IN, self.top, WIDE_IN, height)
        self.top += height
        return box

    def caption(self, words: str) -> None:
        if words:
            text(self.slide, self.take(CAPTION_IN), words, fitting(words, CAPTION_PT, WIDE_IN), bold=True)

    def lines(self, items: tuple[str, ...], *, bullets: bool) -> None:
        """Draw paragraphs, each whole on one slide."""
        for item in items:
            height = _line_height(item)
            self.room(height)
            text(self.slide, self.take(height), item, BODY_PT, bullet=bullets)
        self.top += GAP_IN

    def stats(self, block: Stats) -> None:
        """Draw figures side by side, at most four in a row."""
        columns = 4 if len(block.items) > 6 or len(block.items) == 4 else 3
        for start in range(0, len(block.items), columns):
            self.room(STAT_IN)
            row = self.take(STAT_IN)
            for place, stat in enumerate(block.items[start : start + columns]):
                self.stat(Box(LEFT_IN + place * WIDE_IN / columns, row.top, WIDE_IN / columns - 0.2, STAT_IN), stat)
        self.top += GAP_IN

    def stat(self, box: Box, stat: Stat) -> None:
        inside = box.width - 0.2
        text(self.slide, box.part(0, 0.35), stat.label, fitting(stat.label, 13, inside), color=look.SOFT)
        text(self.slide, box.part(0.32, 0.55), stat.value, fitting(stat.value, 28, inside / 1.1), bold=True)
        under = " · ".join(t for t in (stat.kind, stat.note) if t)
        text(self.slide, box.part(0.88, 0.6), under, 11, color=look.SOFT)

    def table(self, block: Table) -> None:
        """Draw a table, in pieces where it is longer than a slide; each has the caption and the head."""
        laid, done, full = slide_tables.lay(block, WIDE_IN), 0, BOTTOM_IN - TOP_IN
        caption = CAPTION_IN if block.caption else 0.0
        while done < len(block.rows):
            whole = caption + laid.height(laid.piece(done, math.inf))
            left = self.room(whole if whole <= full else caption + laid.least(done)) - caption
            self.caption(block.caption)
            piece = laid.piece(done, left)
            laid.draw(self.slide, self.take(laid.height(piece)), piece)
            done = piece[-1][1]
        self.top += GAP_IN

    def chart(self, title: str, least: float, most: float, block: Bars | Points) -> None:
        """Draw a chart under its title, as high as there is room for, from `least` to `most` inches."""
        height = min(self.room(CAPTION_IN + least) - CAPTION_IN, most)
        self.caption(title)
        slide_charts.draw(self.slide, self.take(height), block)
        self.top += GAP_IN


def _height(block: Block) -> float:
    """Return the inches that words or a table take; inf for what has slides of its own."""
    match block:
        case Paragraph(words):
            return _line_height(words) + GAP_IN
        case Bullets(items):
            return sum(map(_line_height, items)) + GAP_IN
        case Table():
            laid = slide_tables.lay(block, WIDE_IN)
            return (CAPTION_IN if block.caption else 0) + laid.height(laid.piece(0, math.inf)) + GAP_IN
    return math.inf


def _line_height(words: str) -> float:
    count = lines(words, BODY_PT, WIDE_IN - HANGING_IN)
    return (1.2 * count + 0.4) * BODY_PT / POINTS_AN_INCH
