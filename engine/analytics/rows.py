"""What one run folder says, as rows for the tables of the index. Reads files, knows nothing of DuckDB."""

# Paths are plain strings here: Path objects take several times as long, and there may be ten thousand folders.
# ruff: noqa: PTH118, PTH119, PTH123, PTH208

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

import msgspec

from engine.analytics.files import (
    KNOWN_VERSION,
    Event,
    Interval,
    Published,
    Quality,
    Report,
    Request,
    Spec,
    Variant,
    Versioned,
)
from engine.errors import BadInput
from engine.jobs.attempts import LAST_EVENTS
from engine.messages import Message

Row = tuple[Any, ...]
Read = TypeVar("Read", bound=Versioned)


class Damaged(BadInput):
    """A file of a run cannot be used; the message says which and why."""


class Form(Generic[Read]):
    """Reads one kind of JSON file."""

    def __init__(self, kind: type[Read]) -> None:
        self._decoder = msgspec.json.Decoder(kind)

    def read(self, path: str) -> Read:
        """Return what is in `path`. Raises FileNotFoundError, and Damaged for anything but a known, whole file."""
        try:
            with open(path, "rb") as file:
                value = self._decoder.decode(file.read())
        except (FileNotFoundError, NotADirectoryError):
            raise
        except (msgspec.MsgspecError, UnicodeDecodeError, OSError) as error:
            raise Damaged(
                "{file} is damaged ({reason}). Restore it, or delete the run.",
                file=os.path.basename(path),
                reason=str(error),
            ) from error
        if value.schema_version > KNOWN_VERSION:
            raise Damaged(
                "{file} has schema version {version}; this program knows versions up to {known}. Update Breakeven.",
                file=os.path.basename(path),
                version=value.schema_version,
                known=KNOWN_VERSION,
            )
        return value


SPEC, PUBLISHED, REQUEST, REPORT = Form(Spec), Form(Published), Form(Request), Form(Report)
EVENT = msgspec.json.Decoder(Event)


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
    run_id, spec = os.path.basename(folder), SPEC.read(folder + "/spec.json")
    attempt, published = _published(folder + "/published.json", attempt)
    inside = f"{folder}/attempts/{attempt}"
    report = _report(inside + "/report.json", needed=spec.kind in {"finetune", "bought"}) if published else Report()
    events, last_line = _events(inside + "/events.jsonl")
    requests = _requests(folder + "/control")
    state = _state(published, attempt, events, requests)
    tables: dict[str, list[Row]] = {
        "runs": [_identity(run_id, spec, report, requests, state) + _course(attempt, events, last_line, state)],
        "epochs": [_epoch(run_id, attempt, e) for e in events if e.event == "epoch"],
        "metrics": _metrics(run_id, "test", report.quality) + _metrics(run_id, "validation", report.validation),
        "per_class": _per_class(run_id, "test", report.quality) + _per_class(run_id, "validation", report.validation),
        "variants": [_variant(run_id, name, found) for name, found in report.variants.items()],
    }
    tables["runs"][0] += (
        *_results(report),
        spec.share,
        report.usd_per_1000,
        _sorted(spec.options),
        report.peak.flops_per_s,
    )
    return RunRows(run_id, tables, published)


def _published(path: str, last: int) -> tuple[int, bool]:
    """Return the attempt that counts, and whether it is published."""
    try:
        return PUBLISHED.read(path).attempt, True
    except FileNotFoundError:
        return last, False


def _report(path: str, *, needed: bool) -> Report:
    """Return the report; preparing and calibrating leave none."""
    try:
        return REPORT.read(path)
    except FileNotFoundError:
        if needed:
            raise Damaged("{file} is missing. Restore it, or delete the run.", file="report.json") from None
        return Report()


def _identity(run_id: str, spec: Spec, report: Report, requests: list[Request], state: str) -> Row:
    label = next((str(r.value) for r in reversed(requests) if r.action == "label" and r.value), spec.label)
    put = next((r.action for r in reversed(requests) if r.action in ("trash", "restore")), "")
    # A demo run is queued before its data set is there; what it used then stands in its report.
    dataset_id = spec.dataset_id or report.dataset.id or ""
    return (
        *(run_id, spec.created_at, spec.kind, spec.scenario, dataset_id, spec.backbone, spec.recipe, spec.seed),
        *(report.threads or spec.threads, label, spec.demo, spec.group, spec.code_version, state, put == "trash"),
    )


