"""What more interactions cost: prepare, fit and serve at 100 thousand, 1 million and 10 million, a process each."""

from __future__ import annotations

import json
import re
import resource
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

from tests.bench import common

SIZES = (
    ((20_000, 2_000), (60_000, 2_000))
    if common.SHORT
    else ((100_000, 5_000), (1_000_000, 5_000), (10_000_000, 5_000), (10_000_000, 50_000))
)
"""Interactions and items. One catalogue up to 10 million, so that interactions alone grow; then one too large for a
dense item-item matrix."""
A_USER = 50
"""Interactions of a user."""
GROUPS = 20
"""Tastes: each user likes three of them, each item belongs to one."""
RECIPE = "item_item"
ASKED = 1_000
PHASES = ("prepare", "fit", "serve")


def measure(home: Path) -> list[dict[str, Any]]:
    """Return seconds and peak memory of each phase by size; loading Python and its libraries counts as memory alone."""
    found = []
    for count, items in SIZES:
        folder = home / f"{count}-{items}"
        folder.mkdir(parents=True)
        generate(folder / "interactions.csv", count, items)
        figures: dict[str, Any] = {"interactions": count, "items": items}
        for phase in PHASES:
            figures[phase] = common.in_a_process("growth", phase, str(folder))
        found.append(figures)
        print(figures, flush=True)
    print(f"\nGrowth of cost, generated interactions, {A_USER} a user, {RECIPE} at its default")
    names = [
        "interactions",
        "items",
        *(f"{phase} {unit}" for phase in PHASES for unit in ("s", "processor s", "GiB")),
        "lists/s",
    ]
    common.table(
        names,
        [
            [
                f["interactions"],
                f["items"],
                *(f[p][k] for p in PHASES for k in ("seconds", "processor_seconds", "peak_gib")),
                f["serve"]["lists_per_second"],
            ]
            for f in found
        ],
    )
    print(flush=True)
    return found


def generate(path: Path, count: int, items: int) -> None:
    """Write `count` interactions of users who like three groups of items, some items being liked more than others."""
    import pyarrow as pa
    import pyarrow.csv

    draw = np.random.default_rng(0)
    users, each = count // A_USER, items // GROUPS
    liked = draw.integers(0, GROUPS, (users, 3))
    user = np.repeat(np.arange(users), A_USER)
    group = np.where(
        draw.random(len(user)) < 0.8,
        liked[user, draw.integers(0, 3, len(user))],
        draw.integers(0, GROUPS, len(user)),
    )
    item = group * each + (each * draw.random(len(user)) ** 2).astype(np.int64)
    when = 1_700_000_000 + draw.integers(0, 10**7, len(user))
    table = pa.table({"user": user, "item": item, "timestamp": when})
    pa.csv.write_csv(table, path)


def prepared(folder: Path) -> dict[str, float]:
    """From the file to a stored data set: read, checked, split by lot, written."""
    from engine.config import Settings
    from engine.datasets.interactions.options import InteractionOptions
    from engine.datasets.interactions.prepare import prepare
    from engine.datasets.raw import add_raw

    settings = Settings(home=folder / "workspace", offline=True)
    started = time.perf_counter()
    raw = add_raw(folder / "interactions.csv", "interactions.csv", settings)
    options = InteractionOptions("grown", split="user_random")
    dataset = prepare(raw, options, settings, usual={}, task="ranking")
    seconds = time.perf_counter() - started
    (folder / "dataset.txt").write_text(str(dataset.folder), "utf-8")
    return {"seconds": seconds}


def fitted(folder: Path) -> dict[str, float]:
    """From the stored data set to the exported graph, as a run trains: once to be judged, once on all."""
    from engine.training.ranking.export import export
    from engine.training.ranking.train import train

    dataset = _dataset(folder)
    started = time.perf_counter()
    trained = train(
        dataset, RECIPE, {}, None, seed=0, threads=0, out=folder / "model", say=lambda event, **values: None
    )
    export(trained, folder / "onnx")
    return {"seconds": time.perf_counter() - started}


def served(folder: Path) -> dict[str, float]:
    """The exported graph loaded, and lists for ASKED people."""
    from engine.datasets.interactions.open import read_histories
    from engine.serving.recommender import Recommender

    histories = read_histories(_dataset(folder), ("train", "validation"))
    rows = [histories.of(user).astype(np.int64) for user in range(min(ASKED, histories.user_count))]
    del histories
    started = time.perf_counter()
    model = Recommender.load(folder / "onnx" / "fp32")
    loaded = time.perf_counter() - started
    model.top(rows[:64])
    started = time.perf_counter()
    model.top(rows)
    seconds = time.perf_counter() - started
    return {"seconds": loaded + seconds, "lists_per_second": len(rows) / seconds}


def _dataset(folder: Path) -> Any:
    from engine.datasets.dataset import Dataset

    return Dataset.open(Path((folder / "dataset.txt").read_text("utf-8")))


def peak_gib() -> float:
    """Return the largest resident set this process ever had."""
    status = Path("/proc/self/status")
    if status.exists():  # what getrusage says there counts the process that started this one
        return int(re.findall(r"VmHWM:\s+(\d+) kB", status.read_text())[0]) / 2**20
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 2**30


if __name__ == "__main__":
    work = {"prepare": prepared, "fit": fitted, "serve": served}[sys.argv[1]]
    before = time.process_time()
    measured = work(Path(sys.argv[2]))
    print(json.dumps({**measured, "processor_seconds": time.process_time() - before, "peak_gib": peak_gib()}))
