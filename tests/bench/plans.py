"""Ten thousand futures of a business plan, on one core, beside the same plan as a plain loop over tables."""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from engine.economics.business import draws, model, sensitivity, uncertainty
from engine.economics.business.assumptions import CHANNELS, MONTHS, SEGMENTS, TIERS
from engine.economics.business.case import Case
from engine.economics.business.presets import preset
from engine.economics.business.serving import Serving, flat
from tests.bench import common

FUTURES = 1_000 if common.SHORT else 10_000
LOOPED = 10 if common.SHORT else 100
ROUNDS = 1 if common.SHORT else 5
SERVING = flat(0.01)


def seconds(action: Callable[[], object]) -> float:
    """Return the median time of `action`, after one run that does not count."""
    action()
    found = []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        action()
        found.append(time.perf_counter() - started)
    return statistics.median(found)


def looped(case: Case, given: dict[str, float], serving: Serving) -> pd.DataFrame:
    """Return customers and revenue of one future by month as anyone would write it: a loop over months into a table.

    It knows less than the model: no contracts of a year, no credits, no tax, no days to pay.
    """
    rows: list[dict[str, float]] = []
    there, paid = dict.fromkeys(SEGMENTS, 0.0), dict.fromkeys(SEGMENTS, 0.0)
    for month in range(MONTHS):
        since = month - (int(given["launch"]) - 1)
        grown = (1 + given["spend.growth"]) ** min(max(since, 0), given["spend.months"]) if since >= 0 else 0.0
        for s in SEGMENTS:
            leads = sum(grown * given[f"spend.{c}"] / given[f"lead.{c}"] * given[f"leads.{c}.{s}"] for c in CHANNELS)
            price = sum(given[f"mix.{s}.{t}"] * given[f"price.{t}"] for t in TIERS) * (1 - given[f"discount.{s}"])
            keep = 1 - given[f"churn.{s}"]
            new = leads * given[f"conversion.{s}"] * max(0.0, 1 - there[s] / given[f"market.{s}"])
            there[s] = there[s] * keep + new
            paid[s] = paid[s] * keep * (1 + given[f"expansion.{s}"]) + new * price
        used = np.array([sum(there[s] * given[f"predictions.{s}"] for s in SEGMENTS)])
        row = {"customers": sum(there.values()), "revenue": sum(paid.values())}
        row["serving"] = float(serving.month(used)[0]) * given["serving"]
        row["spend"] = grown * sum(given[f"spend.{c}"] for c in CHANNELS)
        rows.append(row | {"profit": row["revenue"] - row["serving"] - row["spend"] - given["fixed"]})
    table = pd.DataFrame(rows)
    return table.assign(cash=table["profit"].cumsum() + case.likely("opening"))


def measured() -> dict[str, Any]:
    """Return how long each way takes, and what a future costs by it."""
    case = preset("base")
    given = draws.futures(case, LOOPED)
    rows = [{k: float(v[i] if len(v) > 1 else v[0]) for k, v in given.items()} for i in range(LOOPED)]
    found = {
        "draw": seconds(lambda: draws.futures(case, FUTURES)),
        "model": seconds(lambda: model.run(case, SERVING, draws.futures(case, FUTURES))),
        "fan": seconds(lambda: uncertainty.fan(case, SERVING, futures=FUTURES)),
        "one": seconds(lambda: model.run(case, SERVING)),
        "tornado": seconds(lambda: sensitivity.tornados(case, SERVING)),
        "indices": seconds(lambda: sensitivity.indices(case, SERVING, "last_cash")),
        "loop": seconds(lambda: [looped(case, row, SERVING) for row in rows]),
    }
    each = {"fan": found["fan"] / FUTURES, "loop": found["loop"] / LOOPED}
    return {"futures": FUTURES, "looped": LOOPED, "seconds": found, "future_us": {k: 1e6 * v for k, v in each.items()}}


def main() -> None:
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    found = measured()
    took = found["seconds"]
    print(f"\n{FUTURES:,} futures × {MONTHS} months, one core; the loop runs {LOOPED}")
    head = ["what", "futures", "seconds", "µs a future"]
    rows = [
        ["points and ranges", FUTURES, took["draw"], 1e6 * took["draw"] / FUTURES],
        ["P&L, cash, balance", FUTURES, took["model"], 1e6 * took["model"] / FUTURES],
        ["and the fan", FUTURES, took["fan"], found["future_us"]["fan"]],
        ["one future", 1, took["one"], 1e6 * took["one"]],
        ["tornado, four targets", 2 * len(preset("base").open) + 1, took["tornado"], ""],
        ["Sobol' indices", sensitivity.ROWS * (sensitivity.MOST + 2), took["indices"], ""],
        ["pandas loop, less in it", LOOPED, took["loop"], found["future_us"]["loop"]],
    ]
    common.table(head, rows)
    print(f"one future is {found['future_us']['loop'] / found['future_us']['fan']:,.0f} times cheaper than in the loop")
    common.save("plans", found)


if __name__ == "__main__":
    main()
