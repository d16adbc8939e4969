"""The reader's language for sentences and reports that the engine builds."""

from __future__ import annotations

from functools import lru_cache, partial

from engine.reports.speech import Speech
from pages.shared.i18n import language, speaking, tr_message
from pages.shared.numbers import number
from pages.shared.pricing import written

MOST_KEPT = 16_384
"""Amounts that are kept as written: a table of 200 options has some 1,500, the same at each move of a slider."""


def write(value: float, unit: str) -> str:
    """Return an amount as every page writes it."""
    return written(value, unit) if unit else number(value)


def speech() -> Speech:
    """Return the language of this session; it holds where the session is not, as in a download."""
    code = language()

    def say(message: object) -> str:
        with speaking(code):
            return tr_message(message)  # type: ignore[arg-type]

    return Speech(code, say, partial(_write, code))


@lru_cache(maxsize=MOST_KEPT)
def _write(code: str, value: float, unit: str) -> str:
    with speaking(code):
        return write(value, unit)
