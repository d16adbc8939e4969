"""From a measured run to a business plan: what serving costs by volume, and the same run under any case."""

from __future__ import annotations

import numpy as np

from engine.analytics.costed import Costs
from engine.economics.business.serving import Serving
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
