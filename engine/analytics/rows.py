"""What one run folder says, as rows for the tables of the index. Reads files, knows nothing of DuckDB."""

# Paths are plain strings here: Path objects take several times as long, and there may be ten thousand folders.
# ruff: noqa: PTH110, PTH118, PTH119, PTH123, PTH208

from __future__ import annotations

import json
import os
from dataclasses import dataclass, field
from typing import Any, NoReturn

from engine.errors import BadInput
from engine.jobs.attempts import LAST_EVENTS
from engine.messages import Message

KNOWN_VERSION = 1
Row = tuple[Any, ...]


class Damaged(BadInput):
    """A file of a run cannot be used; the message says which and why."""


@dataclass(frozen=True)
class RunRows:
    """The rows of one run by table, or why there are none."""

    run_id: str
    tables: dict[str, list[Row]] = field(default_factory=dict)
    published: bool = False
    problem: Message | None = None


def read_run(folder: str, attempt: int) -> RunRows:
    """Return the rows of the run in `folder`, whose last attempt is `attempt` (0: none).

    Raises FileNotFoundError when there is no spec.json yet, and Damaged when a file is no JSON, of a newer schema, or
    without what it must have.
    """
    run_id = os.path.basename(folder)
    spec = _json(folder + "/spec.json")
    published = _json(folder + "/published.json") if os.path.exists(folder + "/published.json") else None
    if published is not None:
        attempt = published["attempt"] if isinstance(published.get("attempt"), int) else _damaged("published.json")
    events = _events(f"{folder}/attempts/{attempt}/events.jsonl")
    requests = _requests(folder + "/control")
    try:
        report = _json(f"{folder}/attempts/{attempt}/report.json") if published is not None else {}
    except FileNotFoundError:
        # Preparing and calibrating leave no report.
        report = {} if spec.get("kind") != "finetune" else _damaged("report.json")
    try:
        tables = {
            "runs": [_run(run_id, spec, report, events, requests, attempt, published is not None)],
            "epochs": [_epoch(run_id, attempt, e) for e in events if e.get("event") == "epoch"],
        }
        for part in ("quality", "validation"):
            _quality(run_id, "test" if part == "quality" else part, report.get(part) or {}, tables)
        tables["variants"] = [_variant(run_id, k, v) for k, v in (report.get("variants") or {}).items()]
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise Damaged("Its files do not have the form they should ({reason}).", reason=repr(error)) from error
    return RunRows(run_id, tables, published is not None)


def _run(
    run_id: str,
    spec: dict[str, Any],
    report: dict[str, Any],
    events: list[dict[str, Any]],
    requests: list[dict[str, Any]],
    attempt: int,
    published: bool,
) -> Row:
    """Return the row of table runs, in the order of its columns."""
    label, trashed = spec.get("label", ""), False
    for request in requests:
        label = str(request.get("value", "")) or label if request.get("action") == "label" else label
        trashed = {"trash": True, "restore": False}.get(request.get("action", ""), trashed)
    state = _state(published, attempt, events, requests)
    ended = events[-1].get("at") if events and state in ("finished", "failed", "cancelled") else None
    dataset, rows = report.get("dataset") or {}, (report.get("dataset") or {}).get("rows") or {}
    quality, seconds = report.get("quality") or {}, report.get("seconds") or {}
    energy, machine = report.get("energy") or {}, report.get("machine") or {}
    return (
        *(run_id, spec["created_at"], spec["kind"], spec.get("scenario", ""), spec.get("dataset_id", "")),
        *(
            spec.get("backbone", ""),
            spec.get("recipe", ""),
            _whole(spec.get("seed")),
            _whole(report.get("threads") or spec.get("threads")),
        ),
        *(label, bool(spec.get("demo")), spec.get("group", ""), spec.get("code_version", ""), state, trashed),
        *(attempt, events[0].get("at") if events else None, ended, json.dumps(events[-1]) if events else None),
        *(report.get("finished_at"), dataset.get("name"), dataset.get("test_id"), dataset.get("licence")),
        *(dataset.get("commercial_use"), bool(dataset.get("synthetic"))),
        *(_whole(rows.get(part)) for part in ("train", "validation", "test")),
        json.dumps(report["labels"]) if "labels" in report else None,
        *(report.get("served"), report.get("provider"), _number(report.get("temperature"))),
        _whole(report.get("test_looks")),
        json.dumps(quality["confusion"]) if "confusion" in quality else None,
        *(_number(seconds.get(k)) for k in ("train", "export", "evaluate", "measure", "total")),
        *(_number(report.get("peak_memory_mib")), _number(report.get("flops"))),
        *(_number(energy.get(k)) for k in ("kwh", "low_kwh", "high_kwh")),
        *(energy.get("method"), energy.get("source"), _number(energy.get("watts"))),
        *(machine.get("cpu"), _whole(machine.get("cores")), machine.get("gpu")),
    )


