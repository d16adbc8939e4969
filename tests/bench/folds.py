"""Five folds: does `fast` reach what `full` reaches, and in which share of its time?"""

from __future__ import annotations

import shutil

import numpy as np
import pandas as pd

from tests.bench import common

FOLDS = 2 if common.SHORT else 5
RECIPES = ("baseline", "fast", "full")


def folds(rows: pd.DataFrame, count: int) -> list[pd.DataFrame]:
    """Return `count` disjoint parts of the rows with the same balance of labels."""
    shuffled = rows.sample(frac=1, random_state=0)
    position = shuffled.groupby("label").cumcount() % count
    return [shuffled[position == k] for k in range(count)]


def main() -> None:
    rows, source = common.sentences()
    parts = folds(rows, FOLDS)
    before = common.noise()
    found = []
    for k, test in enumerate(parts):
        train = pd.concat([part for part in parts if part is not test])
        for recipe in RECIPES:
            home = common.OUT / "workspace"
            report = common.fine_tune(home, train, test, recipe, seed=k)
            metrics = report["quality"]["metrics"]
            row = {
                "fold": k,
                "recipe": recipe,
                "accuracy": metrics["accuracy"]["value"],
                "macro_f1": metrics["macro_f1"]["value"],
                "train_seconds": report["seconds"]["train"],
            }
            found.append(row)
            print(row, flush=True)
            shutil.rmtree(home)
    frame = pd.DataFrame(found)
    mean = frame.groupby("recipe")[["accuracy", "macro_f1", "train_seconds"]].agg(["mean", "std"])
    fast, full = (frame[frame["recipe"] == r].set_index("fold") for r in ("fast", "full"))
    difference = float((fast["macro_f1"] - full["macro_f1"]).mean())
    share = float(np.median(fast["train_seconds"] / full["train_seconds"]))
    print(f"\n{FOLDS} folds of {len(rows)} rows, {source}; served ONNX model, processor noise {before:.0%}")
    common.table(
        ["recipe", "accuracy", "macro-F1", "± std", "training s"],
        [
            [r, m["accuracy", "mean"], m["macro_f1", "mean"], m["macro_f1", "std"], m["train_seconds", "mean"]]
            for r, m in mean.iterrows()
        ],
    )
    print(f"fast − full: {difference:+.4f} macro-F1, in {share:.2f} of the time (median of folds)")
    result = {"source": source, "rows": len(rows), "folds": found, "noise": before}
    common.save("folds", {**result, "macro_f1_difference": difference, "time_share": share})


if __name__ == "__main__":
    main()
