"""Every number a case assumes: what it is called, its unit, between what it may lie, and what it is at first.

Shares are from 0 to 1, money is USD, times are months or days. What is `uncertain` takes low, likely and high.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from engine.economics.business.spread import Spread, certain
from engine.messages import Message

MONTHS = 60
"""How far a case looks."""
SEGMENTS = {"small": Message("Small firms"), "enterprise": Message("Enterprises"), "public": Message("Public bodies")}
TIERS = {"starter": Message("Starter"), "team": Message("Team"), "company": Message("Company")}
CHANNELS = {
    "search": Message("Search"),
    "ads": Message("Advertisements"),
    "social": Message("Social media"),
    "sales": Message("Sales people"),
}
STREAMS = {
    "subscription": Message("Subscription"),
    "usage": Message("Pay per use"),
    "advertising": Message("Advertising"),
}
GROUPS = {
    "price": Message("Prices"),
    **SEGMENTS,
    "free": Message("Free users"),
    "channels": Message("Channels"),
    "costs": Message("Costs"),
    "cash": Message("Cash and tax"),
    "exit": Message("Exit"),
}
MOST_USD = 1e9
MOST_COUNT = 1e9


@dataclass(frozen=True)
class Assumption:
    """One number of a case."""

    key: str
    group: str
    """A key of `GROUPS`."""
    title: Message
    unit: str
    """"USD", "share", "share a month", "months", "days", "count", "factor"."""
    start: Spread
    """What it is in a new case."""
    least: float
    most: float
    better: int = 0
    """1: more of it is good for the business; -1: bad; 0: neither."""
    uncertain: bool = True

    @property
    def whole(self) -> bool:
        """Whether only whole numbers make sense."""
        return not self.uncertain and self.unit in {"months", "count"}


def _prices() -> Iterator[Assumption]:
    asked = {"starter": (19, 29, 39), "team": (79, 99, 149), "company": (400, 600, 900)}
    included = {"starter": 20_000.0, "team": 100_000.0, "company": 1_000_000.0}
    for tier, name in TIERS.items():
        title = Message("Price of {tier}, a month", tier=name)
        yield Assumption(f"price.{tier}", "price", title, "price", Spread(*asked[tier]), 0, 1e6, 1)
    for tier, name in TIERS.items():
        title = Message("Predictions included in {tier}, a month", tier=name)
        start = certain(included[tier])
        yield Assumption(f"included.{tier}", "price", title, "count", start, 0, 1e12, uncertain=False)
    usage, ads = Message("Price of 1,000 predictions beyond those included"), Message("Advertising per 1,000 answers")
    yield Assumption("price.usage", "price", usage, "price", Spread(0.3, 0.5, 0.8), 0, 1e4, 1)
    yield Assumption("price.ads", "price", ads, "price", Spread(1, 2, 4), 0, 1e4, 1)
    off = Message("Discount for paying a year ahead")
    yield Assumption("discount.annual", "price", off, "share", Spread(0.1, 0.15, 0.2), 0, 1, -1)
    worth = Message("Value of the price's currency against today")
    yield Assumption("fx", "price", worth, "factor", Spread(0.9, 1, 1.1), 0.01, 100, 1)


def _segments() -> Iterator[Assumption]:
    starts = {
        "conversion": ((0.014, 0.02, 0.026), (0.03, 0.04, 0.05), (0.02, 0.03, 0.04)),
        "churn": ((0.03, 0.04, 0.05), (0.005, 0.0075, 0.01), (0.004, 0.006, 0.01)),
        "expansion": ((0, 0.004, 0.008), (0.003, 0.008, 0.013), (0, 0.002, 0.004)),
        "discount": ((0, 0.05, 0.1), (0.1, 0.15, 0.25), (0.05, 0.1, 0.15)),
        "predictions": ((1e4, 2e4, 3.5e4), (5e5, 1e6, 1.6e6), (1.5e5, 3e5, 5e5)),
        "annual": ((0.1, 0.25, 0.4), (0.6, 0.8, 0.95), (0.8, 0.95, 1)),
        "market": ((2e4, 5e4, 1e5), (500, 2e3, 5e3), (200, 1e3, 2e3)),
    }
    titles = {
        "conversion": (Message("Leads that buy, {segment}"), "share", 1.0, 1),
        "churn": (Message("Customers who leave a month, {segment}"), "share a month", 1.0, -1),
        "expansion": (Message("More from those who stay, a month, {segment}"), "share a month", 1.0, 1),
        "discount": (Message("Discount off the list price, {segment}"), "share", 1.0, -1),
        "predictions": (Message("Predictions of a customer a month, {segment}"), "count", 1e12, 0),
        "annual": (Message("Pay a year ahead, {segment}"), "share", 1.0, 1),
        "market": (Message("Customers there are in all, {segment}"), "count", MOST_COUNT, 1),
    }
    for name, (asked, unit, most, better) in titles.items():
        for i, (segment, called) in enumerate(SEGMENTS.items()):
            start, title = Spread(*starts[name][i]), Message(asked.text, segment=called)
            yield Assumption(f"{name}.{segment}", segment, title, unit, start, 0, most, better)
    for segment, called in SEGMENTS.items():
        title = Message("Customers today, {segment}", segment=called)
        yield Assumption(f"today.{segment}", segment, title, "count", certain(0), 0, MOST_COUNT, uncertain=False)
    mixes = {"small": (0.7, 0.3, 0), "enterprise": (0, 0.2, 0.8), "public": (0, 0.5, 0.5)}
    for segment, called in SEGMENTS.items():
        for tier, share in zip(TIERS, mixes[segment], strict=True):
            title = Message("Share on {tier}, {segment}", tier=TIERS[tier], segment=called)
            key = f"mix.{segment}.{tier}"
            yield Assumption(key, segment, title, "share", certain(share), 0, 1, uncertain=False)
    free = {
        "free.share": (Message("Leads who become free users"), "share", (0.1, 0.2, 0.4), 1.0, 1),
        "free.churn": (Message("Free users who leave a month"), "share a month", (0.05, 0.1, 0.2), 1.0, -1),
        "free.upgrade": (Message("Free users who buy, a month"), "share a month", (0, 0.005, 0.02), 1.0, 1),
        "free.predictions": (Message("Predictions of a free user a month"), "count", (50, 200, 500), 1e12, 0),
    }
    for key, (title, unit, ends, most, better) in free.items():
        yield Assumption(key, "free", title, unit, Spread(*ends), 0, most, better)


def _channels() -> Iterator[Assumption]:
    spend = {"search": (1700, 2000, 2300), "ads": (1700, 2000, 2300), "social": (800, 1000, 1200), "sales": (0, 0, 0)}
    lead = {"search": (4.5, 6, 8), "ads": (7.5, 10, 13), "social": (4.5, 6, 8), "sales": (100, 150, 220)}
    lag = {"search": 0, "ads": 0, "social": 1, "sales": 4}
    mix = {
        "search": (0.94, 0.04, 0.02), "ads": (0.96, 0.03, 0.01), "social": (0.98, 0.01, 0.01), "sales": (0.1, 0.6, 0.3)
    }  # fmt: skip
    for channel, name in CHANNELS.items():
        title, start = Message("Spent on {channel}, a month", channel=name), Spread(*spend[channel])
        yield Assumption(f"spend.{channel}", "channels", title, "USD", start, 0, MOST_USD)
    for channel, name in CHANNELS.items():
        title, start = Message("Cost of a lead, {channel}", channel=name), Spread(*lead[channel])
        yield Assumption(f"lead.{channel}", "channels", title, "USD", start, 0.01, 1e7, -1)
    growth = Message("Growth of what is spent, a month")
    yield Assumption("spend.growth", "channels", growth, "share a month", Spread(0.03, 0.045, 0.06), -1, 1)
    until = Message("Months it grows for")
    yield Assumption("spend.months", "channels", until, "months", certain(36), 0, MONTHS, uncertain=False)
    for channel, name in CHANNELS.items():
        title = Message("Months from lead to customer, {channel}", channel=name)
        start = certain(lag[channel])
        yield Assumption(f"lag.{channel}", "channels", title, "months", start, 0, 24, uncertain=False)
    for channel, name in CHANNELS.items():
        for segment, share in zip(SEGMENTS, mix[channel], strict=True):
            title = Message("Leads of {channel} that are {segment}", channel=name, segment=SEGMENTS[segment])
            key = f"leads.{channel}.{segment}"
            yield Assumption(key, "channels", title, "share", certain(share), 0, 1, uncertain=False)


def _rest() -> Iterator[Assumption]:
    def one(
        key: str, group: str, title: Message, unit: str, ends: tuple[float, ...], most: float, better: int
    ) -> Assumption:
        return Assumption(key, group, title, unit, Spread(*ends), 0, most, better)

    def plain(key: str, group: str, title: Message, unit: str, value: float, least: float, most: float) -> Assumption:
        return Assumption(key, group, title, unit, certain(value), least, most, uncertain=False)

    yield one("serving", "costs", Message("Serving cost against the measured one"), "factor", (0.67, 1, 2), 1000, -1)
    yield one("support", "costs", Message("Support of a customer a month"), "USD", (2, 3, 5), 1e6, -1)
    yield one("fee", "costs", Message("Fee of the payment provider"), "share", (0.02, 0.029, 0.035), 1, -1)
    yield one("fixed", "costs", Message("Rent, tools and advice, a month"), "USD", (2500, 3000, 4000), MOST_USD, -1)
    yield one("pay", "costs", Message("Pay of the team against the plan"), "factor", (0.9, 1, 1.15), 100, -1)
    yield one("rise", "costs", Message("Rise of pay and fixed costs, a year"), "share", (0.02, 0.03, 0.05), 1, -1)
    yield plain("launch", "costs", Message("Month of the launch"), "months", 4, 1, MONTHS)
    yield one("collect", "cash", Message("Days until customers pay"), "days", (5, 20, 45), 365, -1)
    yield one("settle", "cash", Message("Days until suppliers are paid"), "days", (15, 30, 45), 365, 1)
    yield one("tax", "cash", Message("Tax on profit"), "share", (0.21, 0.25, 0.28), 1, -1)
    yield one("funding", "cash", Message("Planned funding that comes in"), "share", (0.8, 1, 1), 2, 1)
    yield plain("opening", "cash", Message("Cash today"), "USD", 50_000, 0, 1e10)
    yield one("multiple", "exit", Message("Price of the firm in multiples of ARR"), "factor", (3, 5, 7), 100, 1)
    yield plain("exit", "exit", Message("Month of the exit"), "months", MONTHS, 1, MONTHS)
    yield plain("rate", "exit", Message("Discount rate a year"), "share", 0.2, 0, 10)


ASSUMPTIONS: dict[str, Assumption] = {a.key: a for a in (*_prices(), *_segments(), *_channels(), *_rest())}
"""Every assumption by its key, in the order in which people think of them."""
