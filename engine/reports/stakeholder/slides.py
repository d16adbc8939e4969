"""The report as slides: native charts and tables that can be edited in PowerPoint, Keynote or LibreOffice."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from typing import Any

from engine.reports.stakeholder import look
from engine.reports.stakeholder.document import (
    Bars,
    Block,
    Bullets,
    Document,
    Paragraph,
    Points,
    Section,
    Stats,
    Table,
)

EAST_ASIAN = "Microsoft YaHei"
"""Named, not embedded: every office on a Chinese system has it, others put theirs in its place."""
WIDTH_IN, HEIGHT_IN = 13.333, 7.5
LEFT_IN, TOP_IN, WIDE_IN = 0.7, 1.55, 11.9
ROWS_A_SLIDE = 9
BLANK = 6
"""The place of the empty layout in python-pptx's own template."""


def to_pptx(document: Document) -> bytes:
    """Return the report as a presentation."""
    from pptx import Presentation
    from pptx.util import Inches

    deck = Presentation()
    deck.slide_width, deck.slide_height = Inches(WIDTH_IN), Inches(HEIGHT_IN)
    slides = _Slides(deck, document)
    slides.cover()
    for section in document.sections:
        slides.section(section)
    slides.back()
    file = io.BytesIO()
    deck.save(file)
    return file.getvalue()


