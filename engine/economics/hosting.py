"""What it costs to keep a model answering: machine-hours of a plan at the price of the machine."""

from __future__ import annotations

from engine.economics.capacity import Plan
from engine.economics.combine import times
from engine.economics.figure import Figure, above_zero
from engine.economics.projection import PER_VCPU_HIGH, PER_VCPU_LOW, rounded
from engine.economics.training import hourly_price
from engine.messages import Message

HOSTING_RULE = Message(
    "Machines are counted by Erlang C for the latency objective; the range counts {low} to {high} times the speed of a "
    "core.",
    low=PER_VCPU_LOW,
    high=PER_VCPU_HIGH,
)


def hosting_month(plan: Plan, *, scaled: bool = False, spot: bool = False) -> Figure:
    """Return the USD a month of a plan's machines: always all of them, or `scaled` with the hour.

    Raises BadInput when a spot price is asked for and none is published.
    """
    price, source = hourly_price(plan.instance, spot=spot)
    hours = plan.scaled_hours if scaled else plan.fixed_hours
    formula = Message(
        "{hours} machine-hours a month × {price} USD per h of {instance}. {rule}",
        hours=rounded(hours[0]),
        price=price,
        instance=plan.instance.id,
        rule=HOSTING_RULE,
    )
    value, low, high = (h * price for h in hours)
    return Figure(value, "USD a month", "projected", low, high, formula, (source,))


def per_1000(month: Figure, predictions_month: float) -> Figure:
    """Return the USD per 1,000 predictions of a monthly cost. Raises BadInput unless there are predictions."""
    thousands = above_zero(Message("The number of predictions a month"), predictions_month) / 1000
    formula = Message(
        "{usd} USD a month ÷ {n} predictions × 1,000.", usd=rounded(month.value), n=rounded(predictions_month)
    )
    return times(month, 1 / thousands, "USD per 1,000", formula)


def per_customer(month: Figure, customers: float) -> Figure:
    """Return the USD a month and customer of a monthly cost. Raises BadInput unless there are customers."""
    share = 1 / above_zero(Message("The number of customers"), customers)
    formula = Message("{usd} USD a month ÷ {n} customers.", usd=rounded(month.value), n=rounded(customers))
    return times(month, share, "USD a month and customer", formula)
