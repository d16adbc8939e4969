"""Who owns the firm after each round.

A priced round sells shares at (money before + money in) ÷ all shares after it, options and converted SAFEs among them,
so that a larger option pool dilutes who was there before. A SAFE is of the post-money kind (Y Combinator, 2018): at the
next priced round it turns into money ÷ cap of the firm as it is before that round's own shares and pool, or into shares
at a discount to the round's price, whichever is more.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import chain, count

from engine.economics.business.case import Round
from engine.errors import BadInput
from engine.messages import Message

FOUNDERS, POOL = "founders", "pool"
FOUNDER_SHARES = 10_000_000.0
HALVINGS = 200
NOTHING = 1e-9
"""Share of the highest price below which nothing is left for those who were there."""


@dataclass(frozen=True)
class Stake:
    """The table after one event."""

    title: Message | str
    month: int
    shares: dict[str, float]
    """Holder → shares: `FOUNDERS`, `POOL`, and each round by its name."""
    price_usd: float | None
    """Of one share; None where none was set."""
    post_money_usd: float | None
    waiting: tuple[Round, ...] = ()
    """SAFEs that are not yet shares."""

    @property
    def parts(self) -> dict[str, float]:
        """Holder → share of the firm, 0 to 1."""
        total = sum(self.shares.values())
        return {holder: n / total for holder, n in self.shares.items()}


def cap_table(rounds: Sequence[Round]) -> tuple[Stake, ...]:
    """Return the table at the start and after each round, by month; rounds of one month in the order given."""
    now = Stake(Message("Founding"), 0, {FOUNDERS: FOUNDER_SHARES}, None, None)
    made = [now]
    for r in distinct(rounds):
        now = _after(now, r)
        made.append(now)
    return tuple(made)


def distinct(rounds: Sequence[Round]) -> tuple[Round, ...]:
    """Return the rounds by month, each under a name of its own: one that is taken gets its month, then a number."""
    taken, found = {FOUNDERS, POOL}, []
    for r in sorted(rounds, key=lambda r: r.month):
        name = r.name or r.investor
        choices = chain([name, f"{name} ({r.month})"], (f"{name} ({r.month}) {n}" for n in count(2)))
        found.append(replace(r, name=next(c for c in choices if c not in taken)))
        taken.add(found[-1].name)
    return tuple(found)


def at_exit(table: Sequence[Stake]) -> dict[str, float]:
    """Return holder → share of the firm when it is sold: SAFEs still waiting turn into money ÷ cap of it."""
    last = table[-1]
    if not last.waiting:
        return last.parts
    promised = {r.name: r.dilution for r in last.waiting}
    most = max(1.0, sum(promised.values()))
    left = 1 - sum(promised.values()) / most
    return {holder: part * left for holder, part in last.parts.items()} | {h: p / most for h, p in promised.items()}


@dataclass(frozen=True)
class Proceeds:
    """What one holder has of the sale of the firm."""

    part: float
    usd: float
    multiple: float | None
    """Times the money put in; None for who put in none."""
    rate_year: float | None
    """Internal rate of return from the round to the exit; None where there is none."""


def proceeds(rounds: Sequence[Round], price_usd: float, month: int) -> dict[str, Proceeds]:
    """Return what each holder has when the firm is sold for `price_usd` in `month`, from 1.

    Everybody is paid by shares: preferences in liquidation are not counted. Rounds after the sale never happen.
    """
    happened = [r for r in rounds if r.month <= month]
    put_in = {r.name: r for r in distinct(happened)}
    parts = at_exit(cap_table(happened))
    return {holder: _paid(part * price_usd, part, put_in.get(holder), month) for holder, part in parts.items()}


def _paid(usd: float, part: float, put_in: Round | None, month: int) -> Proceeds:
    if put_in is None or not put_in.usd:
        return Proceeds(part, usd, None, None)
    multiple, months = usd / put_in.usd, month - put_in.month
    yearly = multiple ** (12 / months) - 1 if months else None
    return Proceeds(part, usd, multiple, yearly)


def _after(now: Stake, r: Round) -> Stake:
    if r.instrument == "grant" or not r.usd:
        return Stake(r.name, r.month, now.shares, now.price_usd, now.post_money_usd, now.waiting)
    if r.instrument == "safe":
        return Stake(r.name, r.month, now.shares, now.price_usd, now.post_money_usd, (*now.waiting, r))
    return _priced(now, r)


def _priced(now: Stake, r: Round) -> Stake:
    post = r.usd / r.dilution
    price = _price(now, r, post)
    held = dict(now.shares)
    held |= {safe.name: n for safe, n in zip(now.waiting, _converted(now, price), strict=True)}
    if pool := max(held.get(POOL, 0.0), r.pool * post / price):
        held[POOL] = pool
    return Stake(r.name, r.month, {**held, r.name: r.usd / price}, price, post)


def _price(now: Stake, r: Round, post: float) -> float:
    """Return the price at which all shares after the round are worth `post`: the more it costs, the fewer SAFEs get."""
    low, high = 0.0, post / sum(now.shares.values())
    if not _worth(now, r, high * NOTHING, post) < post:
        raise BadInput(
            "{round}, its option pool and the SAFEs before it take the whole firm; lower their dilution.",
            round=r.name or "–",
        )
    for _ in range(HALVINGS):
        price = (low + high) / 2
        low, high = (price, high) if _worth(now, r, price, post) < post else (low, price)
    return high


def _worth(now: Stake, r: Round, price: float, post: float) -> float:
    """Return what all shares after the round are worth at `price`."""
    before = sum(n for holder, n in now.shares.items() if holder != POOL)
    pool = max(now.shares.get(POOL, 0.0), r.pool * post / price)
    return price * (before + sum(_converted(now, price)) + pool) + r.usd


def _converted(now: Stake, price: float) -> list[float]:
    """Return the shares of each waiting SAFE at the round's price: by cap, or by discount where that is more."""
    by_discount = [s.usd / ((1 - s.discount) * price) for s in now.waiting]
    capped = [False] * len(now.waiting)
    found = by_discount
    for _ in range(len(now.waiting) + 1):  # each pass can only move SAFEs from their discount to their cap
        share = sum(s.dilution for s, c in zip(now.waiting, capped, strict=True) if c)
        fixed = sum(n for n, c in zip(by_discount, capped, strict=True) if not c)
        whole = (sum(now.shares.values()) + fixed) / (1 - share) if share < 1 else float("inf")
        found = [s.dilution * whole if c else n for s, n, c in zip(now.waiting, by_discount, capped, strict=True)]
        better = [c or s.dilution * whole > n for s, n, c in zip(now.waiting, by_discount, capped, strict=True)]
        if better == capped:
            break
        capped = better
    return found
