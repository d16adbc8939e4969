"""Numbers, money, times and sizes as the reader's language writes them.

Every function takes `code`, a key of `i18n.LANGUAGES`; left out, it is the session's language. None and NaN are a dash.
"""

from __future__ import annotations

import math
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import streamlit as st

DASH = "–"
MINUS = "−"
SCIENTIFIC = "0.##E0"
HUGE = 1e15
"""From here on a number is a slip of the keyboard, and no longer written with every digit."""


def _code(code: str | None) -> str:
    from pages.shared.i18n import language

    return code or language()


@lru_cache(maxsize=4)
def _babel() -> Any:
    from babel import numbers

    return numbers


@lru_cache(maxsize=16_384)
def _decimal(value: float, pattern: str, code: str) -> str:
    return _signed(_babel().format_decimal(value, format=pattern, locale=code))


@lru_cache(maxsize=16_384)
def _currency(amount: float, pattern: str, code: str, currency: str) -> str:
    return _signed(_babel().format_currency(amount, currency, format=pattern, locale=code, currency_digits=False))


@lru_cache(maxsize=16_384)
def _percent(share: float, pattern: str, code: str) -> str:
    return _signed(_babel().format_percent(share, format=pattern, locale=code))


@lru_cache(maxsize=16_384)
def _moment(when: datetime, code: str) -> str:
    from babel.dates import format_skeleton

    return " ".join(str(format_skeleton(part, when, locale=code)) for part in ("MMMd", "Hm"))


def _signed(written: str) -> str:
    """Return a number with the minus sign of typography, which is as wide as a plus."""
    return str(written).replace("-", MINUS)


def missing(value: Any) -> bool:
    return value is None or (isinstance(value, float) and math.isnan(value))


def number(value: float | None, digits: int | None = None, *, code: str | None = None) -> str:
    """Return `value` with grouped thousands; `digits` decimals, else three significant digits for a fraction."""
    if value is None or missing(value):
        return DASH
    shown = "0"
    if digits is None:
        digits, shown = (0 if float(value).is_integer() else _decimals(float(value), 3)), "#"
    pattern = SCIENTIFIC if abs(value) >= HUGE else "#,##0" + ("." + shown * digits if digits else "")
    return _decimal(round(value, digits), pattern, _code(code))


def percent(value: float | None, digits: int = 0, *, code: str | None = None) -> str:
    """Return the share `value` (0 to 1) as a percentage."""
    if value is None or missing(value):
        return DASH
    pattern = (SCIENTIFIC if abs(value) >= HUGE else "#,##0" + ("." + "0" * digits if digits else "")) + "%"
    return _percent(value, pattern, _code(code))


def money(usd: float | None, *, code: str | None = None, currency: str = "USD") -> str:
    """Return an amount of US dollars, or of `currency`: cents from a dollar up, two significant digits below it."""
    if usd is None or missing(usd):
        return DASH
    size = abs(usd)
    digits = 0 if size >= 1000 else 2 if size >= 1 or size == 0 else max(2, _decimals(usd, 2))
    pattern = "¤" + (SCIENTIFIC if size >= HUGE else "#,##0" + ("." + "0" * digits if digits else ""))
    return _currency(usd, pattern, _code(code), currency)


def duration(seconds: float | None) -> str:
    """Return a length of time in the two largest units that matter."""
    from pages.shared.i18n import tr

    if seconds is None or missing(seconds):
        return DASH
    if seconds < 1:
        return milliseconds(seconds * 1000)
    if seconds < 60:
        return tr("{n} s", n=number(seconds, 0 if seconds >= 10 else 1))
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return tr("{m} min {s} s", m=minutes, s=rest) if rest and minutes < 10 else tr("{m} min", m=minutes)
    hours, minutes = divmod(minutes, 60)
    return tr("{h} h {m} min", h=hours, m=minutes)


def milliseconds(value: float | None) -> str:
    """Return a latency with its unit."""
    from pages.shared.i18n import tr

    return DASH if value is None or missing(value) else tr("{n} ms", n=number(value, _decimals(value, 2)))


def size(bytes_: float | None) -> str:
    """Return a size in binary units."""
    if bytes_ is None or missing(bytes_):
        return DASH
    for unit in ("B", "KiB", "MiB", "GiB"):
        if bytes_ < 1024 or unit == "GiB":
            break
        bytes_ /= 1024
    return f"{number(bytes_, _decimals(bytes_, 2) if unit != 'B' else 0)} {unit}"


def rate(flops_per_s: float | None) -> str:
    """Return arithmetic a second: "42 GFLOP/s"."""
    if flops_per_s is None or missing(flops_per_s):
        return DASH
    for unit in ("FLOP/s", "kFLOP/s", "MFLOP/s", "GFLOP/s", "TFLOP/s"):
        if flops_per_s < 1000 or unit == "TFLOP/s":
            break
        flops_per_s /= 1000
    return f"{number(flops_per_s, _decimals(flops_per_s, 2))} {unit}"


def carbon(grams: float | None) -> str:
    """Return an emission in grams or kilograms of CO₂ equivalent."""
    if grams is None or missing(grams):
        return DASH
    if grams >= 1000:
        return f"{number(grams / 1000, 2)} kgCO₂e"
    return f"{number(grams, _decimals(grams, 2))} gCO₂e"


def moment(utc: str | datetime | None, *, code: str | None = None) -> str:
    """Return a UTC time (ISO 8601 or a datetime) as a short date and time in the browser's zone."""
    if not utc:
        return DASH
    return _moment(instant(utc).astimezone(zone()), _code(code))


def today(*, code: str | None = None) -> str:
    """Return the day it is for the reader, in full."""
    from babel.dates import format_date

    return str(format_date(datetime.now(zone()).date(), format="long", locale=_code(code)))


def instant(utc: str | datetime) -> datetime:
    """Return a point in time; one without a zone is taken as UTC."""
    when = datetime.fromisoformat(utc.replace("Z", "+00:00")) if isinstance(utc, str) else utc
    return when if when.tzinfo else when.replace(tzinfo=UTC)


def ago(utc: str | datetime | None, *, code: str | None = None) -> str:
    """Return how long ago a UTC time was, in words."""
    if not utc:
        return DASH
    from babel.dates import format_timedelta

    past = instant(utc) - datetime.now(UTC)
    return str(format_timedelta(past, add_direction=True, locale=_code(code), threshold=1.2))


def zone() -> ZoneInfo:
    """Return the browser's time zone, else UTC."""
    try:
        return ZoneInfo(st.context.timezone or "UTC")
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")


def _decimals(value: float, significant: int) -> int:
    """Return how many decimals show `significant` digits of `value`."""
    if value == 0 or math.isinf(value):
        return 0
    return min(9, max(0, significant - 1 - math.floor(math.log10(abs(value)))))
