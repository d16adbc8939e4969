"""Sheets of a workbook that read well in any office: amounts in groups, shares as per cent, pages across."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from typing import Any

Row = Sequence[Any]
PLAIN = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
"""Nothing that somebody typed becomes a formula or a link."""
FIRST_COLUMN_WIDTH, OTHER_WIDTH = 44, 16
LONGEST_TITLE = 31
A4 = 9
PER_CENT = "0.0%"
WHOLE, CENTS, SMALL = "#,##0", "#,##0.00", "0.0000"
WHOLE_FROM = 1_000


class Share(float):
    """A part of a whole, 0.1 being a tenth: shown as per cent, the cell holding it whole."""


def written(sheets: Iterable[tuple[str, list[Row]]]) -> bytes:
    """Return a workbook with a sheet for each title and its rows, the first of which is the head."""
    import xlsxwriter

    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, PLAIN) as book:
        bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
        formats = {name: book.add_format({"num_format": name}) for name in (PER_CENT, WHOLE, CENTS, SMALL)}
        for title, rows in sheets:
            sheet = book.add_worksheet(title[:LONGEST_TITLE])
            sheet.set_column(0, 0, FIRST_COLUMN_WIDTH)
            sheet.set_column(1, 60, OTHER_WIDTH)
            sheet.freeze_panes(1, 1)
            sheet.set_landscape()
            sheet.set_paper(A4)
            sheet.repeat_columns(0)
            sheet.fit_to_pages(1 + max(map(len, rows)) // 16, 0)
            for at, row in enumerate(rows):
                for column, value in enumerate(row):
                    number = isinstance(value, (int, float)) and at
                    look = formats[_format(value)] if number else None if at else bold
                    sheet.write(at, column, "" if value is None else value, look)
    return buffer.getvalue()


def _format(value: float) -> str:
    if isinstance(value, Share):
        return PER_CENT
    if float(value).is_integer() or abs(value) >= WHOLE_FROM:
        return WHOLE
    return CENTS if abs(value) >= 1 else SMALL