def _state(published: bool, attempt: int, events: list[dict[str, Any]], requests: list[dict[str, Any]]) -> str:
    """Return the state the files tell, as `RunFolder.state` does."""
    if published:
        return "finished"
    last = events[-1].get("event", "") if events else ""
    state = LAST_EVENTS.get(last, "running") if attempt else "queued"
    return "cancelled" if state == "queued" and any(r.get("action") == "cancel" for r in requests) else state


def _epoch(run_id: str, attempt: int, event: dict[str, Any]) -> Row:
    names = ("epoch", "epochs", "train_loss", "validation_loss", "validation_macro_f1", "seconds")
    return (run_id, attempt, *(_number(event.get(n)) for n in names))


def _quality(run_id: str, part: str, block: dict[str, Any], tables: dict[str, list[Row]]) -> None:
    """Append the rows of one quality block to tables metrics and per_class."""
    tables.setdefault("metrics", []).extend(
        (run_id, part, name, *_interval(metric)) for name, metric in (block.get("metrics") or {}).items()
    )
    tables.setdefault("per_class", []).extend(
        (
            *(run_id, part, position, str(one["label"]), _whole(one.get("support"))),
            *_interval(one.get("precision")),
            *_interval(one.get("recall")),
            *_interval(one.get("f1")),
        )
        for position, one in enumerate(block.get("per_class") or [])
    )


def _variant(run_id: str, name: str, found: dict[str, Any]) -> Row:
    latency = found.get("latency_ms") or {}
    return (
        *(
            run_id,
            name,
            _whole(found.get("size_bytes")),
            _number(found.get("accuracy")),
            _number(found.get("macro_f1")),
        ),
        *(_number(latency.get(p)) for p in ("p50", "p95", "p99")),
        *(_number(found.get("throughput_per_s")), _whole(found.get("best_batch")), found.get("provider")),
    )


def _interval(metric: dict[str, Any] | float | None) -> tuple[float | None, float | None, float | None]:
    """Return value, low and high of a metric that may be a plain number."""
    if isinstance(metric, dict):
        return _number(metric.get("value")), _number(metric.get("low")), _number(metric.get("high"))
    return _number(metric), None, None


def _number(value: Any) -> float | None:
    return None if value is None else float(value)


def _whole(value: Any) -> int | None:
    return None if value is None else int(value)


def _json(path: str) -> dict[str, Any]:
    """Return the JSON object in `path`. Faster than `files.read_json`, with the same checks."""
    with open(path, "rb") as file:
        content = file.read()
    try:
        value = json.loads(content, parse_constant=_damaged)
    except ValueError:
        _damaged(os.path.basename(path))
    if not isinstance(value, dict):
        _damaged(os.path.basename(path))
    if value.get("schema_version", 1) > KNOWN_VERSION:
        raise Damaged(
            "{file} has schema version {version}; this program knows versions up to {known}. Update Breakeven.",
            file=os.path.basename(path),
            version=value["schema_version"],
            known=KNOWN_VERSION,
        )
    return value


def _damaged(name: str) -> NoReturn:
    raise Damaged("{file} is damaged or missing. Restore it, or delete the run.", file=name)


def _events(path: str) -> list[dict[str, Any]]:
    """Return the whole lines of an events file; one that is still being written or damaged is left out."""
    try:
        with open(path, "rb") as file:
            lines = file.read().split(b"\n")[:-1]
    except OSError:
        return []
    events = []
    for line in lines:
        # Progress is of no use once it is past, and most lines are progress.
        if not line.startswith(b'{"event": "step"') or line is lines[-1]:
            events += _line(line)
    return events


def _line(line: bytes) -> list[dict[str, Any]]:
    try:
        value = json.loads(line)
    except ValueError:
        return []
    return [value] if isinstance(value, dict) else []


def _requests(folder: str) -> list[dict[str, Any]]:
    try:
        names = sorted(n for n in os.listdir(folder) if n.endswith(".json") and not n.startswith("."))
    except OSError:
        return []
    return [_json(os.path.join(folder, name)) for name in names]
