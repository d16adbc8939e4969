"""What better ranking is worth in conversions, and the test of two groups that finds out.

Before a test, the value is an assumption: better lists offline do not always sell more online, so a stated share of
the relative gain is carried over. A test replaces it by a count.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist

from engine.economics.figure import Figure, above_zero, finite, not_negative
from engine.economics.figure import share as checked_share
from engine.errors import BadInput
from engine.messages import Message

ALPHA = 0.05
"""How often a test may find a difference where there is none, looking for one in both directions."""
POWER = 0.8
"""How often it finds a difference that is there."""
VISITS = 1000


@dataclass(frozen=True)
class Plan:
    """A test of two groups of the same size."""

    base: float
    """Share of visitors who convert without the change."""
    changed: float
    """The share that the test is to tell from `base`."""
    visitors_each: int
    """Visitors a group."""
    days: float

    @property
    def visitors(self) -> int:
        return 2 * self.visitors_each


@dataclass(frozen=True)
class Group:
    """What one group of a test did."""

    visitors: int
    conversions: int

    def __post_init__(self) -> None:
        above_zero(Message("The number of visitors"), self.visitors)
        if not_negative(Message("The number of conversions"), self.conversions) > self.visitors:
            raise BadInput(
                "{conversions} of {visitors} visitors converted; give no more conversions than visitors.",
                conversions=self.conversions,
                visitors=self.visitors,
            )

    @property
    def rate(self) -> float:
        return self.conversions / self.visitors


@dataclass(frozen=True)
class ReadOut:
    """What a test found: the difference in conversions, and whether it is more than chance."""

    control: Group
    variant: Group
    extra_per_1000: Figure
    p_value: float

    @property
    def real(self) -> bool:
        """Whether the interval leaves out 0."""
        return self.extra_per_1000.low > 0 or self.extra_per_1000.high < 0


def visitors_each(base: float, changed: float, *, alpha: float = ALPHA, power: float = POWER) -> int:
    """Return how many visitors a group needs so that a two-sided test tells the shares `base` and `changed` apart.

    n = (z(1 − α/2) √(2 p̄ (1 − p̄)) + z(power) √(p₁ (1 − p₁) + p₂ (1 − p₂)))² / (p₁ − p₂)², p̄ = (p₁ + p₂) / 2, without
    a correction for continuity (as in J. L. Fleiss, B. Levin, M. C. Paik, Statistical Methods for Rates and
    Proportions, 3rd edition, Wiley 2003). Raises BadInput for a share that is not between 0 and 1, and for two equal
    ones.
    """
    for name, value in (("The conversion rate", base), ("The conversion rate to find", changed)):
        if checked_share(Message(name), value) == 1:
            raise BadInput("{field} is 1; give a share below 1.", field=Message(name))
    if base == changed:
        raise BadInput("Both conversion rates are {value}; give the difference that is worth finding.", value=base)
    z, mean = NormalDist().inv_cdf, (base + changed) / 2
    chance = z(1 - alpha / 2) * math.sqrt(2 * mean * (1 - mean))
    found = z(power) * math.sqrt(base * (1 - base) + changed * (1 - changed))
    return math.ceil(((chance + found) / (base - changed)) ** 2)


def plan(base: float, lift: float, visitors_a_day: float, *, alpha: float = ALPHA, power: float = POWER) -> Plan:
    """Return the test that finds a relative `lift` (0.05 for 5 %) of the share `base` with `visitors_a_day` in both.

    Raises BadInput for a lift of 0 or one that leads out of 0 to 1, and for no visitors.
    """
    changed = base * (1 + finite(Message("The lift"), lift))
    each = visitors_each(base, changed, alpha=alpha, power=power)
    return Plan(base, changed, each, 2 * each / above_zero(Message("The number of visitors a day"), visitors_a_day))


def extra_conversions_per_1000(base: float, gain: float, low: float, high: float, carried: float) -> Figure:
    """Return the conversions that better ranking would add in 1,000 visits: an assumption until a test is read out.

    `base` is the share of visits that convert now; `gain` the relative gain of the ranking, measured offline, with its
    interval from `low` to `high`; `carried` the share of that gain assumed to show in conversions, from 0 to 1.
    """
    checked_share(Message("The conversion rate"), base)
    if not_negative(Message("The share that carries over"), carried) > 1:
        raise BadInput("The share that carries over is {value}; give a share from 0 to 1.", value=carried)
    scale = VISITS * base * carried
    formula = Message(
        "1,000 visits × {base} that convert now × {gain} relative gain of the ranking × {carried} of it that is "
        "assumed to carry over.",
        base=f"{base:.2%}",
        gain=f"{gain:+.1%}",
        carried=f"{carried:.0%}",
    )
    ends = sorted((scale * low, scale * high))
    return Figure(scale * gain, "per 1,000", "assumed", ends[0], ends[1], formula)


def read_out(control: Group, variant: Group, *, alpha: float = ALPHA) -> ReadOut:
    """Return what a test found.

    The interval of the difference joins the score intervals of the two shares: R. G. Newcombe, Interval estimation for
    the difference between independent proportions, Statistics in Medicine 17, 1998, method 10. The p-value is that of
    the two-sided test with the pooled share.
    """
    z = NormalDist().inv_cdf(1 - alpha / 2)
    difference = variant.rate - control.rate
    (low_c, high_c), (low_v, high_v) = wilson(control, z), wilson(variant, z)
    low = difference - math.hypot(variant.rate - low_v, high_c - control.rate)
    high = difference + math.hypot(high_v - variant.rate, control.rate - low_c)
    formula = Message(
        "({converted} of {variant} visitors with the new ranking − {before} of {control} without) × 1,000.",
        converted=variant.conversions,
        variant=variant.visitors,
        before=control.conversions,
        control=control.visitors,
    )
    extra = Figure(VISITS * difference, "per 1,000", "measured", VISITS * low, VISITS * high, formula)
    return ReadOut(control, variant, extra, p_value(control, variant))


def wilson(group: Group, z: float) -> tuple[float, float]:
    """Return the score interval of a share. E. B. Wilson, J. of the American Statistical Association 22, 1927."""
    n, p = group.visitors, group.rate
    middle, half = p + z * z / (2 * n), z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    return (middle - half) / (1 + z * z / n), (middle + half) / (1 + z * z / n)


def p_value(control: Group, variant: Group) -> float:
    """Return how likely a difference at least as large is when both groups convert alike; 1 when nobody differs."""
    n, m = control.visitors, variant.visitors
    pooled = (control.conversions + variant.conversions) / (n + m)
    error = math.sqrt(pooled * (1 - pooled) * (1 / n + 1 / m))
    if error == 0:
        return 1.0
    return 2 * (1 - NormalDist().cdf(abs(variant.rate - control.rate) / error))
