"""Tiny data sets of pictures, made on the spot: a bright patch at the upper left tells the class."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from engine.config import Settings
from engine.datasets.dataset import Dataset
from engine.datasets.images.card import ImageCard
from engine.datasets.images.options import ImageOptions
from engine.files import write_json
from engine.models.catalog import LocalBackbone, resolve
from engine.training.images.train import Trained, train
from tests.engine.training.conftest import Heard

LABELS = ("healthy", "lesion")


def phantoms(count: int, *, side: int = 40, colours: int = 0, seed: int = 0) -> tuple[list[np.ndarray], np.ndarray]:
    """Return pictures uint8 (side, side) or (side, side, colours), and their classes: class 1 has the patch."""
    draw = np.random.default_rng(seed)
    truth = np.arange(count) % 2
    shape = (side, side, colours) if colours else (side, side)
    pictures = [draw.integers(30, 90, shape).astype(np.uint8) for _ in range(count)]
    for picture in (p for p, t in zip(pictures, truth, strict=True) if t):
        picture[4 : side // 3, 4 : side // 3] += 120
    return pictures, truth


def png(picture: np.ndarray) -> bytes:
    file = io.BytesIO()
    Image.fromarray(picture).save(file, "PNG")
    return file.getvalue()


def save_pictures(folder: Path, pictures: Sequence[np.ndarray], truth: np.ndarray, parts: Sequence[str]) -> Dataset:
    files = [png(picture) for picture in pictures]
    sizes = np.array([len(file) for file in files])
    (folder / "pictures.bin").write_bytes(b"".join(files))
    pd.DataFrame(
        {
            "row": np.arange(len(files)) + 1,
            "source": "data",
            "name": [f"{i}.png" for i in range(len(files))],
            "label": [LABELS[t] for t in truth],
            "part": parts,
            "offset": np.cumsum(sizes) - sizes,
            "size": sizes,
        }
    ).to_parquet(folder / "rows.parquet", index=False)
    card = ImageCard(rows_read=len(files), rows_used=len(files), positive="lesion", modality="ultrasound")
    write_json(folder / "card.json", card.to_json())
    options = ImageOptions("phantoms", positive="lesion")
    return Dataset(
        "d" * 64,
        folder,
        "phantoms",
        "image_classification",
        "r" * 64,
        options,
        LABELS,
        "t" * 64,
        "2026-11-24T00:00:00Z",
    )


@pytest.fixture(scope="session")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    """20 grey pictures: 12 to train on, 8 to validate."""
    found, truth = phantoms(20)
    return save_pictures(tmp_path_factory.mktemp("pictures"), found, truth, ["train"] * 12 + ["validation"] * 8)


@pytest.fixture
def network(workspace: Path) -> LocalBackbone:
    return resolve("efficientnet-lite0", Settings(home=workspace, offline=True))


QUICK: dict[str, dict[str, Any]] = {
    "baseline": {"epochs": 10, "size": 16},
    "probe": {"epochs": 3, "size": 64, "views": 1},
    "fast": {"epochs": 2, "size": 64, "views": 1, "trained_blocks": 3, "members": 2},
    "lora": {"epochs": 1, "size": 64, "rank": 2},
    "full": {"epochs": 1, "size": 64},
}


@pytest.fixture
def train_pictures(pictures: Dataset, network: LocalBackbone, tmp_path: Path, heard: Heard) -> Callable[..., Trained]:
    """Train a recipe on the tiny data: `train_pictures("fast", {"views": 2}, out="a", seed=1)`."""

    def run(recipe: str, options: dict[str, Any] | None = None, *, out: str = "run", **changes: Any) -> Trained:
        values: dict[str, Any] = {"seed": 0, "threads": 1, "out": tmp_path / out / "model", "say": heard}
        changes = {"dataset": pictures, "backbone": network, **values, **changes}
        data, backbone = changes.pop("dataset"), changes.pop("backbone")
        precise = {} if recipe == "baseline" else {"precision": "fp32"}
        return train(data, recipe, {**QUICK[recipe], **precise, **(options or {})}, backbone, **changes)

    return run
