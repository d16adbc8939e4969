"""How much room text takes, estimated: a file is opened where nobody knows which font is there."""

from __future__ import annotations

import re
import unicodedata
from functools import cache

from engine.reports.stakeholder.document import Table

NARROW, BROAD = frozenset(" .,:;·'|!()[]/-iljtfrI"), frozenset("mwMW%@—")
NARROW_EM, LOWER_EM, UPPER_EM, BROAD_EM = 0.32, 0.52, 0.62, 0.86
"""Of Latin letters, in sizes of the font: a little more than Calibri's, as what stands in for it is wider."""
PIECES = re.compile(r"[⺀-￯]|[^\s⺀-￯]+\s*|\s+")
"""Where a line may break: after a word, and around every Chinese letter."""
POINTS_AN_INCH = 72
LONGEST_WORD_EM = 14.0
"""A longer one may be broken to make a column narrower."""
LEAST_EM = 4.5
"""Of a longer cell, whose Chinese letters would else stand one below the other."""
SHORT_EM = 8.0
"""A shorter cell, such as a figure with its unit, is not broken at all."""
SLACK = 1.1
"""Of what an estimate may be too small."""


def ems(text: str) -> float:
    """Return the width of a text in sizes of its font: 1 for a Chinese letter, about half for a Latin one."""
    return sum(map(_em, text))


@cache
def _em(letter: str) -> float:
    if unicodedata.east_asian_width(letter) in "WF":
        return 1.0
    if letter in NARROW:
        return NARROW_EM
    if letter in BROAD:
        return BROAD_EM
    return UPPER_EM if letter.isupper() else LOWER_EM


def lines(text: str, size_pt: float, width_in: float) -> int:
    """Return on how many lines a text stands in a box of that width."""
    room = width_in * POINTS_AN_INCH / size_pt
    count, used = 1, 0.0
    for piece in PIECES.findall(text):
        wide = ems(piece.rstrip())
        if used and used + wide > room:
            count, used = count + 1, 0.0
        count += int(wide // room) if wide > room else 0
        used += wide % room if wide > room else ems(piece)
    return count


def fitting(text: str, size_pt: float, width_in: float) -> float:
    """Return the largest size up to `size_pt` in which a text stands on one line."""
    return min(size_pt, width_in * POINTS_AN_INCH / max(ems(text), 1.0))


def column_widths(table: Table, wide_in: float, size_pt: float, margin_in: float) -> tuple[float, ...]:
    """Return inches by column, `wide_in` in all, with `margin_in` on both sides of a cell.

    Each has room for its longest word; what is left goes to those whose cells are longer than that.
    """
    columns, inch = list(zip(table.head, *table.rows, strict=True)), SLACK * size_pt / POINTS_AN_INCH
    least = [2 * margin_in + inch * max(map(_unbroken, column)) for column in columns]
    asked = [2 * margin_in + inch * max(map(ems, column)) for column in columns]
    spare = wide_in - sum(least)
    if spare <= 0:
        return tuple(wide_in * one / sum(least) for one in least)
    more = [a - b for a, b in zip(asked, least, strict=True)]
    if sum(more) <= spare:
        even = (spare - sum(more)) / len(columns)
        return tuple(one + even for one in asked)
    return tuple(a + spare * b / sum(more) for a, b in zip(least, more, strict=True))


def _unbroken(cell: str) -> float:
    """Return the width of what stands on one line: a short cell whole, else its longest word."""
    if (whole := ems(cell)) <= SHORT_EM:
        return whole
    return min(LONGEST_WORD_EM, max(LEAST_EM, *(ems(piece.rstrip()) for piece in PIECES.findall(cell))))
