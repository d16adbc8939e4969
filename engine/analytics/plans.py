"""From a measured run to a business plan: what serving costs by volume, and the same run under any case."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from engine.analytics.costed import Costs
from engine.economics.business import metrics, model, uncertainty
from engine.economics.business.assumptions import MONTHS
from engine.economics.business.case import Case
from engine.economics.business.model import Outcome
from engine.economics.business.serving import Serving, flat
from engine.economics.business.uncertainty import Fan
from engine.economics.readiness.evidence import CaseFacts
from engine.errors import BadInput
from engine.messages import Message

POINTS = 160
QUICK_FUTURES = 1_000
"""Where a plan is asked for beside other things."""
FIRST_YEAR, THIRD_YEAR = 12, 36
LEAST = 100.0
OF_THE_TEAM = {"people"}
"""Parts of the costs that a plan has as people of its own."""


def serving_of(found: Costs) -> Serving:
    """Return what serving costs by volume, as the Costs page computes it, without people: a plan pays its own."""
    build = found.build
    volumes = np.geomspace(LEAST, build.most_a_month(), POINTS)
    whole = build.usd_month(volumes)
    fixed = {name: figure for name, figure in build.monthly.items() if name not in OF_THE_TEAM}
    serving = np.maximum(whole - sum(f.value for f in build.monthly.values()), 0)
    now = found.now
    return Serving(
        volumes=tuple(float(v) for v in volumes),
        usd_month=tuple(float(v) for v in serving),
        fixed_usd_month=float(sum(f.value for f in fixed.values())),
        kind=now.parts["serving"].kind,
        formula=Message(
            "Machines by volume as on the Costs page; {n} predictions a month: {serving}",
            n=round(now.load.predictions_month), serving=now.parts["serving"].formula,
        ),
        sources=now.parts["serving"].sources,
    )  # fmt: skip


@dataclass(frozen=True)
class Sale:
    """What a case sells in one month of its likely future; what serving costs does not change it."""

    case: Case
    month: int
    predictions: float
    """In that month."""
    revenue_usd: float

    @property
    def price_per_1000(self) -> float | None:
        """USD that customers pay for 1,000 predictions; None: they ask for none."""
        return 1000 * self.revenue_usd / self.predictions if self.predictions > 0 else None


def sale_of(case: Case, month: int) -> Sale:
    """Return what `case` sells in `month`, 1 to 60. Raises BadInput for another month and as `model.run` does."""
    if not 1 <= month <= MONTHS:
        raise BadInput("There is no month {month}; choose 1 to {most}.", month=month, most=MONTHS)
    outcome = model.run(case, flat(0.0))
    at = month - 1
    return Sale(case, month, float(outcome.market.predictions[at, 0]), float(outcome.income.revenue[at, 0]))


def case_facts(case: Case, serving: Serving, name: Message | str) -> CaseFacts:
    """Return what readiness rests on of a case with a run. Raises BadInput as `model.run` does."""
    fan = uncertainty.fan(case, serving, futures=QUICK_FUTURES)
    return facts_of_plan(model.run(case, serving), fan, name)


def facts_of_plan(outcome: Outcome, fan: Fan, name: Message | str) -> CaseFacts:
    """Return what readiness rests on of a plan that was computed: `outcome` is its likely future."""
    found, case = metrics.measure(outcome, THIRD_YEAR), outcome.case
    return CaseFacts(
        break_even_month=found["break_even"].value or math.inf,
        runway_months=cash_months(outcome),
        name=name,
        broke_share=float(fan.broke_by[-1]),
        gross_margin=found["gross_margin"].value,
        builders=_paid(case, "build"),
        supporters=_paid(case, "serve"),
        rules=frozenset(o.rule for o in case.rules),
    )


def cash_months(outcome: Outcome) -> float:
    """Return how many months the cash of the likely future lasts; inf: to the end of the plan."""
    broke = metrics.out_of_cash(outcome)[0]
    return float(broke) - 1 if broke else math.inf


def _paid(case: Case, team: str) -> float:
    """Return how many people of a team are there and paid by the end of the first year."""
    return sum(h.people for h in case.hires if h.team == team and h.month + h.hiring_months <= FIRST_YEAR)
