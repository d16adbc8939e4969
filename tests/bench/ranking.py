"""Recommendation: what each recipe reaches, item-item beside `implicit`, what more data costs, and cold items."""

from __future__ import annotations

import io
import shutil
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from engine.config import Settings
from engine.datasets.dataset import Dataset
from engine.datasets.interactions.options import InteractionOptions
from engine.datasets.interactions.prepare import prepare
from engine.datasets.raw import add_raw
from engine.serving.recommender import Recommender
from engine.tasks.compare_lists import paired_lists
from engine.tasks.ranked import hits, per_user
from engine.tasks.ranking import histories_of, questions
from tests.bench import cold, common, growth, item_item

RATINGS, FILMS = common.DEV_DATA / "ml100k_train.csv", common.DEV_DATA / "ml100k_items.csv"
RECIPES = (
    ("popularity", "item_item", "text")
    if common.SHORT
    else ("popularity", "item_item", "matrix_factorisation", "sequence", "text", "blend")
)
SHORT_USERS = 150
K = 10


@dataclass(frozen=True)
class Data:
    """What is measured on: interactions (user, item, …) and items, every cell as text."""

    interactions: pd.DataFrame
    items: pd.DataFrame
    source: str

    def stored(self, settings: Settings, held_out: set[str] | None = None) -> Dataset:
        """Return the data set with a quarter of each user's items as its test part.

        With `held_out`, its test part is instead every interaction with these items, and nothing else has any.
        """
        raw_items = add_raw(_file(self.items), "items.csv", settings)
        options = {"name": "bench", "split": "user_random", "items_raw_id": raw_items.id}
        rows = self.interactions
        if held_out is not None:
            hidden = rows["item"].isin(held_out)
            options["test_raw_id"] = add_raw(_file(rows[hidden]), "later.csv", settings).id
            rows = rows[~hidden]
        raw = add_raw(_file(rows), "interactions.csv", settings)
        return prepare(raw, InteractionOptions(**options), settings, usual={}, task="ranking")  # type: ignore[arg-type]


def data() -> Data:
    """Return MovieLens-100K's training rows when BREAKEVEN_DEV_DATA holds them, else the generated shop."""
    if RATINGS.exists() and FILMS.exists():
        found = Data(pd.read_csv(RATINGS, dtype=str), pd.read_csv(FILMS, dtype=str), RATINGS.name)
    else:
        from engine.datasets.demo.catalogue import generate

        shop = generate()
        events, products = (io.BytesIO(file) for file in (shop.interactions_csv(), shop.items_csv()))
        source = "generated shop (synthetic)"
        found = Data(pd.read_csv(events, dtype=str), pd.read_csv(products, dtype=str), source)
    if common.SHORT:
        users = found.interactions["user"].drop_duplicates().iloc[:SHORT_USERS]
        found = Data(found.interactions[found.interactions["user"].isin(users)], found.items, found.source)
    return found


def _file(frame: pd.DataFrame) -> io.BytesIO:
    return io.BytesIO(frame.to_csv(index=False).encode())


def fine_tune(dataset: Dataset, recipe: str, out: Path, settings: Settings) -> tuple[Recommender, float]:
    """Train and export as a run does; return the served model and the seconds of training alone."""
    from engine.models.catalog import resolve
    from engine.training.ranking.export import export
    from engine.training.ranking.train import train

    backbone = resolve("minilm-l6", settings) if recipe == "text" else None
    started = time.perf_counter()
    trained = train(
        dataset, recipe, {}, backbone, seed=0, threads=0, out=out / "model", say=lambda event, **values: None
    )
    seconds = time.perf_counter() - started
    return Recommender.load(export(trained, out / "onnx")["fp32"]), seconds


def measure_recipes(home: Path, rows: Data, settings: Settings) -> dict[str, Any]:
    """Return the figures of every recipe on a quarter of each user's items, and whether the best beats item-item."""
    dataset = rows.stored(settings)
    asked, histories = questions(dataset, "test"), histories_of(dataset, "test")
    found: dict[str, dict[str, float]] = {}
    by_person: dict[str, np.ndarray] = {}
    for recipe in RECIPES:
        served, seconds = fine_tune(dataset, recipe, home / recipe, settings)
        lists, _ = served.top(served.encoder.rows(histories))
        figures = per_user(hits(lists, asked.targets), asked.targets.counts, K)
        by_person[recipe] = figures[:, 0]
        found[recipe] = {
            "ndcg_at_10": float(figures[:, 0].mean()),
            "recall_at_10": float(figures[:, 1].mean()),
            "seconds": seconds,
        }
        print(recipe, {k: round(v, 4) for k, v in found[recipe].items()}, flush=True)
    best = max(found, key=lambda name: found[name]["ndcg_at_10"])
    against = paired_lists(by_person["item_item"], by_person[best], names=("item_item", best))
    print(f"\nEvery recipe at its default, {rows.source}, {len(asked.users)} users, 75/25 by lot; served ONNX model")
    common.table(
        ["recipe", "nDCG@10", "recall@10", "training s"],
        [[name, f["ndcg_at_10"], f["recall_at_10"], f["seconds"]] for name, f in found.items()],
    )
    print(f"{against.words}\n{against.details}\n", flush=True)
    return {"recipes": found, "best": best, "best_against_item_item": against.to_json()}


def main() -> None:
    home = common.OUT / "ranking"
    shutil.rmtree(home, ignore_errors=True)
    settings, rows, before = Settings(home=home, offline=True), data(), common.noise()
    result = {
        "source": rows.source,
        "noise": before,
        **measure_recipes(home, rows, settings),
        "peers": item_item.measure(rows.stored(settings), home / "peers"),
        "cold": cold.measure(rows, home / "cold", settings),
        "growth": growth.measure(home / "growth"),
    }
    print(f"processor noise {before:.0%}")
    common.save("ranking", result)


if __name__ == "__main__":
    main()
