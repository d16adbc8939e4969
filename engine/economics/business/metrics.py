"""What sixty months mean: the figures investors and founders ask for, each with its formula or why there is none."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.economics.business import finance
from engine.economics.business.assumptions import MONTHS, SEGMENTS
from engine.economics.business.model import Outcome
from engine.economics.business.spread import Array
from engine.messages import Message

YEAR = 12
RECENT = 3
"""Months over which burn is averaged."""


@dataclass(frozen=True)
class Metric:
    """One figure. `value` is finite, or None and `why` says why there is none."""

    value: float | None
    unit: str
    """"USD", "share", "months", "month", "ratio"."""
    formula: Message
    why: Message | None = None


NAMES: dict[str, Message] = {
    "break_even": Message("Breaks even"),
    "lowest_cash": Message("Lowest cash"),
    "out_of_cash": Message("Out of cash"),
    "exit_value": Message("Value at exit"),
    "npv": Message("NPV"),
    "irr": Message("IRR"),
    "arr": Message("ARR"),
    "gross_margin": Message("Gross margin"),
    "ltv": Message("LTV"),
    "cac": Message("CAC"),
    "ltv_cac": Message("LTV ÷ CAC"),
    "payback": Message("Payback of CAC"),
    "nrr": Message("Net revenue retention"),
    "grr": Message("Gross revenue retention"),
    "runway": Message("Runway"),
    "burn_multiple": Message("Burn multiple"),
    "rule_of_40": Message("Rule of 40"),
}
"""What each metric is called."""
NEVER = Message("Not within the {months} months of the plan.", months=MONTHS)


def break_even(outcome: Outcome) -> Array:
    """Return for each future the month, from 1, from which the operating profit is never below 0 again; 0: none."""
    losses = outcome.income.operating < 0
    last = MONTHS - np.argmax(losses[::-1], axis=0)
    return np.where(~losses.any(axis=0), 1, np.where(losses[-1], 0, last + 1))


def out_of_cash(outcome: Outcome) -> Array:
    """Return for each future the first month, from 1, that ends with less than nothing in the bank; 0: none."""
    broke = outcome.ledger.cash < 0
    return np.where(broke.any(axis=0), np.argmax(broke, axis=0) + 1, 0)


def exit_value(outcome: Outcome) -> Array:
    """Return USD of the firm in the month of the exit, by future: ARR × the multiple."""
    return np.asarray(arr(outcome)[_exit(outcome) - 1] * outcome.draws["multiple"])


def arr(outcome: Outcome) -> Array:
    """Return USD: twelve times the month's subscriptions and use, (months, futures)."""
    return np.asarray(YEAR * outcome.recurring.sum(axis=1))


def flows(outcome: Outcome) -> Array:
    """Return USD a month without owners' money, up to the exit and with it, (months to exit, futures)."""
    end = _exit(outcome)
    found = (outcome.ledger.operating_cash + outcome.income.grants)[:end].copy()
    found[-1] += exit_value(outcome)
    return found


def present_value(outcome: Outcome) -> Array:
    """Return USD by future: the flows discounted to today, each from the end of its month."""
    rate = finance.monthly(outcome.case.likely("rate"))
    return finance.npv(rate, np.concatenate([np.zeros((1, outcome.futures)), flows(outcome)]))


def measure(outcome: Outcome, month: int) -> dict[str, Metric]:
    """Return the figures of the first future of `outcome`; those of a moment are those of `month`, from 1."""
    return {**_moment(outcome, month), **_customer(outcome, month), **_kept(outcome, month), **_whole(outcome)}


def _whole(outcome: Outcome) -> dict[str, Metric]:
    """Return the figures of the whole plan."""
    even, broke = int(break_even(outcome)[0]), int(out_of_cash(outcome)[0])
    cash = outcome.ledger.cash[:, 0]
    value, worth = float(exit_value(outcome)[0]), float(present_value(outcome)[0])
    end, rate = _exit(outcome), outcome.case.likely("rate")
    return {
        "break_even": Metric(
            even or None, "month", Message("The month from which the operating profit is never below 0 again."),
            None if even else NEVER,
        ),
        "lowest_cash": Metric(
            float(cash.min()), "USD", Message("The least in the bank at the end of a month: month {month}.",
                                              month=int(cash.argmin()) + 1),
        ),
        "out_of_cash": Metric(
            broke or None, "month", Message("The first month that ends with less than nothing in the bank."),
            None if broke else Message("The money lasts for all {months} months.", months=MONTHS),
        ),
        "exit_value": Metric(
            value, "USD", Message("12 × recurring revenue of month {month} × {multiple}.", month=end,
                                  multiple=round(float(outcome.draws["multiple"][0]), 2)),
        ),
        "npv": Metric(
            worth, "USD", Message("Cash of each month without owners' money, and the exit in month {month}, "
                                  "discounted at {rate} a year.", month=end, rate=f"{rate:.0%}"),
        ),
        "irr": _irr(flows(outcome)[:, 0]),
    }  # fmt: skip


