"""E-mail addresses, phone numbers and account names in texts: found, shown masked, and masked away.

A help for people who upload data, not a guarantee: names and postal addresses are not looked for.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import lru_cache

EMAIL = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63})*\.[A-Za-z]{2,24}(?![\w-])")
HANDLE = re.compile(r"(?<![\w@./+-])@[A-Za-z_]\w{2,29}(?![\w@]|\.\w)")
IBAN = re.compile(r"(?<!\w)[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?(?!\w)")
CARD = re.compile(r"(?<![\w.,-])\d{4}([ -]?)\d{4}\1\d{4}\1\d{3,4}(?![\w-]|[.,]\d)")
PHONE = re.compile(r"(?<![\w.,/$€£¥-])(?:\+|00)?\(?\d{1,4}\)?(?:[ .()-]{0,2}\d{1,5}){1,6}(?![\w%-]|[.,]\d)")
PHONE_DIGITS = range(9, 16)
REGIONS = ("US", "GB", "CN", "DE", "FR", "FI")
"""Numbers without a country's prefix are tried as these countries'."""

KINDS = ("email", "phone", "account")
CANDIDATE = r"@|\d[\d ().-]{7,}\d|[A-Z]{2}\d{2} ?[A-Z0-9]{4}"
"""A regular expression, in RE2's syntax, that every text with a find matches; it lets DuckDB skip the rest."""


def find(kind: str, text: str) -> list[str]:
    """Return the finds of one kind, as they stand in `text`."""
    return [text[start:end] for start, end in FINDERS[kind](text)]


def mask(text: str, kinds: tuple[str, ...]) -> str:
    """Return `text` with every find of `kinds` replaced: "Call [phone] or write to [email]."."""
    for kind in kinds:
        for start, end in sorted(FINDERS[kind](text), reverse=True):
            text = f"{text[:start]}[{kind}]{text[end:]}"
    return text


def masked_example(kind: str, found: str) -> str:
    """Return a find with most of it hidden: "j***@e***", "+35***67", "@br***"."""
    if kind == "email":
        local, _, host = found.partition("@")
        return f"{local[:1]}***@{host[:1]}***"
    return f"{found[:3]}***{found[-2:]}" if len(found) > 7 else f"{found[:2]}***"


def _emails(text: str) -> Iterator[tuple[int, int]]:
    return (m.span() for m in EMAIL.finditer(text)) if "@" in text else iter(())


def _accounts(text: str) -> Iterator[tuple[int, int]]:
    if "@" in text:
        yield from (m.span() for m in HANDLE.finditer(text))
    yield from (m.span() for m in IBAN.finditer(text) if _is_iban(m.group()))
    yield from (m.span() for m in CARD.finditer(text) if _passes_luhn(m.group()))


def _phones(text: str) -> Iterator[tuple[int, int]]:
    for match in PHONE.finditer(text):
        found = match.group()
        if sum(c.isdigit() for c in found) in PHONE_DIGITS and _is_phone(found):
            yield match.span()


@lru_cache(maxsize=4096)
def _is_phone(found: str) -> bool:
    """Ask the numbering plans. Without a country's prefix it must be grouped like a phone number, or be a mobile's."""
    if found.startswith(("+", "00")):
        return _valid("+" + re.sub(r"\D", "", found).removeprefix("00"), None)
    if re.fullmatch(r"1[3-9]\d{9}", found):
        return _valid(found, "CN")
    grouped = re.fullmatch(r"\(?\d{3,5}\)?[ .-]\d{3}[ .-]\d{4}", found)
    return grouped is not None and any(_valid(found, region) for region in REGIONS)


def _valid(number: str, region: str | None) -> bool:
    import phonenumbers

    try:
        return bool(phonenumbers.is_valid_number(phonenumbers.parse(number, region)))
    except phonenumbers.NumberParseException:
        return False


def _is_iban(found: str) -> bool:
    """Check an IBAN's two check digits (ISO 13616: the rearranged number is 1 modulo 97)."""
    plain = found.replace(" ", "")
    return 15 <= len(plain) <= 34 and int("".join(str(int(c, 36)) for c in plain[4:] + plain[:4])) % 97 == 1


def _passes_luhn(found: str) -> bool:
    """Check a card number's last digit (ISO/IEC 7812-1: doubled every second digit, the sum is 0 modulo 10)."""
    digits = [int(c) for c in found if c.isdigit()]
    doubled = [d * 2 - 9 * (d > 4) for d in digits[-2::-2]]
    return digits[0] in (3, 4, 5, 6) and (sum(digits[::-2]) + sum(doubled)) % 10 == 0


FINDERS: dict[str, Callable[[str], Iterator[tuple[int, int]]]] = {
    "email": _emails,
    "phone": _phones,
    "account": _accounts,
}
