"""The index with 10,000 runs and a million metric rows: every question the dashboard asks, beside pandas, and ×10.

The tables are filled as ingest fills them, with figures made from a seed. pandas answers from frames in memory; DuckDB
from its tables, each answer handed over as a frame.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from engine.analytics import priced, queries
from engine.analytics.database import Index
from engine.analytics.wide import widen
from engine.config import Settings
from engine.economics.catalog import instance, region
from engine.files import new_id
from tests.bench import common

RUNS = 500 if common.SHORT else 10_000
METRICS, EPOCHS = 10, 77
"""A run has 10 metrics on two parts, 3 classes and 77 epochs: 100 rows of metrics, a million together."""
METRIC_ROWS_A_RUN = 2 * METRICS + 3 + EPOCHS
ROUNDS = 3 if common.SHORT else 15
QUOTED = ("accuracy", "macro_f1", "auc", "ece", "log_loss")
SCENARIOS = ("finance_sentiment", "skin_lesions", "films")
LIMIT_MS = 30.0


def fill(index: Index, runs: int) -> None:
    """Fill the tables of `index` with `runs` finished runs."""
    with index.transaction() as cursor:
        made = tables(runs)
        for name, frame in made.items():
            columns = ", ".join(frame.columns)
            cursor.register("made", frame)
            cursor.execute(f"INSERT INTO {name} ({columns}) SELECT {columns} FROM made")
            cursor.unregister("made")
        widen(cursor, made["runs"]["run_id"].tolist())


def tables(runs: int) -> dict[str, pd.DataFrame]:
    """Return the rows of each table; the figures come from one seed."""
    random = np.random.default_rng(0)
    ids = [f"01J{n:023d}" for n in range(runs)]
    at = pd.Timestamp("2026-01-01") + pd.to_timedelta(np.arange(runs), unit="min")
    table = pd.DataFrame(
        {
            "run_id": ids, "created_at": at, "finished_at": at, "started_at": at, "ended_at": at, "kind": "finetune",
            "scenario": random.choice(SCENARIOS, runs), "recipe": random.choice(["baseline", "probe", "fast"], runs),
            "backbone": "minilm-l6", "seed": np.arange(runs) % 5, "threads": 2, "cores": 2, "state": "finished",
            "trashed": False, "demo": False, "label": "", "dataset_name": "News", "dataset_id": "d", "served": "int8",
            "test_id": random.choice(["t1", "t2"], runs), "synthetic": False, "train_rows": 700, "test_rows": 300,
            "labels": '["a", "b"]', "confusion": "[[90, 10], [5, 95]]", "train_s": random.uniform(5, 90, runs),
            "total_s": 99.0, "energy_kwh": 0.001, "energy_low_kwh": 0.0005, "energy_high_kwh": 0.002,
            "energy_method": "power_model", "last_event": "{}",
        }
    )  # fmt: skip
    return {
        "runs": table,
        "metrics": _metrics(ids, random),
        "variants": _variants(ids, random),
        "epochs": _epochs(ids, random),
        "per_class": _per_class(ids, random),
        "usage": _usage(runs, random),
    }


def _metrics(ids: list[str], random: np.random.Generator) -> pd.DataFrame:
    names = [*QUOTED, *(f"extra_{n}" for n in range(METRICS - len(QUOTED)))]
    value = random.uniform(0.6, 0.95, len(ids) * 2 * METRICS)
    return pd.DataFrame(
        {
            "run_id": np.repeat(ids, 2 * METRICS),
            "part": np.tile(np.repeat(["test", "validation"], len(names)), len(ids)),
            "name": np.tile(names, 2 * len(ids)), "value": value, "low": value - 0.02, "high": value + 0.02,
        }
    )  # fmt: skip


def _variants(ids: list[str], random: np.random.Generator) -> pd.DataFrame:
    n = 2 * len(ids)
    return pd.DataFrame(
        {
            "run_id": np.repeat(ids, 2), "name": np.tile(["fp32", "int8"], len(ids)), "size_bytes": 23_000_000,
            "accuracy": 0.9, "macro_f1": 0.9, "p50_ms": random.uniform(1, 9, n), "p95_ms": random.uniform(9, 12, n),
            "p99_ms": 13.0, "throughput_per_s": random.uniform(200, 900, n), "best_batch": 16, "provider": "CPU",
        }
    )  # fmt: skip


def _epochs(ids: list[str], random: np.random.Generator) -> pd.DataFrame:
    loss = random.uniform(0.1, 1, EPOCHS * len(ids))
    epoch = np.tile(np.arange(1.0, EPOCHS + 1), len(ids))
    return pd.DataFrame({"run_id": np.repeat(ids, EPOCHS), "attempt": 1, "epoch": epoch, "train_loss": loss})


def _per_class(ids: list[str], random: np.random.Generator) -> pd.DataFrame:
    f1 = random.uniform(0.5, 1, 3 * len(ids))
    return pd.DataFrame(
        {"run_id": np.repeat(ids, 3), "part": "test", "position": np.tile([0, 1, 2], len(ids)), "label": "a", "f1": f1}
    )


def _usage(runs: int, random: np.random.Generator) -> pd.DataFrame:
    n = 10 * runs
    now = pd.Timestamp.now("UTC").tz_localize(None)
    return pd.DataFrame(
        {
            "file": "a.jsonl", "model": random.choice(["m1", "m2", "m3"], n),
            "served_at": now - pd.to_timedelta(random.uniform(0, 86_400 * 20, n), unit="s"), "predictions": 2,
            "ms": random.uniform(1, 30, n), "status": 200,
        }
    )  # fmt: skip


def questions(index: Index, one: str) -> dict[str, Callable[[], Any]]:
    """Return every question the dashboard asks, by name."""
    pricing = priced.Pricing(instance("aws/us-east-1/c6i.xlarge"), region("aws/us-east-1"), 0.3)
    qualities = dict.fromkeys(SCENARIOS, "macro_f1")
    return {
        "runs of a scenario": lambda: queries.runs(index, SCENARIOS[0]),
        "runs of every scenario": lambda: queries.runs(index),
        "runs, priced (compare)": lambda: priced.compare_points(index, pricing, SCENARIOS[0]),
        "best by scenario (overview)": lambda: queries.overview(index, qualities),
        "one run (results)": lambda: queries.run_detail(index, one),
        "newest jobs": lambda: queries.jobs(index),
        "usage by model": lambda: queries.usage(index),
        "damaged runs": lambda: queries.damaged(index),
    }


def pandas_questions(made: dict[str, pd.DataFrame], one: str) -> dict[str, Callable[[], Any]]:
    """Return the same questions of frames in memory, as somebody would ask them of pandas."""

    def runs(scenario: str = "") -> pd.DataFrame:
        table = made["runs"]
        table = table[(table["state"] == "finished") & ~table["trashed"]]
        table = table[table["scenario"] == scenario] if scenario else table
        metrics = made["metrics"]
        metrics = metrics[metrics["run_id"].isin(table["run_id"]) & metrics["name"].isin(QUOTED)]
        wide = metrics.pivot(index="run_id", columns=["part", "name"], values=["value", "low", "high"])
        wide.columns = ["_".join(map(str, c)) for c in wide.columns]
        served = made["variants"].rename(columns={"name": "served"})
        return table.merge(served, on=["run_id", "served"]).merge(wide.reset_index(), on="run_id")

    def best() -> dict[str, str]:
        found = {}
        for scenario in SCENARIOS:
            table = runs(scenario)
            same = table[table["test_id"] == table["test_id"].iloc[-1]]
            found[scenario] = str(same.loc[same["value_validation_macro_f1"].idxmax(), "run_id"])
        return found

    return {
        "runs of a scenario": lambda: runs(SCENARIOS[0]),
        "runs of every scenario": runs,
        "best by scenario (overview)": best,
        "one run (results)": lambda: [
            made[t][made[t]["run_id"] == one] for t in ("runs", "epochs", "metrics", "per_class")
        ],
        "newest jobs": lambda: made["runs"].sort_values("created_at", ascending=False).head(200),
        "usage by model": lambda: made["usage"].groupby("model")["ms"].agg(["median", "max"]),
    }


def milliseconds(ask: Callable[[], Any], rounds: int = ROUNDS) -> float:
    """Return the median time of a question, after one warm-up."""
    ask()
    seconds = []
    for _ in range(rounds):
        started = time.perf_counter()
        ask()
        seconds.append(time.perf_counter() - started)
    return statistics.median(seconds) * 1000


def measured(home: Path, runs: int, rounds: int) -> dict[str, dict[str, float]]:
    """Return question → {"duckdb", "pandas"} in milliseconds, over an index of its own."""
    index = Index(Settings(home=home), owner=True)
    try:
        fill(index, runs)
        made = tables(runs)
        one = made["runs"]["run_id"].iloc[runs // 2]
        beside = pandas_questions(made, one)
        return {
            name: {"duckdb": milliseconds(ask, rounds)}
            | ({"pandas": milliseconds(beside[name], max(1, rounds // 3))} if name in beside else {})
            for name, ask in questions(index, one).items()
        }
    finally:
        index.close()


def main() -> None:
    before = common.noise()
    small, large = (
        measured(common.OUT / f"index-{new_id()}", RUNS * factor, max(1, ROUNDS // factor)) for factor in (1, 10)
    )
    print(f"\n{RUNS} runs, {RUNS * METRIC_ROWS_A_RUN:,} metric rows; processor noise {before:.0%}")
    rows = [
        [name, t["duckdb"], large[name]["duckdb"], t.get("pandas", "–"), large[name].get("pandas", "–"),
         "yes" if t["duckdb"] < LIMIT_MS else "NO"]
        for name, t in small.items()
    ]  # fmt: skip
    table_head = ["question", "DuckDB ms", "×10 ms", "pandas ms", "×10 ms", f"under {LIMIT_MS:.0f} ms"]
    common.table(table_head, rows)
    common.save("analytics", {"runs": RUNS, "now": small, "ten_times": large, "noise": before})


if __name__ == "__main__":
    main()
