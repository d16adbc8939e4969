"""What pages and commands ask the index. Every value is bound; every answer is a table or a frozen dataclass.

Prices and carbon are not here: `engine.analytics.priced` hands what was measured to the economics.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from engine.analytics import wide
from engine.analytics.database import Index
from engine.errors import NotFound
from engine.messages import Message

if TYPE_CHECKING:
    import pandas as pd

_FINISHED = """
SELECT r.run_id, r.kind, r.scenario, r.recipe, r.options, r.backbone, r.seed, r.group_id, r.label, r.demo, r.dataset_id,
    r.dataset_name AS dataset, r.test_id, r.licence, r.commercial_use, r.synthetic, r.created_at, r.finished_at,
    r.share, r.train_rows, r.test_rows, r.test_looks, r.threads, r.cores, r.cpu, r.served, r.provider,
    r.train_s AS train_seconds, r.total_s AS total_seconds, r.peak_memory_mib, r.flops, r.peak_flops_per_s,
    r.usd_per_1000, r.energy_kwh AS kwh, r.energy_low_kwh AS kwh_low, r.energy_high_kwh AS kwh_high, r.energy_method,
    v.size_bytes, v.mean_ms, v.p50_ms, v.p95_ms, v.p99_ms, v.throughput_per_s, v.best_batch, q.* EXCLUDE (run_id)
FROM runs r
LEFT JOIN variants v ON v.run_id = r.run_id AND v.name = r.served
LEFT JOIN quality q ON q.run_id = r.run_id
WHERE r.state = 'finished' {conditions}
ORDER BY coalesce(r.finished_at, r.created_at), r.run_id
"""
_BEST = """
WITH done AS (
    SELECT scenario, run_id, test_id, coalesce(finished_at, created_at) AS ended FROM runs
    WHERE kind = 'finetune' AND state = 'finished' AND share = 1 AND NOT trashed
        AND scenario IN (SELECT unnest(?::VARCHAR[]))),
last AS (SELECT scenario, max(ended) AS ended FROM done GROUP BY scenario),
newest AS (
    SELECT scenario, arg_max(test_id, run_id) AS test_id FROM done JOIN last USING (scenario, ended) GROUP BY scenario),
judged AS (
    SELECT scenario, run_id, ended, CASE scenario {scores} END AS score
    FROM done JOIN newest USING (scenario, test_id) JOIN quality USING (run_id)),
