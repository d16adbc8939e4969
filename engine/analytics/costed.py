"""What a measured run costs to keep, now and when the load grows, beside buying the same: what the Costs page shows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from engine.analytics.priced import energy_of, measured
from engine.economics import budget, capacity, footprint, hosting
from engine.economics.capacity import Objective, Plan, Service
from engine.economics.carbon import training_carbon
from engine.economics.catalog import Instance, Region
from engine.economics.combine import times
from engine.economics.demand import Load
from engine.economics.facts import HostedPrice
from engine.economics.figure import Figure
from engine.economics.hosted import Crossing, Tokens, Vendor, answers_per_1000
from engine.economics.labels import Labelling, label_cost
from engine.economics.people import MONTHS, Role, people_month
from engine.economics.programme import Programme, training_month
from engine.errors import BadInput
from engine.messages import Message

if TYPE_CHECKING:
    import pandas as pd

FACTORS = (1, 10, 100)
"""Now, and what it would be."""
CURVE_POINTS = 80


@dataclass(frozen=True)
class Choices:
    """Everything that somebody chose: where it runs, what is asked for, what would be bought instead."""

    instance: Instance
    region: Region
    load: Load
    objective: Objective
    customers: float
    programme: Programme
    hosted: HostedPrice | Vendor
    tokens: Tokens
    scaled: bool = True
    spot: bool = False
    batch: bool = False
    builders: tuple[Role, ...] = ()
    """Who looks after a model of one's own."""
    buyers: tuple[Role, ...] = ()
    """Who looks after a model that is bought."""
    labelling: Labelling | None = None
    labels_a_month: float = 0.0


@dataclass(frozen=True)
class Step:
    """One size of the load."""

    factor: int
    load: Load
    plan: Plan
    build: Figure
    """USD a month."""
    buy: Figure
    per_1000: Figure
    """USD per 1,000 predictions of building."""
    per_customer: Figure
    year_carbon: Figure
    """gCO2e a year of serving."""
    parts: Mapping[str, Figure]
    """Where the money goes: "serving", "training", "people", "labels" → USD a month."""


@dataclass(frozen=True)
class Costs:
    """A run under some choices."""

    build: budget.Build
    buy: budget.Buy
    steps: tuple[Step, ...]
    refused: Message | None
    """Why the larger loads are missing: above any capacity."""

    @property
    def now(self) -> Step:
        return self.steps[0]

    @cached_property
    def crossing(self) -> Crossing:
        """Where building meets buying; looked for when somebody asks."""
        return budget.meeting(self.build, self.buy)


def service_of(run: Mapping[Any, Any], variant: Mapping[Any, Any] | None = None) -> Service:
    """Return the measured service time of a row of `queries.runs`, or of one of its variants.

    Reports without a mean have their median taken for it. Raises BadInput when neither was measured.
    """
    timed = {**run, **(variant or {})}
    cores = measured(timed, "threads", otherwise="cores")
    return Service(measured(timed, "mean_ms", otherwise="p50_ms"), measured(timed, "p95_ms"), cores)


def costs(run: Mapping[Any, Any], choices: Choices, *, variant: Mapping[Any, Any] | None = None) -> Costs:
    """Return what `run` (a row of `queries.runs`) costs under `choices`.

    Raises BadInput for what was not measured, for an objective that cannot be held, and when not even the load of now
    can be carried.
    """
    build = build_of(run, choices, variant)
    buy = buy_of(answers_per_1000(choices.hosted, choices.tokens, batch=choices.batch), choices)
    steps, refused = _steps(build, buy, choices)
    return Costs(build, buy, steps, refused)


def build_of(run: Mapping[Any, Any], choices: Choices, variant: Mapping[Any, Any] | None = None) -> budget.Build:
    """Return what keeping `run`, or one of its variants, costs at any load. Raises BadInput as `costs` does."""
    return budget.Build(
        service=service_of(run, variant),
        instance=choices.instance,
        objective=choices.objective,
        profile=choices.load.profile,
        scaled=choices.scaled,
        spot=choices.spot,
        monthly=_monthly(run, choices),
    )


