"""What the options of a decision are compared and limited by."""

from __future__ import annotations

from engine.economics.decision.option import Criterion
from engine.messages import Message
from engine.scenarios import SCENARIOS
from engine.tasks import TASKS

QUALITY, COST, LATENCY, CARBON, TRAIN, MONTH = "quality", "cost", "latency", "carbon", "train", "month"
EVEN, CASH, MARGIN = "even", "cash", "margin"
"""Of the business case with the option: month of breaking even, months until cash runs out, gross margin."""
WEIGHED = (QUALITY, COST, LATENCY, CARBON, TRAIN)
"""What can be given a weight; the month's budget is a limit only, for people and machines at rest are in it."""
OF_THE_CASE = (EVEN, CASH, MARGIN)
"""Limits, or columns to look at: they follow from the rest and would count it twice as a weight."""
USUAL_WEIGHTS = {QUALITY: 5.0, COST: 2.0, LATENCY: 2.0, CARBON: 1.0, TRAIN: 0.0}
COLUMNS = {COST: "cost_per_1000_usd", LATENCY: "p95_ms", CARBON: "gco2e_per_1000", TRAIN: "train_cost_usd"}
"""Criterion → column of `compare_points`, with `_low` and `_high` where there is a range."""


def criteria(scenario: str, *, planned: bool = False) -> tuple[Criterion, ...]:
    """Return what the options of a scenario are compared and limited by; `planned`: under a business case."""
    known = SCENARIOS[scenario]
    metric = TASKS[known.task].metric(known.quality)
    found = (
        Criterion(QUALITY, metric.title, metric.higher_is_better, "share" if metric.share else ""),
        Criterion(COST, Message("Cost per 1,000 predictions"), False, "USD per 1,000", shared=True),
        Criterion(LATENCY, Message("Latency p95"), False, "ms"),
        Criterion(CARBON, Message("Carbon per 1,000 predictions"), False, "gCO2e per 1,000", shared=True),
        Criterion(TRAIN, Message("Cost to train"), False, "USD", shared=True),
        Criterion(MONTH, Message("Cost a month, all in"), False, "USD a month", shared=True),
    )
    if not planned:
        return found
    return (
        *found,
        Criterion(EVEN, Message("Break-even"), False, "month", shared=True),
        Criterion(CASH, Message("Months of cash"), True, "months", shared=True),
        Criterion(MARGIN, Message("Gross margin"), True, "percent", shared=True),
    )
