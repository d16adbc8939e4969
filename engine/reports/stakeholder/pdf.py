"""The report as a PDF, set by Typst in Noto Sans SC, which a package carries: no font of the system is needed."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from engine.errors import Failure
from engine.reports.stakeholder import look
from engine.reports.stakeholder.document import Document, Points

TEMPLATE = Path(__file__).with_name("board.typ")
FONT = "Noto Sans SC"
MARGIN = 0.08
"""Of a picture's width and height, left free around its points."""


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
        "soft": look.SOFT,
        "colors": look.COLORS,
    }
    for made, section in zip(plain["sections"], document.sections, strict=True):
        for values, block in zip(made["blocks"], section.blocks, strict=True):
            values["kind"] = type(block).__name__.lower()
            if isinstance(block, Points):
                _place(values["points"], block)
    return plain


def _place(made: Sequence[dict[str, Any]], block: Points) -> None:
    """Add where each point stands, as shares of the picture's width and height."""
    across = _scale([p.x for p in block.points])
    up = _scale([v for p in block.points for v in (p.y_low, p.y_high)], logarithmic=False)
    for values, p in zip(made, block.points, strict=True):
        values |= {"at_x": across(p.x), "at_y": up(p.y), "at_low": up(p.y_low), "at_high": up(p.y_high)}


def _scale(values: Sequence[float], *, logarithmic: bool | None = None) -> Any:
    """Return a function from a value to its share of the way; logarithmic where values spread widely."""
    low, high = min(values), max(values)
    wide = logarithmic if logarithmic is not None else low > 0 and high > 8 * low
    turn = math.log10 if wide else float
    start, end = turn(low), turn(high)

    def place(value: float) -> float:
        return 0.5 if end == start else MARGIN + (1 - 2 * MARGIN) * (turn(value) - start) / (end - start)

    return place
