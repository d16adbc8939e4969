"""Options under a business case: when each breaks even, how long cash lasts with it, what is left of its price."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace

from engine.analytics.criteria import CASH, EVEN, MARGIN
from engine.analytics.plans import Sale, cash_months
from engine.economics.business import metrics, model
from engine.economics.business.assumptions import MONTHS
from engine.economics.business.model import Outcome
from engine.economics.business.serving import Serving
from engine.economics.decision.option import Measure, Option


def planned(
    options: tuple[Option, ...], servings: Mapping[str, Serving], sale: Sale
) -> tuple[tuple[Option, ...], dict[str, Outcome]]:
    """Return the options with what the case comes to with each, and its likely future by the option's id.

    One without a serving cost, bought or refused, has none. Raises BadInput for a case that cannot be computed at all.
    """
    outcomes: dict[str, Outcome] = {}
    made = []
    for option in options:
        if option.id not in servings:
            made.append(option)
            continue
        outcome = outcomes[option.id] = model.run(sale.case, servings[option.id])
        made.append(replace(option, measures={**option.measures, **measures(outcome, sale.month)}))
    return tuple(made), outcomes


def measures(outcome: Outcome, month: int) -> dict[str, Measure]:
    """Return the figures of a plan's likely future. What never happens within the plan is one month beyond its end."""
    even, lasts = int(metrics.break_even(outcome)[0]), cash_months(outcome)
    found = {
        EVEN: Measure.exactly(even or MONTHS + 1),
        CASH: Measure.exactly(lasts if math.isfinite(lasts) else MONTHS),
    }
    margin = metrics.gross_margin(outcome, month).value
    return found if margin is None else found | {MARGIN: Measure.exactly(margin)}
