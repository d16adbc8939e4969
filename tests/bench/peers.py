"""`fast` against transformers' Trainer: same encoder, same rows, turn by turn in one run."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from tests.bench import common

ROUNDS = 1 if common.SHORT else 3
EPOCHS = 0.2 if common.SHORT else 3.0
TEST_ROWS = 100 if common.SHORT else 1000
PEER = common.OUT / "trainer"
"""Where the Trainer's last model stays, for the benchmark of serving."""


def encoder() -> Path:
    """Return the folder of the default encoder."""
    from engine.config import Settings
    from engine.models.catalog import resolve
    from engine.scenarios import SCENARIOS

    return resolve(SCENARIOS["finance_sentiment"].backbone, Settings(offline=True)).folder


def train_peer(train: pd.DataFrame, test: pd.DataFrame) -> dict[str, Any]:
    """Let transformers' Trainer train on the rows in a process of its own; return what it reports."""
    PEER.mkdir(parents=True, exist_ok=True)
    train.to_csv(PEER / "train.csv", index=False)
    test.to_csv(PEER / "test.csv", index=False)
    arguments = [PEER / "train.csv", PEER / "test.csv", encoder(), PEER, EPOCHS]
    return common.in_a_process("trainer", *map(str, arguments))


def trained(home: Path, report: dict[str, Any]) -> Path:
    """Return the folder of the Trainer's model, trained on a run's rows when there is none yet."""
    if not (PEER / "model").exists():
        train_peer(*rows_of(home, report))
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
    home = common.OUT / "workspace"
    before = common.noise()
    rounds = []
    for k in range(ROUNDS):
        report = common.fine_tune(home, *common.held_out(rows, TEST_ROWS), "fast", seed=k)
        metrics = report["quality"]["metrics"]
        ours = {
            "seconds": on_the_clock(report),
            "accuracy": metrics["accuracy"]["value"],
            "macro_f1": metrics["macro_f1"]["value"],
            "with_loading_and_saving": report["seconds"]["train"],
        }
        train, test = rows_of(home, report)
        rounds.append({"fast": ours, "trainer": train_peer(train, test)})
        print(rounds[-1], flush=True)
    speedup = float(np.median([r["trainer"]["seconds"] / r["fast"]["seconds"] for r in rounds]))
    print(f"\n{len(train)} rows to train on, {len(test)} held out, {source}; processor noise {before:.0%}")
    common.table(
        ["recipe", "training s", "accuracy", "macro-F1", "with loading and saving s"],
        [[name, *(float(np.mean([r[name][k] for r in rounds])) for k in ours)] for name in ("fast", "trainer")],
    )
    print(f"fast is {speedup:.1f} times as fast (median of {ROUNDS} rounds)")
    result = {"source": source, "train_rows": len(train), "test_rows": len(test), "rounds": rounds, "noise": before}
    common.save("peers", {**result, "speedup": speedup})


if __name__ == "__main__":
    main()