top AS (SELECT scenario, max(score) AS score, count(*) AS compared FROM judged WHERE NOT isnan(score) GROUP BY scenario)
SELECT scenario, min({{'ended': ended, 'run_id': run_id}}).run_id, any_value(compared)
FROM judged JOIN top USING (scenario, score) GROUP BY scenario
"""
"""One question for every scenario, each with a score of its own: asking one by one took three times as long."""


def runs(
    index: Index, scenario: str = "", *, test_id: str = "", trashed: bool = False, bought: bool = False
) -> pd.DataFrame:
    """Return one row a finished fine-tuning run, oldest first: what it is, what it measured, how good it is.

    For each metric of the test part there are columns `<name>`, `<name>_low`, `<name>_high`, and `validation_<name>`.
    Size, latency and throughput are of the served variant. An empty `scenario` or `test_id` means all; runs put away
    are left out unless `trashed`, and runs on a share of the training part (`learning_runs`) always. Times are UTC
    without a zone. With `bought`, what vendors answered (`engine.jobs.bought`) is there too: its kind is "bought", it
    has a price in `usd_per_1000`, and nothing that only training measures.
    """
    asked = {column: value for column, value in (("scenario", scenario), ("test_id", test_id)) if value}
    kinds = "AND r.kind IN ('finetune', 'bought') " if bought else "AND r.kind = 'finetune' "
    conditions = kinds + "AND r.share = 1 " + ("" if trashed else "AND NOT r.trashed ")
    conditions += "".join(f"AND r.{column} = ? " for column in asked)
    return index.large_frame(_FINISHED.format(conditions=conditions), list(asked.values()))


def bought(index: Index, test_id: str) -> pd.DataFrame:
    """Return the rows of `runs` that hold what vendors answered to a test part, oldest first."""
    conditions = "AND r.kind = 'bought' AND NOT r.trashed AND r.test_id = ?"
    return index.large_frame(_FINISHED.format(conditions=conditions), [test_id])


ALIKE = ("test_id", "recipe", "backbone", "options", "run_id")
"""What `learning_runs` reads of a run, in the order in which it asks."""


def learning_runs(index: Index, run: Mapping[Any, Any]) -> pd.DataFrame:
    """Return the runs that tell what more labels would bring to `run` (a row of `runs`), in its columns, fewest first.

    They have its test part, recipe, options and backbone, whatever their seed, and learned from the whole of some
    training part, or from a share of that of `run` itself.
    """
    conditions = """AND r.kind = 'finetune' AND NOT r.trashed AND r.test_id = ? AND r.recipe = ? AND r.backbone = ?
        AND r.options = ? AND (r.share = 1 OR r.group_id = ?)"""
    asked = [str(run[name]) for name in ALIKE]
    return index.large_frame(_FINISHED.format(conditions=conditions), asked).sort_values("train_rows", kind="stable")


Interval = tuple[float, float | None, float | None]
"""Value, low, high; None for ends that were not computed."""


def validation(index: Index, run_ids: list[str], metric: str) -> dict[str, Interval]:
    """Return a metric of the validation part by run id: what a choice may look at. Runs without one are left out."""
    found = index.rows(
        "SELECT run_id, value, low, high FROM metrics WHERE part = 'validation' AND name = ? AND value IS NOT NULL "
        "AND NOT isnan(value) AND run_id IN (SELECT unnest(?::VARCHAR[]))",
        [metric, run_ids],
    )
    return {run_id: (value, low, high) for run_id, value, low, high in found}


@dataclass(frozen=True)
class Best:
    """The run of a scenario that did best on the validation part, among those with the newest test part."""

    scenario: str
    run: dict[str, Any]
    """Its row of `runs`, with Python's own numbers; None for what is not known."""
    quality: str
    """The metric it was chosen by."""
    compared: int
    """How many runs it was chosen from."""


def overview(index: Index, qualities: dict[str, str]) -> dict[str, Best]:
    """Return the best run by scenario; `qualities` names each scenario's metric. Scenarios without a run are left out.

    Runs on different test parts do not compare, so only those that share the newest run's test part do. The choice
    looks at the validation part, so that the test figure stays an honest one; of equals, the earlier run is taken.
    """
    columns = wide.columns(index.rows)
    asked = {k: c for k, q in qualities.items() if (c := wide.validation_column(q)) in columns}
    if not asked:
        return {}
    scores = " ".join(f"WHEN ? THEN {column}" for column in asked.values())
    chosen = {k: (r, n) for k, r, n in index.rows(_BEST.format(scores=scores), [list(asked), *asked])}
    if not chosen:
        return {}
    places = ", ".join("?" for _ in chosen)
    found = index.records(_FINISHED.format(conditions=f"AND r.run_id IN ({places})"), [r for r, _ in chosen.values()])
    rows = {str(row["run_id"]): row for row in found}
    return {k: Best(k, rows[chosen[k][0]], qualities[k], chosen[k][1]) for k in qualities if k in chosen}


Confusion = tuple[tuple[int, ...], ...]


def confusions(index: Index, run_ids: list[str]) -> dict[str, tuple[tuple[str, ...], Confusion]]:
    """Return by run id its classes and how often each was taken for which; runs without are left out."""
    found = index.rows(
        "SELECT run_id, labels, confusion FROM runs WHERE confusion IS NOT NULL "
        "AND run_id IN (SELECT unnest(?::VARCHAR[]))",
        [run_ids],
    )
    return {run_id: (tuple(_loaded(labels, [])), _table(confusion)) for run_id, labels, confusion in found}


@dataclass(frozen=True)
class RunDetail:
    """Everything the index holds of one run."""

    run: dict[str, Any]
    """The row of table runs; None for what is not known."""
    labels: tuple[str, ...]
    confusion: Confusion
    """Counts on the test part: actual down, predicted across; empty before the run is finished."""
    epochs: pd.DataFrame
    metrics: pd.DataFrame
    """part, name, value, low, high."""
    per_class: pd.DataFrame
    variants: pd.DataFrame
    last_event: dict[str, Any] = field(default_factory=dict)


