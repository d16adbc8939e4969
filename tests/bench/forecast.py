"""Does a learning curve made from a third of the data hold the score that is later measured on all of it?"""

from __future__ import annotations

import shutil
from typing import Any

from engine.economics.learning_curve import Point, fit
from tests.bench import common

PARTS = (1 / 24, 1 / 12, 1 / 6, 1 / 3)
RECIPES = ("baseline",) if common.SHORT else ("baseline", "probe")
METRIC = "macro_f1"


def forecast(recipe: str) -> dict[str, Any]:
    """Train `recipe` on parts of the training rows, forecast all of them, then train on all and compare."""
    rows, source = common.sentences()
    everything, test = common.held_out(rows, len(rows) // 5)
    home = common.OUT / f"forecast-{recipe}"
    shutil.rmtree(home, ignore_errors=True)
    points = []
    for share in PARTS:
        part = everything.groupby("label", group_keys=False).sample(frac=share, random_state=1)
        points.append(_point(common.fine_tune(home, part, test, recipe)))
    measured = _point(common.fine_tune(home, everything, test, recipe))
    expected = fit(points).at(measured.rows)
    return {
        "source": source,
        "points": [[p.rows, p.score] for p in points],
        "labels": measured.rows,
        "expected": [expected.low, expected.value, expected.high],
        "measured": measured.score,
        "held": expected.low <= measured.score <= expected.high,
    }


def _point(report: dict[str, Any]) -> Point:
    score = report["quality"]["metrics"][METRIC]
    return Point(report["dataset"]["rows"]["train"], score["value"], score["low"], score["high"])


def main() -> None:
    found = {recipe: forecast(recipe) for recipe in RECIPES}
    print(f"\n{METRIC} on {next(iter(found.values()))['source']}, forecast from a third of the labels")
    rows = [
        [recipe, int(f["points"][-1][0]), int(f["labels"]), *f["expected"], f["measured"], "yes" if f["held"] else "NO"]
        for recipe, f in found.items()
    ]
    common.table(["recipe", "from labels", "to labels", "low", "expected", "high", "measured", "held"], rows)
    common.save("forecast", {"recipes": found})


if __name__ == "__main__":
    main()
