"""A small shop whose visitors have tastes: each likes two of four shelves, and one shelf has items nobody touched."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from engine.config import Settings
from engine.datasets.dataset import Dataset
from engine.datasets.interactions.options import InteractionOptions
from engine.datasets.interactions.prepare import prepare
from engine.datasets.store import add_raw
from engine.models.catalog import LocalBackbone
from engine.training.ranking.train import Trained, train

SHELVES = ("tea", "bread", "cheese", "fruit")
EACH = 12
UNTOUCHED = 3
"""Items of each shelf that nobody has taken."""


def visits(users: int = 90, seed: int = 0, *, times: bool = True) -> pd.DataFrame:
    """Return interactions: visitor, article, and when."""
    draw = np.random.default_rng(seed)
    rows: list[tuple[str, str, int]] = []
    for user in range(users):
        liked = draw.choice(len(SHELVES), 2, replace=False)
        for shelf in liked:
            rows.extend(
                (f"v{user:03}", f"{shelf}{item:02}", 1_700_000_000 + int(draw.integers(0, 10**6)))
                for item in draw.choice(EACH - UNTOUCHED, 6, replace=False, p=_popularity())
            )
    frame = pd.DataFrame(rows, columns=["user", "item", "timestamp"])
    return frame if times else frame.drop(columns="timestamp")


def articles() -> pd.DataFrame:
    """Return every article, its title and its shelf."""
    rows = [(f"{s}{i:02}", f"{name} number {i}", name) for s, name in enumerate(SHELVES) for i in range(EACH)]
    return pd.DataFrame(rows, columns=["item", "title", "category"])


def stocked(home: Path, frame: pd.DataFrame, items: pd.DataFrame | None = None, **options: Any) -> Dataset:
    """Return the data set made of `frame` and `items`, prepared as an upload is."""
    settings = Settings(home=home, offline=True)
    home.mkdir(parents=True, exist_ok=True)
    frame.to_csv(home / "visits.csv", index=False)
    raw = add_raw(home / "visits.csv", "visits.csv", settings)
    if items is not None:
        items.to_csv(home / "articles.csv", index=False)
        options["items_raw_id"] = add_raw(home / "articles.csv", "articles.csv", settings).id
    choices = InteractionOptions(name="shop", split="user_random", **options)
    return prepare(raw, choices, settings, task="ranking", usual={})


def trained_on(
    dataset: Dataset,
    recipe: str,
    out: Path,
    options: Mapping[str, Any] | None = None,
    *,
    backbone: LocalBackbone | None = None,
    seed: int = 1,
    say: Callable[..., None] = lambda *_, **__: None,
    should_stop: Callable[[], bool] = lambda: False,
) -> Trained:
    """Train as a worker does."""
    return train(
        dataset,
        recipe,
        {**QUICK.get(recipe, {}), **(options or {})},
        backbone if recipe == "text" else None,
        seed=seed,
        threads=1,
        out=out / "model",
        say=say,
        should_stop=should_stop,
    )


RECIPES = ("popularity", "item_item", "matrix_factorisation", "sequence", "text", "blend")
QUICK: dict[str, dict[str, Any]] = {
    "item_item": {"penalty": 20},
    "matrix_factorisation": {"width": 8, "epochs": 3, "negatives": 30},
    "sequence": {"width": 8, "epochs": 2, "negatives": 30, "window": 8},
    "blend": {"penalty": 20, "width": 8},
}
"""Options under which each recipe takes a second or two."""


def _popularity() -> np.ndarray:
    weights = 1.0 / np.arange(1, EACH - UNTOUCHED + 1)
    return np.asarray(weights / weights.sum())
