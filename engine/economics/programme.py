"""What training costs month after month: retraining, experiments, runs that fail, spot machines that are taken away.

- Runs a month = (retrainings + experiments) ÷ (1 − share of runs that fail): a failed run is done again.
- A spot machine is taken back with the published monthly share s: as a constant hazard, −ln(1 − s) ÷ 730 an hour. Each
  time, half the interval between checkpoints is lost on average, the first-order view of J. W. Young, A first order
  approximation to the optimum checkpoint interval, Communications of the ACM 17(9), 1974; and a restart is waited for.
  Expected hours = h × (1 + hazard × hours lost each time). Writing checkpoints is counted as no time.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from engine.economics.catalog import Instance
from engine.economics.facts import interruption
from engine.economics.figure import Figure, not_negative
from engine.economics.projection import TRAINING_RULE, rounded
from engine.economics.training import hourly_price, train_hours
from engine.errors import BadInput
from engine.messages import Message

HOURS_A_MONTH = 730.0
"""8,760 ÷ 12, as the providers bill a month."""
UNKNOWN_INTERRUPTION = (0.0, 0.4)
"""Where no share is published: from none to the top of the highest published band, read as for AWS."""


@dataclass(frozen=True)
class Programme:
    """How often one trains. Raises BadInput naming the field at fault."""

    retrainings_a_month: float = 1.0
    experiments_a_month: float = 4.0
    failed_share: float = 0.1
    """Of runs, 0 to below 1."""
    checkpoint_hours: float = 0.5
    """Between two checkpoints."""
    restart_hours: float = 0.1
    """Until a new spot machine computes."""

    def __post_init__(self) -> None:
        not_negative(Message("The number of retrainings a month"), self.retrainings_a_month)
        not_negative(Message("The number of experiments a month"), self.experiments_a_month)
        not_negative(Message("The hours between checkpoints"), self.checkpoint_hours)
        not_negative(Message("The hours of a restart"), self.restart_hours)
        if not_negative(Message("The share of failed runs"), self.failed_share) >= 1:
            raise BadInput("The share of failed runs is {value}; give a share below 1.", value=self.failed_share)

    @property
    def runs_a_month(self) -> float:
        return (self.retrainings_a_month + self.experiments_a_month) / (1 - self.failed_share)


def rework(instance: Instance, programme: Programme, *, spot: bool) -> tuple[float, float, float]:
    """Return (value, low, high) of the hours computed for each hour that is needed: 1 on demand."""
    if not spot:
        return 1.0, 1.0, 1.0
    found = interruption(instance)
    low, high = found[:2] if found else UNKNOWN_INTERRUPTION
    lost = programme.checkpoint_hours / 2 + programme.restart_hours

    def factor(share: float) -> float:
        return 1 - math.log1p(-share) / HOURS_A_MONTH * lost

    return factor((low + high) / 2), factor(low), factor(high)


def training_month(
    seconds: float, cores_here: int, instance: Instance, programme: Programme, *, spot: bool = False
) -> Figure:
    """Return the USD a month of the programme, from one training of `seconds` measured on `cores_here` cores.

    Raises BadInput for a negative time, no cores, or a spot price that is not published.
    """
    price, source = hourly_price(instance, spot=spot)
    hours = train_hours(seconds, cores_here, instance)
    again = rework(instance, programme, spot=spot)
    runs = programme.runs_a_month
    value, low, high = (runs * h * a * price for h, a in zip((hours.value, hours.low, hours.high), again, strict=True))
    formula = Message(
        "{runs} runs a month ({planned} planned, {failed} of runs fail) × {hours} h × {again} for interruptions × "
        "{price} USD per h of {instance}. {rule}",
        runs=rounded(runs),
        planned=programme.retrainings_a_month + programme.experiments_a_month,
        failed=programme.failed_share,
        hours=rounded(hours.value),
        again=rounded(again[0]),
        price=price,
        instance=instance.id,
        rule=TRAINING_RULE,
    )
    published = interruption(instance) if spot else None
    return Figure(
        value, "USD a month", "projected", low, high, formula, (source, *((published[2],) if published else ()))
    )
