"""From a measured run to a business plan: what serving costs by volume, and the same run under any case."""

from __future__ import annotations

import numpy as np

from engine.analytics.costed import Choices, Costs
from engine.economics.business.serving import Serving
from engine.economics.capacity import Objective
from engine.economics.catalog import instance, region
from engine.economics.demand import Load
from engine.economics.facts import hosted_prices
from engine.economics.hosted import Tokens
from engine.economics.programme import Programme
from engine.messages import Message

POINTS = 160
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


def usual_choices(instance_id: str) -> Choices:
    """Return the choices that the Costs page starts from, on one machine. Raises NotFound for an unknown machine."""
    chosen = instance(instance_id)
    return Choices(
        instance=chosen,
        region=region(chosen.region_id),
        load=Load(1e6, "office"),
        objective=Objective(200.0, headroom=0.3, fewest_replicas=2),
        customers=100,
        programme=Programme(1, 4, 0.1),
        hosted=next(iter(hosted_prices().values())),
        tokens=Tokens(50, 60, 5),
    )
