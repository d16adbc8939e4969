"""The report as a PDF, set by Typst in Noto Sans SC, which a package carries: no font of the system is needed."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from engine.errors import Failure
from engine.reports.stakeholder import look
from engine.reports.stakeholder.axis import across, sides, upwards
from engine.reports.stakeholder.document import Document, Points, Table
from engine.reports.stakeholder.measure import column_widths

TEMPLATE = Path(__file__).with_name("board.typ")
FONT = "Noto Sans SC"
WIDE_IN = 6.53
"""A4 without its margins."""
FEW, FEW_PT, MANY_PT, CELL_IN = 6, 8.5, 7.0, 0.05
"""Columns up to which a table is set larger; sizes of letters; what a cell leaves free on both sides."""
PICTURE_PT, NAME_PT = (425.0, 181.0), 7.5
"""Width and height of a picture of points in `board.typ`, and the size of names in it."""


def to_pdf(document: Document) -> bytes:
    """Return the report as a PDF, its font embedded. Raises Failure when it cannot be set."""
    import typst
    from pylopdf_fonts_zh_cn import sans_path

    try:
        made = typst.compile(
            TEMPLATE,
            font_paths=[sans_path().parent],
            ignore_system_fonts=True,
            sys_inputs={"document": json.dumps(as_json(document), ensure_ascii=False)},
        )
    except RuntimeError as error:
        raise Failure("The PDF could not be set ({reason}); take the HTML file.", reason=str(error)[:300]) from error
    assert isinstance(made, bytes)
    return made


def as_json(document: Document) -> dict[str, Any]:
    """Return the document as plain values for the template: each block names its kind, points know their place."""
    plain = asdict(document)
    plain["font"] = FONT
    plain["look"] = {
        "accent": look.ACCENT,
        "grey": look.GREY,
        "ink": look.INK,
        "line": look.LINE,
        "soft": look.SOFT,
        "colors": look.COLORS,
    }
    for made, section in zip(plain["sections"], document.sections, strict=True):
        for values, block in zip(made["blocks"], section.blocks, strict=True):
            values["kind"] = type(block).__name__.lower()
            if isinstance(block, Points):
                _place(values, block)
            elif isinstance(block, Table):
                values["size"] = FEW_PT if len(block.head) <= FEW else MANY_PT
                values["widths"] = column_widths(block, WIDE_IN, values["size"], CELL_IN)
    return plain


def _place(made: dict[str, Any], block: Points) -> None:
    """Add where points and ticks stand, as shares of the picture's width and height, and where names have room."""
    x, y = across(block), upwards(block)
    for name, axis in (("x_ticks", x), ("y_ticks", y)):
        made[name] = [{"at": axis.place(t), "text": w} for t, w in zip(axis.ticks, axis.written, strict=True)]
    for values, p, side in zip(made["points"], block.points, sides(block, *PICTURE_PT, NAME_PT), strict=True):
        values |= {"at_x": x.place(p.x), "at_y": y.place(p.y), "at_low": y.place(p.y_low), "at_high": y.place(p.y_high)}
        values["side"] = side
