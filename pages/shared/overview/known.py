"""What the overview shows that takes time to work out: how each scenario stands, and what the newest cases come to."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import Future
from functools import partial
from typing import Any

from engine.analytics.cases import cases, latest
from engine.analytics.portfolio import Outlook, Standing, outlook, standing
from engine.analytics.readiness import facts_of
from engine.analytics.readiness_store import entered
from engine.economics.readiness.evidence import Facts
from engine.errors import BreakevenError
from engine.scenarios import SCENARIOS
from pages.shared import data
from pages.shared.business.found import QUICK_FUTURES, key_of
from pages.shared.later import later
from pages.shared.resources import catalogue, settings

MOST_CASES = 3
Standings = Mapping[str, "Future[Standing]"]


def standings(scenarios: list[str]) -> dict[str, Future[Standing]]:
    """Ask how each of `scenarios` stands; each has a finished run."""
    index, current = data.index(), settings()
    key = (data.version(index), current.instance, current.utilisation, catalogue().own)
    return {s: later(("standing", s), key, partial(standing, index, current, s)) for s in scenarios}


def readiness(scenario: str) -> Future[tuple[Facts, str]] | None:
    """Ask how ready one is for a scenario with its best run; None until somebody answered a question about it.

    Raises BadInput for a file of answers that was spoilt.
    """
    index, current = data.index(), settings()
    mine = entered(current, scenario)
    if not mine.answers:
        return None
    case = latest(current)
    key = (data.version(index), mine.changed_at, key_of(case) if case else "", catalogue().own)
    return later(("readiness", scenario), key, partial(facts_of, index, current, SCENARIOS[scenario], case=case))


def outlooks(row: Mapping[Any, Any] | None) -> list[Future[Outlook]]:
    """Ask what the newest saved cases come to with the run of `row`; nothing without one."""
    if row is None:
        return []
    current = settings()
    newest = list(cases(current).values())[: -MOST_CASES - 1 : -1]
    where = (str(current.workspace.home), current.instance, current.utilisation, catalogue().own, str(row["run_id"]))
    return [
        later(
            ("outlook", n), (where, case.id, case.name, key_of(case)),
            partial(outlook, current, case, row, futures=QUICK_FUTURES),
        )
        for n, case in enumerate(newest)
    ]  # fmt: skip


def answer(asked: Future[Any] | None) -> Any:
    """Return what was asked, an error that can be told as itself, or None where it is not there yet."""
    if asked is None or not asked.done():
        return None
    try:
        return asked.result()
    except BreakevenError as error:
        return error
