"""The lists of a case as rows of a spreadsheet: people, funding, credits, payments."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from engine.economics.business.case import INSTRUMENTS, INVESTORS, TEAMS, Case
from engine.economics.business.link import ROWS
from engine.economics.business.spread import Spread
from engine.messages import Message

Say = Callable[[Message | str], str]
TITLES: Mapping[str, Message] = {
    "role": Message("Role"), "name": Message("Name"), "team": Message("Team"), "investor": Message("Investor"),
    "instrument": Message("Instrument"), "people": Message("People"), "month": Message("Month"),
    "usd_month": Message("US$ a month each"), "hiring_months": Message("Months of hiring"), "usd": Message("US$"),
    "dilution": Message("Dilution (%)"), "discount": Message("SAFE discount (%)"),
    "pool": Message("Option pool after (%)"), "last_month": Message("Last month"),
}  # fmt: skip
CHOICES: Mapping[str, Mapping[str, Message]] = {"team": TEAMS, "investor": INVESTORS, "instrument": INSTRUMENTS}
SHARES = frozenset({"dilution", "discount", "pool"})
LISTS: Mapping[str, Message] = {
    "hires": Message("Team"), "rounds": Message("Funding"), "credits": Message("Cloud credits"),
    "once": Message("Paid once"),
}  # fmt: skip


def rows_of(case: Case, say: Say) -> Iterator[Sequence[Any]]:
    """Yield every list with its title and its head; shares are per cent. Rules stand with the assumptions."""
    for name, title in LISTS.items():
        yield []
        yield [say(title), *(say(TITLES[field]) for field in ROWS[name])]
        for item in getattr(case, name):
            yield ["", *(_cell(field, getattr(item, field), say) for field in ROWS[name])]


def _cell(field: str, value: Any, say: Say) -> Any:
    if isinstance(value, Spread):
        return f"{value.low:g}–{value.likely:g}–{value.high:g}"
    if field in CHOICES:
        return say(CHOICES[field][value])
    return 100 * value if field in SHARES else value
