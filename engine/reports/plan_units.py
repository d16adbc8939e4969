"""Units of a plan's figures: the word a reader sees, and what a spreadsheet makes of the number."""

from __future__ import annotations

from collections.abc import Mapping

from engine.messages import Message
from engine.reports.spreadsheet import Share

WORDS: Mapping[str, Message | str] = {
    "USD": "USD", "share": Message("share"), "share a month": Message("share a month"), "month": Message("month"),
    "months": Message("months"), "days": Message("days"), "count": Message("count"), "factor": Message("factor"),
    "ratio": Message("ratio"),
}  # fmt: skip
SHARES = frozenset({"share", "share a month"})


def unit_word(unit: str, currency: str) -> Message | str:
    """Return the word for `unit`; a price is in the `currency` of the case."""
    return currency if unit == "price" else WORDS[unit]


def cell(value: float | None, unit: str) -> float | None:
    """Return `value` as a sheet shows it: a share as per cent."""
    return Share(value) if value is not None and unit in SHARES else value
