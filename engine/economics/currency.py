"""What one unit of a currency is worth in USD, on the day the catalogue names. There is no rate without its date."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from engine.economics.catalog import rows
from engine.economics.figure import Source
from engine.errors import NotFound


@dataclass(frozen=True)
class Rate:
    """An exchange rate with its day."""

    currency: str
    usd: float
    """For one unit."""
    source: Source | None
    """None: the currency is USD itself."""


@cache
def rates() -> dict[str, Rate]:
    """Return every rate by the currency's code, USD first."""
    found = {
        r["currency"]: Rate(r["currency"], float(r["usd"]), Source(r["basis"], r["source"], r["as_of"]))
        for r in rows("exchange_rates.csv")
    }
    return {"USD": Rate("USD", 1.0, None)} | found


def rate(currency: str) -> Rate:
    """Return the rate of a currency. Raises NotFound where the catalogue has none."""
    if currency not in (known := rates()):
        raise NotFound("There is no rate of {currency} in the catalogue; choose one of {known}.",
                       currency=currency, known=", ".join(known))  # fmt: skip
    return known[currency]
