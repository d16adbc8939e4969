"""`fast` against transformers' Trainer: same encoder, same five folds, turn by turn in one run."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from tests.bench import common
from tests.bench.folds import folds

ROUNDS = 1 if common.SHORT else 5
EPOCHS = 0.2 if common.SHORT else 3.0
PEER = common.OUT / "trainer"
"""Where the Trainer's model for the benchmark of serving stays."""


def encoder() -> Path:
    """Return the folder of the default encoder."""
    from engine.config import Settings
    from engine.models.catalog import resolve
    from engine.scenarios import SCENARIOS

    return resolve(SCENARIOS["finance_sentiment"].backbone, Settings(offline=True)).folder


def train_peer(train: pd.DataFrame, test: pd.DataFrame, out: Path) -> dict[str, Any]:
    """Let transformers' Trainer train on the rows in a process of its own; return what it reports."""
    out.mkdir(parents=True, exist_ok=True)
    train.to_csv(out / "train.csv", index=False)
    test.to_csv(out / "test.csv", index=False)
    arguments = [out / "train.csv", out / "test.csv", encoder(), out, EPOCHS]
    return common.in_a_process("trainer", *map(str, arguments))


def trained(home: Path, report: dict[str, Any]) -> Path:
    """Return the folder of the Trainer's model, trained on a run's rows when there is none yet."""
    if not (PEER / "model").exists():
        train_peer(*rows_of(home, report), PEER)
    return PEER / "model"


def rows_of(home: Path, report: dict[str, Any]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the train and test parts that a run had."""
    from engine.datasets.dataset import Dataset

    dataset = Dataset.open(home / "datasets" / report["dataset"]["id"])
    return dataset.rows("train"), dataset.rows("test")


def on_the_clock(report: dict[str, Any]) -> float:
    """Return the seconds from the first token to the last step: the clock that the Trainer is measured by as well.

    Loading libraries and the encoder, and saving the model, are outside of both.
    """
    lines = (Path(report["folder"]) / "events.jsonl").read_text("utf-8").splitlines()
    began = {e["name"]: datetime.fromisoformat(e["at"]) for e in map(json.loads, lines) if e["event"] == "phase"}
    return (began["save"] - began["encode"]).total_seconds()


def main() -> None:
    rows, source = common.sentences()
    parts = folds(rows, max(ROUNDS, 2))[:ROUNDS]
    home, out = common.OUT / "workspace", common.OUT / "trainer_folds"
    before = common.noise()
    rounds: list[dict[str, Any]] = []
    for k, part in enumerate(parts):
        report = common.fine_tune(home, rows.drop(part.index), part, "fast", seed=k)
        metrics = report["quality"]["metrics"]
        ours = {
            "seconds": on_the_clock(report),
            "accuracy": metrics["accuracy"]["value"],
            "macro_f1": metrics["macro_f1"]["value"],
            "with_loading_and_saving": report["seconds"]["train"],
        }
        train, test = rows_of(home, report)
        rounds.append({"rows": [len(train), len(test)], "fast": ours, "trainer": train_peer(train, test, out)})
        print(rounds[-1], flush=True)
    print(f"\n{ROUNDS} folds, {source}; processor noise {before:.0%}")
    common.table(
        ["recipe", "training s", "accuracy", "macro-F1", "with loading and saving s"],
        [[name, *(float(np.mean([r[name][k] for r in rounds])) for k in ours)] for name in ("fast", "trainer")],
    )
    speedup, whole = (_ratio(rounds, clock) for clock in ("seconds", "with_loading_and_saving"))
    gains = [r["fast"]["accuracy"] - r["trainer"]["accuracy"] for r in rounds]
    gain, error = float(np.mean(gains)), float(np.std(gains, ddof=1) / ROUNDS**0.5) if ROUNDS > 1 else None
    print(f"fast is {speedup:.1f} times as fast (median of the folds), {whole:.1f} with loading and saving")
    print(f"accuracy, fast − trainer: {gain:+.4f}" + (f" ± {error:.4f} (standard error)" if error is not None else ""))
    result = {"source": source, "rounds": rounds, "noise": before}
    common.save("peers", {**result, "speedup": speedup, "accuracy_gain": gain, "accuracy_gain_error": error})


def _ratio(rounds: list[dict[str, Any]], clock: str) -> float:
    return float(np.median([r["trainer"][clock] / r["fast"][clock] for r in rounds]))


if __name__ == "__main__":
    main()