def run_detail(index: Index, run_id: str) -> RunDetail:
    """Return one run by its whole id. Raises NotFound when the index has no such run, or why it was left out."""
    found = index.records("SELECT * FROM runs WHERE run_id = ?", [run_id])
    if not found:
        _refuse(index, run_id)
    row = found[0]

    def rows_of(table: str, order: str) -> pd.DataFrame:
        return index.frame(f"SELECT * EXCLUDE (run_id) FROM {table} WHERE run_id = ? ORDER BY {order}", [run_id])  # noqa: S608 -- our names

    labels, confusion, last_event = (row.pop(k) for k in ("labels", "confusion", "last_event"))
    return RunDetail(
        run=row,
        labels=tuple(_loaded(labels, [])),
        confusion=_table(confusion),
        epochs=rows_of("epochs", "epoch"),
        metrics=rows_of("metrics", "part, name"),
        per_class=rows_of("per_class", "part, position"),
        variants=rows_of("variants", "name"),
        last_event=_loaded(last_event, {}),
    )


def _refuse(index: Index, run_id: str) -> None:
    for (message,) in index.rows("SELECT message FROM damaged WHERE run_id = ?", [run_id]):
        raise NotFound(
            "Run {run_id} cannot be read: {reason}", run_id=run_id, reason=Message.from_json(json.loads(message))
        )
    newest = ", ".join(r for (r,) in index.rows("SELECT run_id FROM runs ORDER BY created_at DESC LIMIT 3"))
    raise NotFound("There is no run {run_id}; the newest are: {newest}.", run_id=run_id, newest=newest or "-")


def jobs(index: Index, *, limit: int = 200, trashed: bool = False) -> pd.DataFrame:
    """Return the newest jobs of every kind: running first, then waiting ones in their order, then the newest ended.

    Columns run_id, kind, scenario, recipe, label, share, demo, state, attempt, created_at, started_at, ended_at,
    seconds. Whether a running one is alive, and how far it is, tells `engine.jobs.progress`.
    """
    return index.frame(
        """
        SELECT run_id, kind, scenario, recipe, label, share, demo, state, attempt, created_at, started_at, ended_at,
            epoch(coalesce(ended_at, now() AT TIME ZONE 'UTC') - started_at) AS seconds
        FROM runs WHERE NOT trashed OR ?
        ORDER BY CASE state WHEN 'running' THEN 0 WHEN 'queued' THEN 1 ELSE 2 END,
            CASE state WHEN 'queued' THEN epoch(created_at) ELSE -epoch(created_at) END, run_id
        LIMIT ?
        """,
        [trashed, limit],
    )


def ended_well(index: Index, kind: str, label: str) -> list[str]:
    """Return the finished jobs of one kind with that label, newest first: the load tests of an endpoint."""
    rows = index.rows(
        "SELECT run_id FROM runs WHERE kind = ? AND label = ? AND state = 'finished' AND NOT trashed "
        "ORDER BY run_id DESC",
        [kind, label],
    )
    return [str(run_id) for (run_id,) in rows]


def usage(index: Index, *, days: int = 30) -> pd.DataFrame:
    """Return by model what was served in the last `days`: requests, predictions, errors, p50_ms, p95_ms, last_at."""
    return index.frame(
        """
        SELECT model, count(*) AS requests, sum(u.predictions)::BIGINT AS predictions,
            count(*) FILTER (status >= 400) AS errors,
            quantile_cont(ms, 0.5) AS p50_ms, quantile_cont(ms, 0.95) AS p95_ms, max(served_at) AS last_at
        FROM usage u WHERE served_at >= (now() AT TIME ZONE 'UTC') - to_days(?)
        GROUP BY model ORDER BY requests DESC, model
        """,
        [days],
    )


@dataclass(frozen=True)
class DamagedRun:
    """A run folder that could not be read, and why."""

    run_id: str
    message: Message


def damaged(index: Index) -> list[DamagedRun]:
    """Return the run folders left out of every other answer."""
    rows = index.rows("SELECT run_id, message FROM damaged ORDER BY run_id")
    return [DamagedRun(run_id, Message.from_json(json.loads(message))) for run_id, message in rows]


def _table(text: Any) -> Confusion:
    return tuple(tuple(line) for line in _loaded(text, []))


def _loaded(text: Any, otherwise: Any) -> Any:
    return json.loads(text) if isinstance(text, str) else otherwise
