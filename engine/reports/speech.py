"""How a report speaks: sentences in the reader's language, amounts as that language writes them.

The dashboard hands over its own; a command speaks English, and writes amounts by the same rules.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from engine.economics.business.assumptions import MONTHS
from engine.messages import Message

PERCENT_DIGIT = 0.2
"""Below it a share is written with a digit behind the point."""


@dataclass(frozen=True)
class Speech:
    """A language."""

    code: str
    """"en" or "zh_CN"."""
    say: Callable[[Message | str], str]
    """A message → its sentence; text that is none stays as it is."""
    write: Callable[[float, str], str]
    """(amount, unit) → the amount as written: "$0.012", "2.6 ms"."""


def write_english(value: float, unit: str) -> str:
    """Return an amount as the dashboard writes it in English: three digits, money to the cent or two digits."""
    if unit.startswith("USD"):
        return _money(value)
    if unit.startswith("gCO2e"):
        big = value >= 1000
        return f"{_number(value / 1000, 2)} kgCO₂e" if big else f"{_number(value, _decimals(value, 2))} gCO₂e"
    if unit == "ms":
        return f"{_number(value, _decimals(value, 2))} ms"
    if unit == "share":
        return _number(value, 3)
    if unit == "percent":
        return _signed(f"{value:.1%}" if 0 < abs(value) < PERCENT_DIGIT else f"{value:.0%}")
    if unit == "month":
        return f"month {math.floor(value)}" if value <= MONTHS else "never within the plan"
    if unit == "months":
        return f"{_number(value, 0)} months"
    whole = float(value).is_integer()
    written = _number(value, 0) if whole else _number(value, _decimals(value, 3), shown="#")
    return f"{written} {unit}".rstrip()


def _money(usd: float) -> str:
    from babel.numbers import format_currency

    size = abs(usd)
    digits = 0 if size >= 1000 else 2 if size >= 1 or size == 0 else max(2, _decimals(usd, 2))
    pattern = "¤#,##0" + ("." + "0" * digits if digits else "")
    return _signed(format_currency(usd, "USD", format=pattern, locale="en", currency_digits=False))


def _number(value: float, digits: int, *, shown: str = "0") -> str:
    """Return `value` with grouped thousands; `shown` is "#" where zeros at the end are left out."""
    from babel.numbers import format_decimal

    pattern = "#,##0" + ("." + shown * digits if digits else "")
    return _signed(format_decimal(round(value, digits), format=pattern, locale="en"))


def _signed(written: str) -> str:
    """Return a number with the minus sign of typography, as the dashboard has it."""
    return str(written).replace("-", "−")


def _decimals(value: float, significant: int) -> int:
    """Return how many decimals show `significant` digits of `value`."""
    if value == 0 or math.isinf(value):
        return 0
    return min(9, max(0, significant - 1 - math.floor(math.log10(abs(value)))))


ENGLISH = Speech("en", str, write_english)