class _Slides:
    """Draws one document into one presentation."""

    def __init__(self, deck: Any, document: Document) -> None:
        self.deck, self.document = deck, document
        self.number = 0

    def page(self, title: str, above: str = "") -> Any:
        """Return a new slide with its title, what stands `above` it, and the footer."""
        slide = self.deck.slides.add_slide(self.deck.slide_layouts[BLANK])
        self.number += 1
        self.bar(slide, 0, 0, WIDTH_IN, 0.12)
        if above != title:
            self.text(slide, (LEFT_IN, 0.25, WIDE_IN, 0.35), above, 12, color=look.SOFT)
        self.text(slide, (LEFT_IN, 0.5, WIDE_IN, 0.9), title, 26, bold=True)
        self.text(slide, (LEFT_IN, 7.0, 9.5, 0.35), self.document.title, 10, color=look.SOFT)
        self.text(slide, (11.6, 7.0, 1, 0.35), str(self.number), 10, color=look.SOFT)
        return slide

    def bar(self, slide: Any, left: float, top: float, width: float, height: float) -> None:
        from pptx.enum.shapes import MSO_SHAPE
        from pptx.util import Inches

        shape = slide.shapes.add_shape(MSO_SHAPE.RECTANGLE, *(Inches(v) for v in (left, top, width, height)))
        shape.fill.solid()
        shape.fill.fore_color.rgb = _rgb(look.ACCENT)
        shape.line.fill.background()

    def text(
        self, slide: Any, box: tuple[float, float, float, float], words: str | Sequence[str], size: float,
        *, bold: bool = False, color: str = look.INK,
    ) -> Any:  # fmt: skip
        """Draw lines of text in a box (left, top, width, height, in inches); return its frame."""
        from pptx.util import Inches, Pt

        frame = slide.shapes.add_textbox(*(Inches(v) for v in box)).text_frame
        frame.word_wrap = True
        for place, line in enumerate([words] if isinstance(words, str) else words):
            paragraph = frame.paragraphs[0] if place == 0 else frame.add_paragraph()
            paragraph.space_after = Pt(size / 2)
            _write(paragraph, line, size, bold=bold, color=color)
        return frame

    def cover(self) -> None:
        doc, slide = self.document, self.page(self.document.title)
        self.text(slide, (LEFT_IN, 1.25, WIDE_IN, 0.4), f"{doc.subtitle} · {doc.date}", 14, color=look.SOFT)
        self.text(slide, (LEFT_IN, 2.3, WIDE_IN, 2.4), doc.headline, 26, color=look.ACCENT)
        self.text(slide, (LEFT_IN, 5.2, WIDE_IN, 1.5), doc.notes or "", 14)

    def back(self) -> None:
        slide = self.page(self.document.labels.back)
        frame = self.text(slide, (LEFT_IN, TOP_IN, WIDE_IN, 1), self.document.link, 16, color=look.ACCENT)
        frame.paragraphs[0].runs[0].hyperlink.address = self.document.link

    def section(self, section: Section) -> None:
        for block in section.blocks:
            self.block(section.heading, block)

    def block(self, heading: str, block: Block) -> None:
        match block:
            case Paragraph(text):
                self.text(self.page(heading), (LEFT_IN, TOP_IN, WIDE_IN, 5), text, 18)
            case Bullets(items):
                self.text(self.page(heading), (LEFT_IN, TOP_IN, WIDE_IN, 5), [f"•  {i}" for i in items], 18)
            case Stats():
                self.stats(self.page(heading), block)
            case Table():
                for part in _parts(block):
                    self.table(self.page(block.caption or heading, heading), part)
            case Bars():
                self.bars(self.page(block.title, heading), block)
            case Points():
                self.points(self.page(block.title, heading), block)

    def stats(self, slide: Any, block: Stats) -> None:
        """Draw figures in rows of three."""
        width, height = WIDE_IN / 3, 2.3
        for place, stat in enumerate(block.items):
            left, top = LEFT_IN + width * (place % 3), TOP_IN + height * (place // 3)
            self.text(slide, (left, top, width - 0.2, 0.4), stat.label, 14, color=look.SOFT)
            self.text(slide, (left, top + 0.4, width - 0.2, 0.7), stat.value, 30, bold=True)
            under = " · ".join(t for t in (stat.kind, stat.note) if t)
            self.text(slide, (left, top + 1.1, width - 0.2, 0.8), under, 12, color=look.SOFT)

    def table(self, slide: Any, block: Table) -> None:
        from pptx.util import Inches

        rows = [block.head, *block.rows]
        box = (Inches(LEFT_IN), Inches(TOP_IN), Inches(WIDE_IN), Inches(0.5 * len(rows)))
        table = slide.shapes.add_table(len(rows), len(block.head), *box).table
        for i, row in enumerate(rows):
            for j, words in enumerate(row):
                cell = table.cell(i, j)
                cell.fill.solid()
                cell.fill.fore_color.rgb = _rgb(look.ACCENT if i == 0 else "#ffffff")
                _write(cell.text_frame.paragraphs[0], words, 11, color="#ffffff" if i == 0 else look.INK)

    def bars(self, slide: Any, block: Bars) -> None:
        from pptx.chart.data import CategoryChartData
        from pptx.enum.chart import XL_CHART_TYPE, XL_LEGEND_POSITION

        data = CategoryChartData()
        data.categories = block.names
        for series in block.series:
            data.add_series(series.name, series.values)
        chart = self.chart(slide, XL_CHART_TYPE.BAR_CLUSTERED, data)
        chart.has_legend = len(block.series) > 1
        if chart.has_legend:
            chart.legend.position, chart.legend.include_in_layout = XL_LEGEND_POSITION.BOTTOM, False
        chart.category_axis.reverse_order = True
        _axis(chart.value_axis, block.axis)
        for place, (series, drawn) in enumerate(zip(block.series, chart.plots[0].series, strict=True)):
            drawn.format.fill.solid()
            drawn.format.fill.fore_color.rgb = _rgb(look.COLORS[place % len(look.COLORS)])
            for point, words in enumerate(series.texts):
                _label(drawn.points[point], words)

    def points(self, slide: Any, block: Points) -> None:
        from pptx.chart.data import XyChartData
        from pptx.enum.chart import XL_CHART_TYPE

        data = XyChartData()
        for point in block.points:
            data.add_series(point.name).add_data_point(point.x, point.y)
        chart = self.chart(slide, XL_CHART_TYPE.XY_SCATTER, data)
        chart.has_legend = False
        _axis(chart.category_axis, block.x_axis)
        _axis(chart.value_axis, block.y_axis)
        for point, drawn in zip(block.points, chart.plots[0].series, strict=True):
            drawn.format.line.fill.background()
            drawn.marker.size = 14 if point.front else 8
            drawn.marker.format.fill.solid()
            drawn.marker.format.fill.fore_color.rgb = _rgb(look.ACCENT if point.lead else look.GREY)
            _label(drawn.points[0], f"{point.name}: {point.x_text} · {point.y_text}")

    def chart(self, slide: Any, kind: Any, data: Any) -> Any:
        """Add a chart over the whole slide; return it."""
        from pptx.util import Inches, Pt

        box = [Inches(v) for v in (LEFT_IN, TOP_IN - 0.15, WIDE_IN, 5.4)]
        chart = slide.shapes.add_chart(kind, *box, data).chart
        chart.has_title = False
        chart.font.size = Pt(12)
        return chart


def _parts(block: Table) -> Iterator[Table]:
    """Yield the table in pieces that fit a slide."""
    for start in range(0, len(block.rows), ROWS_A_SLIDE):
        yield Table(block.caption, block.head, block.rows[start : start + ROWS_A_SLIDE])


def _axis(axis: Any, title: str) -> None:
    axis.has_title = True
    _write(axis.axis_title.text_frame.paragraphs[0], title, 12, color=look.SOFT)
    axis.major_gridlines.format.line.color.rgb = _rgb("#e6e9ef")


def _label(point: Any, words: str) -> None:
    """Write `words` beside a point of a chart, as the report writes them everywhere."""
    _write(point.data_label.text_frame.paragraphs[0], words, 11)


def _write(paragraph: Any, words: str, size: float, *, bold: bool = False, color: str = look.INK) -> None:
    from pptx.oxml.ns import qn
    from pptx.util import Pt

    run = paragraph.add_run()
    run.text = words
    run.font.size, run.font.bold = Pt(size), bold
    run.font.color.rgb = _rgb(color)
    east = run.font._element.makeelement(qn("a:ea"), {"typeface": EAST_ASIAN})
    run.font._element.append(east)


def _rgb(color: str) -> Any:
    from pptx.dml.color import RGBColor

    return RGBColor.from_string(color.lstrip("#").upper())
