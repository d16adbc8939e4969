"""Text and plain shapes on a slide."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from engine.reports.stakeholder import look

EAST_ASIAN = "Microsoft YaHei"
"""Named, not embedded: every office on a Chinese system has it, others put theirs in its place."""
HANGING_IN = 0.25
"""How far the lines of a list stand behind its bullet."""


@dataclass(frozen=True)
class Box:
    """A place on a slide, in inches."""

    left: float
    top: float
    width: float
    height: float

    @property
    def inches(self) -> tuple[Any, ...]:
        """The four as python-pptx takes them."""
        from pptx.util import Inches

        return tuple(Inches(v) for v in (self.left, self.top, self.width, self.height))

    def part(self, down: float, height: float) -> Box:
        """Return the box of `height` that begins `down` below the top of this one."""
        return Box(self.left, self.top + down, self.width, height)


def bar(slide: Any, box: Box, color: str = look.ACCENT) -> None:
    """Draw a filled rectangle."""
    shape = slide.shapes.add_textbox(*box.inches)  # a drawn shape would bring the theme's shadow along
    shape.fill.solid()
    shape.fill.fore_color.rgb = rgb(color)


def text(
    slide: Any, box: Box, words: str | Sequence[str], size: float, *, bold: bool = False, color: str = look.INK,
    right: bool = False, bullet: bool = False,
) -> Any:  # fmt: skip
    """Draw lines of text in a box; return its frame."""
    from pptx.enum.text import PP_ALIGN

    frame = slide.shapes.add_textbox(*box.inches).text_frame
    frame.word_wrap = True
    for place, line in enumerate([words] if isinstance(words, str) else words):
        paragraph = frame.paragraphs[0] if place == 0 else frame.add_paragraph()
        if right:
            paragraph.alignment = PP_ALIGN.RIGHT
        if bullet:
            _hang(paragraph)
        write(paragraph, line, size, bold=bold, color=color)
    return frame


def _hang(paragraph: Any) -> None:
    """Make a paragraph an entry of a list."""
    from pptx.oxml.ns import qn
    from pptx.util import Inches

    properties = paragraph._p.get_or_add_pPr()
    properties.set("marL", str(Inches(HANGING_IN)))
    properties.set("indent", str(-Inches(HANGING_IN)))
    properties.append(properties.makeelement(qn("a:buChar"), {"char": "•"}))


def write(paragraph: Any, words: str, size: float, *, bold: bool = False, color: str = look.INK) -> None:
    """Write words into a paragraph of a box, a cell or a chart."""
    from pptx.oxml.ns import qn
    from pptx.util import Pt

    run = paragraph.add_run()
    run.text = words
    run.font.size, run.font.bold = Pt(size), bold
    run.font.color.rgb = rgb(color)
    east = run.font._element.makeelement(qn("a:ea"), {"typeface": EAST_ASIAN})
    run.font._element.append(east)


def rgb(color: str) -> Any:
    """Return a colour such as "#2f5fd0" as python-pptx takes it."""
    from pptx.dml.color import RGBColor

    return RGBColor.from_string(color.lstrip("#").upper())
