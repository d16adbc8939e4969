"""A tiny encoder and a tiny data set, made on the spot, so that training takes a second."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
from transformers import BertConfig, BertModel, PreTrainedModel

from engine.config import Settings
from engine.datasets.dataset import Dataset
from engine.models.catalog import LocalBackbone, resolve

GOOD, BAD, DULL = ("rose", "grew", "gained"), ("fell", "lost", "cut"), ("meets", "says", "holds")
THINGS = ("profit", "sales", "orders", "the", "company", "today", "in", "march", "board", "shares")
WORDS = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", *GOOD, *BAD, *DULL, *THINGS)
LABELS = ("negative", "neutral", "positive")


def tiny_config(**changes: Any) -> BertConfig:
    shape = {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 64}
    return BertConfig(**{"vocab_size": len(WORDS), "max_position_embeddings": 64, **shape, **changes})


def save_tokenizer(folder: Path) -> None:
    tokenizer = Tokenizer(models.WordLevel({word: i for i, word in enumerate(WORDS)}, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.Lowercase()
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    tokenizer.save(str(folder / "tokenizer.json"))


def save_backbone(folder: Path, model: PreTrainedModel) -> Path:
    model.save_pretrained(folder)
    save_tokenizer(folder)
    return folder


@pytest.fixture(scope="session")
def backbone_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    import torch

    torch.manual_seed(7)
    return save_backbone(tmp_path_factory.mktemp("backbone"), BertModel(tiny_config(), add_pooling_layer=False))


@pytest.fixture
def backbone(backbone_folder: Path, workspace: Path) -> LocalBackbone:
    return resolve(str(backbone_folder), Settings(home=workspace))


@pytest.fixture
def settings(workspace: Path) -> Settings:
    return Settings(home=workspace, offline=True, threads=1)


@pytest.fixture(scope="session")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    """90 sentences whose verb tells the class: 60 to train on, 18 to validate, 12 to test."""
    folder, draw = tmp_path_factory.mktemp("dataset"), np.random.default_rng(3)
    rows = []
    for i in range(90):
        label = LABELS[i % 3]
        verb = draw.choice({"negative": BAD, "neutral": DULL, "positive": GOOD}[label])
        words = [*draw.choice(THINGS, 24 if i % 10 == 0 else draw.integers(1, 5)), verb]
        part = "train" if i < 60 else "validation" if i < 78 else "test"
        rows.append({"row": i + 1, "source": "data", "text": " ".join(words), "label": label, "part": part})
    pd.DataFrame(rows).to_parquet(folder / "rows.parquet", index=False)
    description = {
        "schema_version": 1,
        "id": "d" * 64,
        "name": "tiny",
        "task": "text_classification",
        "raw_id": "r" * 64,
        "options": {"name": "tiny"},
        "labels": list(LABELS),
        "test_id": "t" * 64,
        "created_at": "2026-11-22T00:00:00Z",
    }
    (folder / "dataset.json").write_text(json.dumps(description), "utf-8")
    return Dataset.open(folder)


class Heard:
    """Listens to a training and remembers what was said."""

    def __init__(self) -> None:
        self.events: list[tuple[str, dict[str, Any]]] = []

    def __call__(self, event: str, **values: Any) -> None:
        self.events.append((event, values))

    def of(self, name: str) -> list[dict[str, Any]]:
        return [values for event, values in self.events if event == name]


@pytest.fixture
def heard() -> Heard:
    return Heard()


Train = Callable[..., Any]


@pytest.fixture
def train_tiny(dataset: Dataset, backbone: LocalBackbone, tmp_path: Path, heard: Heard) -> Train:
    """Train a recipe on the tiny data: `train_tiny("fast", {"epochs": 1}, out="a", seed=1)`."""
    from engine.training.train import train

    def run(recipe: str, options: dict[str, Any] | None = None, *, out: str = "run", **changes: Any) -> Any:
        values: dict[str, Any] = {"seed": 0, "threads": 1, "out": tmp_path / out / "model", "say": heard, **changes}
        one_layer = {"trained_layers": 1} if recipe == "fast" else {}
        return train(dataset, recipe, {**one_layer, **(options or {})}, backbone, **values)

    return run
