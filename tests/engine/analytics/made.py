"""Run folders as a worker leaves them, made up, for the tests of the index."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

from engine.analytics.database import Index
from engine.config import Settings

LABELS = ["negative", "neutral", "positive"]


def run_id(number: int) -> str:
    """Return an id that sorts by `number`."""
    return f"01HZ{number:022d}"


def make_run(runs: Path, number: int, *, state: str = "finished", mistakes: int = 3, **spec: Any) -> Path:
    """Write the folder of run `number` and return it. The figures follow from the number."""
    folder = runs / run_id(number)
    write(folder / "spec.json", spec_of(number) | spec)
    if state == "queued":
        return folder
    attempt = folder / "attempts" / "1"
    events: list[dict[str, Any]] = [
        {"event": "started"},
        *({"event": "epoch", "epochs": 3, **epoch(e)} for e in (1, 2, 3)),
    ]
    lines = [*events, {"event": state}] if state != "running" else events
    attempt.mkdir(parents=True)
    (attempt / "events.jsonl").write_text("".join(json.dumps(e | {"at": at(number)}) + "\n" for e in lines))
    if state == "finished":
        write(attempt / "report.json", report_of(number, mistakes) | {"scenario": spec.get("scenario", "news")})
        write(folder / "published.json", {"schema_version": 1, "attempt": 1, "at": at(number), "sha256": {}})
    return folder


def write(path: Path, value: dict[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value, indent=1))


def at(number: int) -> str:
    return f"2026-11-{1 + number // 1440 % 28:02d}T{number // 60 % 24:02d}:{number % 60:02d}:00.250Z"


def epoch(number: int) -> dict[str, Any]:
    return {
        "epoch": number,
        "train_loss": 1 / number,
        "validation_loss": 1.1 / number,
        "validation_score": 1 - 0.3 / number,
        "score": "macro_f1",
        "seconds": 2.5,
    }


def spec_of(number: int) -> dict[str, Any]:
    return {
        "schema_version": 1,
        "run_id": run_id(number),
        "created_at": at(number),
        "kind": "finetune",
        "scenario": "news",
        "dataset_id": "d" * 64,
        "recipe": "fast",
        "backbone": "minilm-l6",
        "seed": number,
        "threads": 0,
        "label": f"run {number}",
    }


def quality(value: float) -> dict[str, Any]:
    interval = {"value": value, "low": value - 0.02, "high": value + 0.02}
    names = ("accuracy", "macro_f1", "auc", "ece", "log_loss")
    return {
        "rows": 300,
        "metrics": dict.fromkeys(names, interval),
        "per_class": [
            {"label": k, "support": 100, "precision": interval, "recall": interval, "f1": interval} for k in LABELS
        ],
        "confusion": [[90, 8, 2], [5, 90, 5], [2, 8, 90]],
        "reliability": [
            {"from": b / 10, "to": (b + 1) / 10, "count": 30, "confidence": 0.512345, "accuracy": 0.5}
            for b in range(10)
        ],
    }


def report_of(number: int, mistakes: int) -> dict[str, Any]:
    wrong = [
        {"row": r, "text": "x" * 130, "label": "neutral", "predicted": "positive", "probability": 0.987654321}
        for r in range(mistakes)
    ]
    value = random.Random(number).uniform(0.7, 0.9)
    measured: dict[str, Any] = {
        "size_bytes": 23_000_000,
        "accuracy": value,
        "macro_f1": value,
        "throughput_per_s": 500.0 + number % 100,
    }
    measured |= {
        "latency_ms": {"p50": 2.0, "p95": 3.0, "p99": 4.0},
        "throughput_by_batch": {"1": 400.0, "32": 500.0},
        "best_batch": 32,
        "provider": "CPUExecutionProvider",
    }
    return {
        "schema_version": 1,
        "run_id": run_id(number),
        "recipe": "fast",
        "threads": 2,
        "dataset": {"id": "d" * 64, "name": "demo", "test_id": "t1", "licence": "CC", "commercial_use": False}
        | {"synthetic": True, "rows": {"train": 700, "validation": 100, "test": 300}},
        "labels": LABELS,
        "served": "int8",
        "provider": "CPUExecutionProvider",
        "temperature": 1.25,
        "quality": quality(value) | {"mistakes": wrong},
        "validation": quality(value - 0.01) | {"mistakes": wrong},
        "test_looks": 1,
        "variants": {"fp32": measured, "int8": measured | {"size_bytes": 6_000_000}, "torch": {"macro_f1": value}},
        "seconds": {"train": 36.0, "export": 5.0, "evaluate": 1.0, "measure": 4.0, "total": 50.0},
        "peak_memory_mib": 900.5,
        "flops": 1.5e13,
        "energy": {"kwh": 0.001, "method": "power_model", "watts": 40.0, "source": "model", "low_kwh": 0.0005}
        | {"high_kwh": 0.002},
        "machine": {"cpu": "AMD EPYC", "cores": 2, "memory_gib": 24.0, "gpu": None},
        "finished_at": at(number),
    }


def usage(settings: Settings, count: int, *, text: str = "") -> None:
    lines = [
        json.dumps({"model": "m", "at": "2026-11-22T10:00:00Z", "rows": 2, "ms": float(i), "status": 200 if i else 500})
        for i in range(count)
    ]
    with (settings.workspace.usage / "a.jsonl").open("a") as file:
        file.write("".join(line + "\n" for line in lines) + text)


def everything(index: Index) -> dict[str, list[tuple[object, ...]]]:
    """Return the rows of every table of the index but its own notes."""
    tables = ("runs", "epochs", "metrics", "per_class", "variants", "usage", "damaged")
    return {t: sorted(index.rows(f"SELECT * FROM {t}"), key=repr) for t in tables}