def buy_of(per_1000: Figure, choices: Choices) -> budget.Buy:
    """Return what buying answers at `per_1000` costs at any load."""
    return budget.Buy(per_1000, {"people": people_month(choices.buyers)} if choices.buyers else {})


def answers_month(buy: budget.Buy, predictions_month: float) -> Figure:
    """Return the USD a month of bought answers, with the people who look after them."""
    formula = Message("{n} predictions at the price of 1,000.", n=round(predictions_month))
    bought = times(buy.per_1000, predictions_month / 1000, "USD a month", formula)
    return budget.month_total({"answers": bought, **buy.monthly})


def build_month(build: budget.Build, plan: Plan) -> dict[str, Figure]:
    """Return where the money goes when `plan` carries the load: part → USD a month."""
    return {"serving": hosting.hosting_month(plan, scaled=build.scaled, spot=build.spot), **build.monthly}


def _monthly(run: Mapping[Any, Any], choices: Choices) -> dict[str, Figure]:
    """Return what is paid each month whatever the load."""
    cores = int(measured(run, "threads", otherwise="cores"))
    seconds = measured(run, "train_seconds")
    found = {
        "training": training_month(seconds, cores, choices.instance, choices.programme, spot=choices.spot),
    }
    if choices.builders:
        found["people"] = people_month(choices.builders)
    if choices.labelling and choices.labels_a_month:
        found["labels"] = label_cost(choices.labels_a_month, choices.labelling)
    return found


def _steps(build: budget.Build, buy: budget.Buy, choices: Choices) -> tuple[tuple[Step, ...], Message | None]:
    made: list[Step] = []
    for factor in FACTORS:
        try:
            made.append(_step(factor, build, buy, choices))
        except BadInput as error:
            if not made:
                raise
            return tuple(made), error.message
    return tuple(made), None


def _step(factor: int, build: budget.Build, buy: budget.Buy, choices: Choices) -> Step:
    load = choices.load.grown(factor)
    plan = capacity.plan(load, build.service, build.instance, build.objective)
    parts = build_month(build, plan)
    month = budget.month_total(parts)
    n = load.predictions_month
    return Step(
        factor=factor,
        load=load,
        plan=plan,
        build=month,
        buy=answers_month(buy, n),
        per_1000=hosting.per_1000(month, n),
        per_customer=hosting.per_customer(month, choices.customers * factor),
        year_carbon=footprint.serving_year_carbon(plan, choices.region, scaled=choices.scaled),
        parts=parts,
    )


def training_year_carbon(run: Mapping[Any, Any], choices: Choices) -> Figure:
    """Return the gCO2e of a year of the training programme, from the energy measured of one training."""
    spent = energy_of(run)
    once = training_carbon(spent, choices.region)
    runs = choices.programme.runs_a_month * MONTHS
    formula = Message("{runs} trainings a year, each: {once}", runs=round(runs, 1), once=once.formula)
    return times(once, runs, "gCO2e a year", formula)


def curve(found: Costs, *, least: float, most: float) -> pd.DataFrame:
    """Return building and buying by volume: predictions, then build, build_low, build_high, buy, buy_low, buy_high."""
    import pandas as pd

    top = min(most, found.build.most_a_month())
    volumes = np.geomspace(min(least, top / 10), top, CURVE_POINTS)
    return pd.DataFrame(
        {
            "predictions": volumes,
            **{f"build{end}": line(volumes) for end, line in _lines(found.build).items()},
            **{f"buy{end}": line(volumes) for end, line in _lines(found.buy).items()},
        }
    )


def _lines(side: budget.Build | budget.Buy) -> dict[str, Any]:
    return {"": side.usd_month, "_low": side.low, "_high": side.high}