def _irr(given: Array) -> Metric:
    formula = Message("The rate a year at which the same flows are worth nothing today.")
    if not (given < 0).any() or not (given > 0).any():
        return Metric(None, "share", formula, Message("Money flows one way only, so that no rate balances it."))
    found = finance.rates_of_return(given)
    if not found:
        return Metric(None, "share", formula, Message("No rate between -95 % and 1,000 % a month balances the flows."))
    if len(found) > 1:
        return Metric(
            None, "share", formula, Message("{n} rates balance flows that change sign so often.", n=len(found))
        )
    return Metric(float((1 + found[0]) ** YEAR - 1), "share", formula)


def _moment(outcome: Outcome, month: int) -> dict[str, Metric]:
    """Return what holds in one month, or over the year up to it."""
    now, ago = month - 1, month - 1 - YEAR
    year = slice(max(0, ago + 1), month)
    recurring = arr(outcome)[:, 0]
    burn = -float(outcome.ledger.operating_cash[year, 0].sum())
    more = float(recurring[now] - (recurring[ago] if ago >= 0 else 0))
    return {
        "arr": Metric(
            float(recurring[now]), "USD", Message("12 × subscriptions and use of month {month}.", month=month)
        ),
        "gross_margin": gross_margin(outcome, month),
        "runway": _runway(outcome, month),
        "burn_multiple": _burn_multiple(burn, more),
        "rule_of_40": _rule_of_40(outcome, month),
    }


def gross_margin(outcome: Outcome, month: int) -> Metric:
    """Return the gross margin over the year up to `month`, in the first future."""
    year = slice(max(0, month - YEAR), month)
    sold, earned = (float(a[year, 0].sum()) for a in (outcome.income.revenue, outcome.income.gross))
    formula = Message(
        "Revenue less serving, fees and support, ÷ revenue, over the year up to month {month}.", month=month
    )
    why = None if sold > 0 else Message("Nothing is sold in the year up to month {month}.", month=month)
    return Metric(earned / sold if sold > 0 else None, "share", formula, why)


def _burn_multiple(burn: float, more: float) -> Metric:
    formula = Message("Cash burnt over the year ÷ ARR won in it.")
    if burn <= 0:
        return Metric(None, "ratio", formula, Message("The firm burns no cash in that year."))
    if more <= 0:
        return Metric(None, "ratio", formula, Message("No ARR was won in that year."))
    return Metric(burn / more, "ratio", formula)


def _rule_of_40(outcome: Outcome, month: int) -> Metric:
    formula = Message(
        "Growth of the year's revenue over the year before, plus the operating margin; 0.4 or more is good."
    )
    if month < 2 * YEAR:
        return Metric(None, "share", formula, Message("It needs two years; choose month 24 or later."))
    revenue = outcome.income.revenue[:, 0]
    before, now = (float(revenue[month - k * YEAR : month - (k - 1) * YEAR].sum()) for k in (2, 1))
    if before <= 0 or now <= 0:
        return Metric(None, "share", formula, Message("Nothing was sold in one of the two years."))
    profit = float(outcome.income.operating[month - YEAR : month, 0].sum())
    return Metric(now / before - 1 + profit / now, "share", formula)


def _runway(outcome: Outcome, month: int) -> Metric:
    formula = Message("Cash ÷ what the last {n} months burnt a month.", n=RECENT)
    burn = -float(outcome.ledger.operating_cash[max(0, month - RECENT) : month, 0].mean())
    cash = float(outcome.ledger.cash[month - 1, 0])
    if burn <= 0:
        return Metric(None, "months", formula, Message("The firm burns no cash in those months."))
    if cash <= 0:
        return Metric(0.0, "months", formula)
    return Metric(cash / burn, "months", formula)


