"""A case: every assumption of a business, and the lists that go with it. It checks itself, naming the field."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from engine.economics.business.assumptions import (
    ASSUMPTIONS,
    CHANNELS,
    MONTHS,
    MOST_USD,
    SEGMENTS,
    STREAMS,
    TIERS,
    Assumption,
)
from engine.economics.business.obligations import Obligation, spreads
from engine.economics.business.spread import Spread, certain, within
from engine.errors import BadInput
from engine.messages import Message

CURRENCIES = ("USD", "EUR", "CNY")
TEAMS = {
    "build": Message("Research and development"),
    "sell": Message("Sales and marketing"),
    "serve": Message("Support and operations"),
    "run": Message("Administration"),
}
INVESTORS = {"angel": Message("Angels"), "venture": Message("Venture fund"), "grant": Message("Grant")}
INSTRUMENTS = {"safe": Message("SAFE"), "priced": Message("Priced round"), "grant": Message("Grant")}
MOST_ROWS = 24
SUM_SLACK = 1e-6


@dataclass(frozen=True)
class Hire:
    """People of one kind, from one month on."""

    role: str
    team: str
    """A key of `TEAMS`: where their pay stands in the profit and loss."""
    people: float
    month: int
    """In which looking for them begins, from 1."""
    usd_month: float
    """Loaded cost of one of them."""
    hiring_months: int = 0
    """Until they are there and paid."""

    def __post_init__(self) -> None:
        _known(Message("The team"), self.team, TEAMS)
        _between(Message("The people of {role}", role=self.role), self.people, 0, 100_000)
        _month(Message("The month of {role}", role=self.role), self.month)
        _between(Message("The pay of {role}", role=self.role), self.usd_month, 0, 1e7)
        _between(Message("The months of hiring {role}", role=self.role), self.hiring_months, 0, MONTHS)


@dataclass(frozen=True)
class Round:
    """Money that comes in once."""

    name: str
    investor: str
    """A key of `INVESTORS`."""
    instrument: str
    """A key of `INSTRUMENTS`: a SAFE turns into shares at the next priced round, a grant never does."""
    month: int
    usd: float
    dilution: float = 0.0
    """Share of the firm it buys: of a SAFE, money ÷ post-money cap; of a priced round, money ÷ post-money value."""
    discount: float = 0.0
    """Of a SAFE: how much cheaper its shares are than those of the round in which it turns into them, at least."""
    pool: float = 0.0
    """Of a priced round: share of the firm that is to be free for options after it."""

    def __post_init__(self) -> None:
        name = self.name or "–"
        _known(Message("The investor of {round}", round=name), self.investor, INVESTORS)
        _known(Message("The instrument of {round}", round=name), self.instrument, INSTRUMENTS)
        _month(Message("The month of {round}", round=name), self.month)
        _between(Message("The money of {round}", round=name), self.usd, 0, 1e10)
        _between(Message("The dilution of {round}", round=name), self.dilution, 0, 0.95)
        _between(Message("The discount of {round}", round=name), self.discount, 0, 0.9)
        _between(Message("The option pool of {round}", round=name), self.pool, 0, 0.5)
        if (self.instrument == "grant") != (self.investor == "grant"):
            raise BadInput(
                "{round} mixes a grant with shares; a grant is both the investor and the instrument.", round=name
            )
        if self.instrument == "grant" and self.dilution:
            raise BadInput("{round} is a grant and buys no shares; set its dilution to 0.", round=name)
        if self.instrument != "grant" and self.usd and not self.dilution:
            raise BadInput("{round} buys no share of the firm; give the dilution it costs, above 0.", round=name)
        if self.dilution + self.pool >= 1:
            raise BadInput("{round} and its option pool take the whole firm; give less.", round=name)


@dataclass(frozen=True)
class Credit:
    """Credits of a cloud provider: they pay its bills until they are used up or expire."""

    name: str
    usd: float
    month: int
    last_month: int
    """After it, what is left is lost."""

    def __post_init__(self) -> None:
        name = self.name or "–"
        _between(Message("The credits of {name}", name=name), self.usd, 0, MOST_USD)
        _month(Message("The month of {name}", name=name), self.month)
        _between(Message("The last month of {name}", name=name), self.last_month, self.month, 1200)


@dataclass(frozen=True)
class Once:
    """Something that is paid once: a certificate, a launch, advice."""

    name: str
    month: int
    usd: Spread

    def __post_init__(self) -> None:
        name = self.name or "–"
        _month(Message("The month of {name}", name=name), self.month)
        within(Message("The price of {name}", name=name), self.usd, 0, MOST_USD)


@dataclass(frozen=True)
class Case:
    """Everything a business plan assumes. Raises BadInput naming the field at fault."""

    name: str
    spreads: Mapping[str, Spread]
    """Every key of `ASSUMPTIONS`; those left out are what they are in a new case."""
    streams: frozenset[str] = frozenset({"subscription", "usage"})
    """Keys of `STREAMS`: what customers pay for."""
    currency: str = "USD"
    """Of the prices."""
    start: str = "2027-01"
    """The first month, YYYY-MM."""
    hires: tuple[Hire, ...] = ()
    rounds: tuple[Round, ...] = ()
    credits: tuple[Credit, ...] = ()
    once: tuple[Once, ...] = ()
    rules: tuple[Obligation, ...] = ()
    base: str = ""
    """The case it was made from."""
    id: str = field(default="", compare=False)

    def __post_init__(self) -> None:
        if unknown := sorted(set(self.spreads) - set(ASSUMPTIONS)):
            raise BadInput("There is no assumption {name}; choose from {known}.",
                           name=unknown[0], known=", ".join(ASSUMPTIONS))  # fmt: skip
        object.__setattr__(self, "spreads", {k: self.spreads.get(k, a.start) for k, a in ASSUMPTIONS.items()})
        for key, spread in self.spreads.items():
            check(ASSUMPTIONS[key], spread)
        if not self.streams:
            raise BadInput("The case earns nothing; choose at least one of subscription, pay per use and advertising.")
        for stream in self.streams:
            _known(Message("What customers pay for"), stream, STREAMS)
        _known(Message("The currency"), self.currency, dict.fromkeys(CURRENCIES))
        if not re.fullmatch(r"20\d\d-(0[1-9]|1[0-2])", self.start):
            raise BadInput(
                "The first month is {value}; write it as year and month, like 2027-01.", value=self.start[:20]
            )
        self._check_lists()
        self._check_shares()

    def _check_lists(self) -> None:
        for rows in (self.hires, self.rounds, self.credits, self.once, self.rules):
            if len(rows) > MOST_ROWS:
                raise BadInput("A list has {n} rows; give at most {most}.", n=len(rows), most=MOST_ROWS)
        named = [o.rule for o in self.rules]
        if again := next((o for o in self.rules if named.count(o.rule) > 1), None):
            raise BadInput("{name} stands in the plan twice; leave one out.", name=again.title)
        priced = [r.month for r in self.rounds if r.instrument == "priced"]
        if twice := sorted(m for m in set(priced) if priced.count(m) > 1):
            raise BadInput(
                "Two priced rounds fall into month {month}, and which is first decides who owns what; move one, or "
                "make them one round.",
                month=twice[0],
            )

    def _check_shares(self) -> None:
        for segment, name in SEGMENTS.items():
            _whole(Message("The shares of {segment} on the three prices", segment=name),
                   [self.likely(f"mix.{segment}.{tier}") for tier in TIERS])  # fmt: skip
        for channel, name in CHANNELS.items():
            _whole(Message("The shares of the leads of {channel}", channel=name),
                   [self.likely(f"leads.{channel}.{segment}") for segment in SEGMENTS])  # fmt: skip

    def likely(self, key: str) -> float:
        """Return the likely value of one assumption."""
        return self.spreads[key].likely

    def with_spread(self, key: str, spread: Spread) -> Case:
        """Return the case with one assumption changed."""
        return replace(self, spreads={**self.spreads, key: spread})

    @property
    def open(self) -> dict[str, Spread]:
        """Return what is uncertain: assumptions by key, else `once.` or `rules.` and the place in its list."""
        found = {k: s for k, s in self.spreads.items() if ASSUMPTIONS[k].uncertain and not s.certain and self.uses(k)}
        found |= {f"once.{i}": o.usd for i, o in enumerate(self.once) if not o.usd.certain}
        return found | {k: s for k, s in spreads(self).items() if not s.certain}

    def uses(self, key: str) -> bool:
        """Return whether an assumption plays a part, given what customers pay for."""
        if key.startswith("free.") or key == "price.ads":
            return "advertising" in self.streams
        if key == "price.usage":
            return "usage" in self.streams
        if key == "fx":
            return self.currency != "USD"
        return "subscription" in self.streams or not (key.startswith("annual.") or key == "discount.annual")

    @property
    def empty(self) -> bool:
        """Whether nobody is a customer and nobody can become one."""
        spends = any(self.likely(f"spend.{channel}") for channel in CHANNELS)
        return not spends and not any(self.likely(f"today.{segment}") for segment in SEGMENTS)


def check(assumption: Assumption, spread: Spread) -> Spread:
    """Return `spread`, or raise BadInput when it cannot be what `assumption` is about."""
    within(assumption.title, spread, assumption.least, assumption.most)
    if not assumption.uncertain and not spread.certain:
        raise BadInput("{field} takes one number, not a range.", field=assumption.title)
    if assumption.whole and spread.likely != int(spread.likely) and assumption.unit == "months":
        raise BadInput(
            "{field} is {value}; give a whole number of months.", field=assumption.title, value=spread.likely
        )
    return spread


def one(value: float) -> Spread:
    """Return a number without a range."""
    return certain(float(value))


def _known(what: Message, value: str, known: Mapping[str, object]) -> None:
    if value not in known:
        raise BadInput("{field} is {value}; choose one of {known}.",
                       field=what, value=str(value)[:30], known=", ".join(known))  # fmt: skip


def _between(what: Message, value: float, least: float, most: float) -> None:
    within(what, certain(value), least, most)


def _month(what: Message, value: float) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= MONTHS:
        raise BadInput("{field} is {value}; the plan has the months 1 to {most}.", field=what, value=value, most=MONTHS)


def _whole(what: Message, shares: list[float]) -> None:
    if abs(sum(shares) - 1) > SUM_SLACK:
        raise BadInput("{field} add up to {value}; they must add up to 1.", field=what, value=round(sum(shares), 4))
