"""What people cost: salaries by country and level, what the employer adds, and the months until somebody is hired.

Loaded cost = salary × what an employer pays for each USD of salary (US private industry: total compensation ÷ wages,
Bureau of Labor Statistics). The range of a role is the quartiles of the salaries published for it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from engine.economics.combine import total
from engine.economics.facts import Salary
from engine.economics.figure import Figure, Source, above_zero, not_negative
from engine.economics.projection import rounded
from engine.errors import BadInput
from engine.messages import Message

MONTHS = 12


@dataclass(frozen=True)
class Role:
    """Somebody who is needed, and how much of that person's time. Raises BadInput naming the field at fault."""

    salary: Salary
    share_of_time: float
    """1 is a whole position; 2 are two people."""
    factor: float
    """What the employer pays for each USD of salary, 1 or more."""
    factor_source: Source | None = None
    hiring_months: float = 0.0
    """Until the person is there; 0: already is."""

    def __post_init__(self) -> None:
        not_negative(Message("The share of time of {role}", role=self.salary.role), self.share_of_time)
        if above_zero(Message("The employer's factor"), self.factor) < 1:
            raise BadInput("The employer's factor is {value}; give 1 or more.", value=self.factor)
        not_negative(Message("The months of hiring"), self.hiring_months)


def role_month(role: Role) -> Figure:
    """Return the USD a month that `role` costs once the person is there."""
    pay = role.salary
    factor = role.share_of_time * role.factor / MONTHS
    formula = Message(
        "{role}, {country}, {level}: {salary} USD a year × {factor} employer's factor × {share} of the time ÷ 12.",
        role=pay.role,
        country=pay.country,
        level=pay.level,
        salary=rounded(pay.median_usd),
        factor=role.factor,
        share=role.share_of_time,
    )
    sources = (pay.source, role.factor_source) if role.factor_source else (pay.source,)
    ends = sorted((pay.p25_usd * factor, pay.median_usd * factor, pay.p75_usd * factor))
    return Figure(pay.median_usd * factor, "USD a month", "assumed", ends[0], ends[-1], formula, sources)


def people_month(roles: Sequence[Role]) -> Figure:
    """Return the USD a month of all `roles` once everybody is there."""
    return total([role_month(r) for r in roles], "USD a month", Message("The sum of {n} roles.", n=len(roles)))


def people_until(roles: Sequence[Role], months: float) -> Figure:
    """Return the USD of the first `months`: each role is paid from the month in which its hiring ends."""
    not_negative(Message("The number of months"), months)
    paid = [(role_month(r), max(0.0, months - r.hiring_months)) for r in roles]
    return Figure(
        value=sum(f.value * m for f, m in paid),
        unit="USD",
        kind="assumed",
        low=sum(f.low * m for f, m in paid),
        high=sum(f.high * m for f, m in paid),
        formula=Message(
            "{n} roles over {months} months, each from the end of its hiring.", n=len(roles), months=months
        ),
        sources=tuple(dict.fromkeys(s for f, _ in paid for s in f.sources)),
    )