def _customer(outcome: Outcome, month: int) -> dict[str, Metric]:
    """Return what a customer won in the year up to `month` costs and brings."""
    year = slice(max(0, month - YEAR), month)
    won = outcome.market.new[year, :, 0].sum(axis=0)
    spent = float(outcome.income.selling[year, 0].sum())
    sold, earned = (float(a[year, 0].sum()) for a in (outcome.income.revenue, outcome.income.gross))
    names = {
        "cac": (
            "USD", Message("Channels and people who sell ÷ customers won, over the year up to month {month}.",
                           month=month)
        ),
        "ltv": (
            "USD", Message("Gross margin of a new customer over its life, discounted: margin ÷ (1 − stays × grows ÷ "
                           "(1 + rate))."),
        ),
        "ltv_cac": ("ratio", Message("LTV ÷ CAC.")),
        "payback": ("months", Message("CAC ÷ gross margin a month of a new customer.")),
    }  # fmt: skip
    if won.sum() <= 0 or sold <= 0:
        why = Message("Nobody was won in the year up to month {month}.", month=month)
        return {k: Metric(None, unit, formula, why) for k, (unit, formula) in names.items()}
    margin, mix = earned / sold, won / won.sum()
    pays = outcome_prices(outcome)
    cac, brings = spent / float(won.sum()), float((pays.sum(axis=0) * mix).sum()) * margin
    life = _lifetime(outcome, pays, mix, margin)
    endless = Message("Customers who stay grow faster than others leave, so that the sum has no end.")
    at_a_loss = Message("A customer brings no gross margin.")
    free = Message("Customers cost nothing to win.")
    values: dict[str, tuple[float | None, Message | None]] = {
        "cac": (cac, None),
        "ltv": (life, None if life is not None else endless),
        "ltv_cac": (life / cac, None) if life is not None and cac > 0 else (None, endless if life is None else free),
        "payback": (cac / brings, None) if brings > 0 else (None, at_a_loss),
    }
    return {k: Metric(values[k][0], unit, formula, values[k][1]) for k, (unit, formula) in names.items()}


def outcome_prices(outcome: Outcome) -> Array:
    """Return USD a month of a new customer in the first future, (subscription and use, segments)."""
    from engine.economics.business.demand import Prices
    from engine.economics.currency import rate

    prices = Prices.of(outcome.case, outcome.draws, rate(outcome.case.currency).usd)
    ahead = np.array([outcome.draws[f"annual.{s}"][0] for s in SEGMENTS])
    off = ahead * outcome.draws["discount.annual"][0]
    return np.stack([prices.monthly[:, 0] * (1 - off), prices.usage[:, 0]])


def _lifetime(outcome: Outcome, pays: Array, mix: Array, margin: float) -> float | None:
    """Return the LTV of the mix of segments; None where one has no end."""
    rate, total = finance.monthly(outcome.case.likely("rate")), 0.0
    for i, segment in enumerate(SEGMENTS):
        if not mix[i]:
            continue
        churn, growth = (float(outcome.draws[f"{name}.{segment}"][0]) for name in ("churn", "expansion"))
        parts = [
            finance.lifetime_value(pays[k, i] * margin, churn, g, rate)
            for k, g in enumerate((growth, 0.0))
            if pays[k, i]
        ]
        if None in parts:
            return None
        total += mix[i] * sum(p for p in parts if p is not None)
    return float(total)


def _kept(outcome: Outcome, month: int) -> dict[str, Metric]:
    """Return the revenue retention of those who were customers a year before `month`."""
    net = Message("What customers of a year ago pay now ÷ what they paid then; those who left pay nothing.")
    gross = Message("As net revenue retention, without what they pay more.")
    then = month - 1 - YEAR
    paid = outcome.recurring[then, :, 0] if then >= 0 else np.zeros(len(SEGMENTS))
    if paid.sum() <= 0:
        why = Message("Nobody paid a year before month {month}.", month=month)
        return {"nrr": Metric(None, "share", net, why), "grr": Metric(None, "share", gross, why)}
    stay = np.array([(1 - outcome.draws[f"churn.{s}"][0]) ** YEAR for s in SEGMENTS])
    grow = np.array([(1 + outcome.draws[f"expansion.{s}"][0]) ** YEAR for s in SEGMENTS])
    weight = outcome.market.subscription[then, :, 0] * (grow - 1) + paid
    return {
        "nrr": Metric(float((weight * stay).sum() / paid.sum()), "share", net),
        "grr": Metric(float((paid * stay).sum() / paid.sum()), "share", gross),
    }


def _exit(outcome: Outcome) -> int:
    return int(outcome.case.likely("exit"))
