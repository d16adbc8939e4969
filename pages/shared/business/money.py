"""Money of a plan in the currency the reader chose, at the dated rate of the catalogue."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from engine.economics.currency import Rate, rate, rates
from pages.shared import address
from pages.shared.frame import badge
from pages.shared.i18n import tr
from pages.shared.numbers import DASH, money, number

SHORT = 10_000
"""From here on an amount is written in thousands or millions."""


@dataclass(frozen=True)
class Purse:
    """A currency to show money in."""

    rate: Rate

    def amount(self, usd: float) -> float:
        """Return USD in this currency."""
        return usd / self.rate.usd

    def write(self, usd: float | None) -> str:
        """Return USD as an amount of this currency, four digits of it."""
        if usd is None:
            return DASH
        value = self.amount(usd)
        size = abs(value)
        if size >= SHORT:
            value = float(f"{value:.4g}")
        return money(value, currency=self.rate.currency)

    @property
    def sign(self) -> str:
        """Return what stands on an axis: "US$", "€", "CN¥"."""
        return {"USD": "US$", "EUR": "€", "CNY": "CN¥"}[self.rate.currency]


def chosen() -> Purse:
    """Draw the choice of the currency in which money is shown."""
    names = {code: code for code in rates()}
    return Purse(rate(address.choice(st.segmented_control, tr("Shown in"), names, key="shown", fallback="USD",
                                     required=True)))  # fmt: skip


def origin(found: Rate) -> None:
    """Draw the rate with its day and source, where there is one."""
    if found.source:
        text = tr(
            "1 {currency} = {rate} USD on {date} ({name}, {where}).", currency=found.currency,
            rate=number(found.usd, 4), date=found.source.as_of, name=found.source.name, where=found.source.where,
        )  # fmt: skip
        st.caption(text)
        badge("projected", text)