def _course(attempt: int, events: list[Event], last_line: str | None, state: str) -> Row:
    started = events[0].at if events else None
    ended = events[-1].at if events and state in ("finished", "failed", "cancelled") else None
    return attempt, started, ended, last_line


def _results(report: Report) -> Row:
    data, rows, seconds, energy, machine = (
        report.dataset,
        report.dataset.rows,
        report.seconds,
        report.energy,
        report.machine,
    )
    return (
        *(report.finished_at, data.name, data.test_id, data.licence, data.commercial_use, data.synthetic),
        *(rows.train, rows.validation, rows.test, _text(report.labels)),
        *(report.served, report.provider, report.temperature, report.test_looks, _text(report.quality.confusion)),
        *(seconds.train, seconds.export, seconds.evaluate, seconds.measure, seconds.total),
        *(report.peak_memory_mib, report.flops, energy.kwh, energy.low_kwh, energy.high_kwh),
        *(energy.method, energy.source, energy.watts, machine.cpu, machine.cores, machine.gpu),
    )


def _state(published: bool, attempt: int, events: list[Event], requests: list[Request]) -> str:
    """Return the state the files tell, as `RunFolder.state` does."""
    if published:
        return "finished"
    state = LAST_EVENTS.get(events[-1].event if events else "", "running") if attempt else "queued"
    return "cancelled" if state == "queued" and any(r.action == "cancel" for r in requests) else state


def _epoch(run_id: str, attempt: int, e: Event) -> Row:
    figures = (e.epoch, e.epochs, e.train_loss, e.validation_loss, e.validation_score, e.seconds, e.score)
    return run_id, attempt, *figures


def _metrics(run_id: str, part: str, block: Quality) -> list[Row]:
    return [(run_id, part, name, m.value, m.low, m.high) for name, m in block.metrics.items() if m is not None]


def _per_class(run_id: str, part: str, block: Quality) -> list[Row]:
    return [
        (run_id, part, i, c.label, c.support, *_parts(c.precision), *_parts(c.recall), *_parts(c.f1))
        for i, c in enumerate(block.per_class)
    ]


def _parts(interval: Interval) -> tuple[float | None, float | None, float | None]:
    return interval.value, interval.low, interval.high


def _variant(run_id: str, name: str, v: Variant) -> Row:
    latency = (v.latency_ms.p50, v.latency_ms.p95, v.latency_ms.p99)
    return (
        *(run_id, name, v.size_bytes, v.accuracy, v.macro_f1, *latency),
        *(v.throughput_per_s, v.best_batch, v.provider, _mean_ms(v)),
    )


def _mean_ms(v: Variant) -> float | None:
    """Return the mean milliseconds of a single request, which its throughput was computed from."""
    per_s = v.throughput_by_batch.get("1")
    return 1000 / per_s if per_s else None


def _sorted(options: dict[str, Any]) -> str:
    """Return options as one text, the same for the same options."""
    return msgspec.json.encode(options, order="sorted").decode()


def _text(value: Any) -> str | None:
    return None if value is None else msgspec.json.encode(value).decode()


def _events(path: str) -> tuple[list[Event], str | None]:
    """Return the events of a file, and its last line; a line being written, or damaged, is left out."""
    try:
        with open(path, "rb") as file:
            lines = file.read().split(b"\n")[:-1]
    except OSError:
        return [], None
    events, last = [], None
    for line in lines:
        try:
            events.append(EVENT.decode(line))
            last = line
        except (msgspec.MsgspecError, UnicodeDecodeError):
            continue
    return events, last.decode() if last else None


def _requests(folder: str) -> list[Request]:
    try:
        names = sorted(n for n in os.listdir(folder) if n.endswith(".json") and not n.startswith("."))
    except OSError:
        return []
    return [REQUEST.read(os.path.join(folder, name)) for name in names]
