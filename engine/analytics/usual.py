"""The circumstances that hold until somebody says otherwise: the load, the promise and the people of the Costs page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.analytics.catalogue import Catalogue, catalogue_of
from engine.analytics.costed import Choices, costs
from engine.analytics.criteria import LATENCY
from engine.analytics.plans import serving_of
from engine.analytics.priced import Pricing
from engine.analytics.question import Question
from engine.config import Settings
from engine.economics import facts
from engine.economics.business.serving import Serving
from engine.economics.capacity import Objective
from engine.economics.decision.option import Limits
from engine.economics.demand import Load
from engine.economics.hosted import Tokens
from engine.economics.labels import Labelling
from engine.economics.people import Role
from engine.economics.programme import Programme
from engine.scenarios import SCENARIOS

PREDICTIONS_A_MONTH = 1e6
PROMISE_MS = 200.0
HIRING_MONTHS = 3.0
USUAL_MODEL = "gpt-5.4-nano"


def usual_pricing(settings: Settings) -> Pricing:
    """Return the machine and the share of its time that the settings name."""
    return Pricing.choose(catalogue_of(settings), settings.instance, settings.utilisation)


def usual_question(settings: Settings, scenario: str) -> Question:
    """Return what is asked until somebody chooses otherwise."""
    pricing = usual_pricing(settings)
    return Question(
        scenario, pricing, usual_choices(catalogue_of(settings), pricing, scenario), Limits({LATENCY: PROMISE_MS})
    )


def usual_choices(
    known: Catalogue,
    pricing: Pricing,
    scenario: str,
    *,
    predictions_month: float = PREDICTIONS_A_MONTH,
    p95_ms: float = PROMISE_MS,
) -> Choices:
    """Return the Costs page's own first choices for a scenario, on the machine of `pricing`."""
    return Choices(
        instance=pricing.instance,
        region=pricing.region,
        load=Load(predictions_month, "office"),
        objective=Objective(p95_ms),
        customers=100,
        programme=Programme(),
        hosted=known.hosted_price(USUAL_MODEL),
        tokens=Tokens(50, 60, 5),
        spot=pricing.spot,
        builders=_people(known, 0.20),
        buyers=_people(known, 0.05),
        labelling=_labelling(known, SCENARIOS[scenario].task),
    )


def usual_serving(settings: Settings, run: Mapping[Any, Any]) -> Serving:
    """Return what serving a row of `queries.runs` costs in a plan, as the Costs page starts.

    Raises BadInput for what was not measured.
    """
    choices = usual_choices(catalogue_of(settings), usual_pricing(settings), str(run["scenario"]))
    return serving_of(costs(run, choices))


def _people(known: Catalogue, share_of_time: float) -> tuple[Role, ...]:
    pay = known.salary("Machine Learning Engineer", "US", "MI")
    if (loaded := known.employer_factor("US")) is None:
        return ()
    factor, source = loaded
    return (Role(pay, share_of_time, factor, source, HIRING_MONTHS),)


def _labelling(known: Catalogue, task: str) -> Labelling | None:
    rates = [(r.usd_per_label, r.source) for r in facts.label_rates().values() if r.task == task]
    price = known.label_price(task) or next(iter(rates), None)
    return Labelling(price[0], 3, 0.10, 0.5, price[1]) if price else None
