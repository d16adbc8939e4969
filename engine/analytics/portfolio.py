"""Where the start-up stands: each scenario decided under the usual circumstances, and what each saved case comes to.

The more runs, the longer it takes: a page asks for it in a thread of its own (`pages.shared.later`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from engine.analytics.database import Index
from engine.analytics.deciding import answer, gather
from engine.analytics.queries import runs
from engine.analytics.question import Answered
from engine.analytics.readiness import run_facts
from engine.analytics.usual import usual_question, usual_serving
from engine.config import Settings
from engine.economics.business import metrics, model, uncertainty
from engine.economics.business.assumptions import MONTHS
from engine.economics.business.case import Case
from engine.economics.business.metrics import Metric
from engine.economics.readiness.evidence import RunFacts
from engine.scenarios import SCENARIOS


@dataclass(frozen=True)
class Standing:
    """One scenario: what the Decide page answers before anybody chooses otherwise."""

    answered: Answered
    row: Mapping[Any, Any] | None
    """Of the option shown: the one that comes first, else the nearest to holding the limits; of `compare_points`."""
    facts: RunFacts | None
    """What was measured of it beside the simple recipes."""


def standing(index: Index, settings: Settings, scenario: str) -> Standing:
    """Return where a scenario stands. Raises BadInput when it has no finished run."""
    question = usual_question(settings, scenario)
    found = answer(gather(index, question), question)
    near = found.decision.nearest
    row = found.lead or (found.rows[near.option.id] if near else None)
    facts = run_facts(row, runs(index, scenario), SCENARIOS[scenario].quality, {}) if row else None
    return Standing(found, row, facts)


@dataclass(frozen=True)
class Outlook:
    """What a case comes to with one run."""

    case: Case
    row: Mapping[Any, Any]
    metrics: Mapping[str, Metric]
    """Of the likely future, over the whole plan."""
    broke: float
    """Share of futures that run out of cash."""
    even: float
    """Share of futures that break even."""


def outlook(settings: Settings, case: Case, row: Mapping[Any, Any], *, futures: int) -> Outlook:
    """Return what `case` comes to when the run of `row` serves it under the usual circumstances.

    Raises BadInput when no machine carries the run in time.
    """
    serving = usual_serving(settings, row)
    found = metrics.measure(model.run(case, serving), MONTHS)
    fan = uncertainty.fan(case, serving, futures=futures)
    return Outlook(case, row, found, float(fan.broke_by[-1]), float(fan.even_by[-1]))
