"""What is known for the readiness of a scenario: one run beside the others, its data card, and what people answered."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from engine.analytics.database import Index
from engine.analytics.plans import case_facts
from engine.analytics.priced import or_none
from engine.analytics.queries import overview, runs
from engine.analytics.readiness_store import entered
from engine.analytics.usual import usual_serving
from engine.config import Settings
from engine.datasets.dataset import DataCard, Dataset
from engine.datasets.store import open_dataset
from engine.economics.business.case import Case
from engine.economics.readiness.evidence import DataFacts, Facts, Interval, RunFacts
from engine.economics.readiness.rules import Compliance
from engine.errors import BreakevenError, NotFound
from engine.jobs.runs import open_run
from engine.scenarios import Scenario

if TYPE_CHECKING:
    import pandas as pd

SIMPLE = ("baseline", "popularity", "item_item")
"""Recipes that a model has to beat, the simplest first."""
LESS_ENERGY = 0.5


def run_facts(run: Mapping[Any, Any], beside: pd.DataFrame, quality: str, gate: Mapping[str, Any]) -> RunFacts | None:
    """Return what was measured of `run`, a row of `queries.runs`; None when its quality was not.

    `beside` holds the runs of its scenario, `quality` names the metric, `gate` is the report's block of that name.
    """
    rivals = _rivals(run, beside, quality)
    mine = _interval(run, quality)
    if mine is None:
        return None
    return RunFacts(
        quality=mine,
        baseline=_baseline(run, rivals, quality),
        p95_ms=or_none(run.get("p95_ms")),
        exact=_exact(gate),
        energy_kwh=or_none(run.get("kwh")),
        cheaper_equal=_cheaper_equal(run, rivals, quality, mine),
        test_rows=int(run["test_rows"]),
    )


def data_facts(dataset: Dataset, card: DataCard) -> DataFacts:
    """Return what the card of `dataset` found."""
    found = {p.kind: p.count for p in card.problems}
    dropped = {s["step"] for s in card.steps}
    masked = bool(getattr(dataset.options, "masks", ()) or getattr(card, "removed", {}) or "burned_in" in found)
    repeated = 0 if "drop_duplicates" in dropped else found.get("duplicates", 0)
    return DataFacts(
        rows=card.rows_used,
        synthetic=card.synthetic,
        commercial_use=card.commercial_use,
        licence=card.licence,
        personal=any(kind.startswith("personal") for kind in found),
        masked=masked,
        repeated=min(1.0, repeated / card.rows_used) if card.rows_used else None,
    )


def rules_of(settings: Settings, scenario: str, data: DataFacts | None = None) -> Compliance:
    """Return the rules that apply by what was answered for `scenario`; `planned` makes rows of a plan of them."""
    mine = entered(settings, scenario)
    return Facts(scenario, mine.answers, data=data, own_rules=mine.rules).compliance


def facts_of(
    index: Index, settings: Settings, scenario: Scenario, run_id: str = "", case: Case | None = None
) -> tuple[Facts, str]:
    """Return everything that is known about `scenario` with one run, and that run's id, "" without any.

    Without `run_id` it is the one that did best on the validation part; `case` is planned with what serving it costs.
    Raises NotFound for a run there is not, and BadInput for a case that cannot be computed.
    """
    mine = entered(settings, scenario.name)
    if not run_id:
        best = overview(index, {scenario.name: scenario.quality}).get(scenario.name)
        run_id = str(best.run["run_id"]) if best else ""
    if not run_id:
        return Facts(scenario.name, mine.answers, own_rules=mine.rules), ""
    folder = open_run(settings.workspace.runs, run_id)
    table = runs(index, scenario.name)
    rows = table[table["run_id"] == folder.run_id].to_dict("records")
    if not rows:
        raise NotFound(
            "Run {run_id} is no finished run of {scenario}; choose one of its runs, or leave --run out.",
            run_id=folder.run_id,
            scenario=scenario.name,
        )
    found = run_facts(rows[0], table, scenario.quality, folder.report().get("gate") or {})
    data = stored_facts(settings, str(rows[0]["dataset_id"]))
    planned = case_facts(case, usual_serving(settings, rows[0]), case.name) if case else None
    return Facts(scenario.name, mine.answers, found, data, planned, mine.rules), folder.run_id


def stored_facts(settings: Settings, dataset_id: str) -> DataFacts | None:
    """Return what the card of a stored data set found, or None when it was deleted or put away since."""
    try:
        dataset = open_dataset(settings, dataset_id)
        return data_facts(dataset, dataset.card)
    except BreakevenError:
        return None


def _rivals(run: Mapping[Any, Any], beside: pd.DataFrame, quality: str) -> list[dict[Any, Any]]:
    """Return the other runs on the test part of `run`, with no more columns than are compared."""
    wanted = ("run_id", "recipe", "kwh", quality, f"{quality}_low", f"{quality}_high")
    others = beside[(beside["test_id"] == run["test_id"]) & (beside["run_id"] != run["run_id"])]
    found: list[dict[Any, Any]] = others[[c for c in wanted if c in others.columns]].to_dict("records")
    return found


def _interval(row: Mapping[Any, Any], quality: str) -> Interval | None:
    value = or_none(row.get(quality))
    if value is None:
        return None
    low, high = (or_none(row.get(f"{quality}_{end}")) for end in ("low", "high"))
    return Interval(value, value if low is None else low, value if high is None else high)


def _baseline(run: Mapping[Any, Any], rivals: list[dict[Any, Any]], quality: str) -> Interval | None:
    """Return the best of the simple runs; of recipes that are simple themselves, only those before the run's own."""
    simpler = SIMPLE[: SIMPLE.index(run["recipe"])] if run["recipe"] in SIMPLE else SIMPLE
    found = [interval for r in rivals if r["recipe"] in simpler and (interval := _interval(r, quality))]
    return max(found, key=lambda i: i.value, default=None)


def _cheaper_equal(run: Mapping[Any, Any], rivals: list[dict[Any, Any]], quality: str, mine: Interval) -> bool | None:
    """Return whether a rival reaches the run's interval for less than half its energy; None: nothing to compare."""
    kwh = or_none(run.get("kwh"))
    known = [r for r in rivals if or_none(r.get("kwh")) is not None and or_none(r.get(quality)) is not None]
    if kwh is None or not known:
        return None
    return any(float(r["kwh"]) < LESS_ENERGY * kwh and float(r[quality]) >= mine.low for r in known)


def _exact(gate: Mapping[str, Any]) -> float | None:
    if gate.get("fp32_max_difference") is None:
        return None
    return 0.5 if gate.get("int8_agreement") is not None and not gate.get("int8_accepted") else 1.0
