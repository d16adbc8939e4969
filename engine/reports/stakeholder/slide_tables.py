"""Tables on slides: columns as wide as what stands in them, rows as high, and pieces that fit."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

from engine.reports.stakeholder import look
from engine.reports.stakeholder.document import Table
from engine.reports.stakeholder.measure import POINTS_AN_INCH, column_widths, lines
from engine.reports.stakeholder.slide_text import Box, rgb, write

MARGIN_IN, HIGH_IN = 0.07, 0.04
"""Of a cell: left and right; above and below."""
SIZES_PT = ((4, 12.0), (8, 10.5), (99, 9.5))
"""Columns up to which a size of letters holds."""
PAIRED_FROM = 9
"""Rows from which a list of names and values stands in two columns."""
GUTTER_IN = 0.4
LEAST_ROWS = 3
"""So many stand under a head before a slide ends."""
Piece = tuple[tuple[int, int], ...]
"""First row and the one after the last, of each column of the slide."""


@dataclass(frozen=True)
class Laid:
    """A table with the room it takes."""

    block: Table
    widths: tuple[float, ...]
    """Of its columns, in inches."""
    head: float
    rows: tuple[float, ...]
    """Heights in inches."""
    size_pt: float
    side_by_side: int
    """How many pieces stand beside each other."""

    def piece(self, start: int, room: float) -> Piece:
        """Return the rows from `start` on that fit `room` inches, one at least; the last ones evenly."""
        found, at = [], start
        for _ in range(self.side_by_side):
            end = self._filled(at, room)
            found.append((at, end))
            at = end
        if at == len(self.rows) and self.side_by_side > 1:
            middle = start + math.ceil((at - start) / 2)
            found = [(start, middle), (middle, at)]
        return tuple((a, b) for a, b in found if b > a)

    def _filled(self, start: int, room: float) -> int:
        high = accumulate(self.rows[start:], initial=self.head)
        return min(len(self.rows), start + max(1, sum(h <= room for h in high) - 1))

    def height(self, piece: Piece) -> float:
        """Return the inches that rows take with their head."""
        return self.head + max(sum(self.rows[a:b]) for a, b in piece)

    def least(self, start: int) -> float:
        """Return the inches of the head and the next few rows."""
        return self.head + sum(self.rows[start : start + LEAST_ROWS])

    def draw(self, slide: Any, box: Box, piece: Piece) -> None:
        """Draw the rows of a piece."""
        for place, (start, end) in enumerate(piece):
            left = box.left + place * (sum(self.widths) + GUTTER_IN)
            self._part(slide, Box(left, box.top, sum(self.widths), box.height), start, end)

    def _part(self, slide: Any, box: Box, start: int, end: int) -> None:
        from pptx.util import Inches

        heights = (self.head, *self.rows[start:end])
        shape = slide.shapes.add_table(len(heights), len(self.widths), *box.inches)
        table = shape.table
        for column, width in zip(table.columns, self.widths, strict=True):
            column.width = Inches(width)
        for i, (height, words) in enumerate(zip(heights, (self.block.head, *self.block.rows[start:end]), strict=True)):
            table.rows[i].height = Inches(height)
            for j, word in enumerate(words):
                _cell(table.cell(i, j), word, self.size_pt, head=i == 0)


def lay(block: Table, wide_in: float) -> Laid:
    """Return the table as it is laid out on slides that are `wide_in` inches wide."""
    if len(block.head) == 2 and len(block.rows) >= PAIRED_FROM:
        paired = _laid(block, (wide_in - GUTTER_IN) / 2, 2)
        if max(paired.rows) <= _high(2, paired.size_pt):
            return paired
    return _laid(block, wide_in, 1)


def _laid(block: Table, wide_in: float, side_by_side: int) -> Laid:
    size = next(size for most, size in SIZES_PT if len(block.head) <= most)
    widths = column_widths(block, wide_in, size, MARGIN_IN)
    heights = [
        _high(max(lines(w, size, width - 2 * MARGIN_IN) for w, width in zip(row, widths, strict=True)), size)
        for row in (block.head, *block.rows)
    ]
    return Laid(block, widths, heights[0], tuple(heights[1:]), size, side_by_side)


def _high(count: int, size: float) -> float:
    return 1.25 * count * size / POINTS_AN_INCH + 2 * HIGH_IN


def _cell(cell: Any, words: str, size: float, *, head: bool) -> None:
    from pptx.util import Inches

    cell.margin_left = cell.margin_right = Inches(MARGIN_IN)
    cell.margin_top = cell.margin_bottom = Inches(HIGH_IN)
    cell.fill.solid()
    cell.fill.fore_color.rgb = rgb(look.ACCENT if head else "#ffffff")
    _underline(cell)
    write(cell.text_frame.paragraphs[0], words, size, color="#ffffff" if head else look.INK)


def _underline(cell: Any) -> None:
    """Draw a thin line beneath a cell; python-pptx has no word for it."""
    from pptx.oxml import parse_xml
    from pptx.oxml.ns import nsdecls

    line = (
        f'<a:lnB {nsdecls("a")} w="6350"><a:solidFill><a:srgbClr val="{look.LINE.lstrip("#")}"/></a:solidFill></a:lnB>'
    )
    cell._tc.get_or_add_tcPr().insert(0, parse_xml(line))
