from __future__ import annotations

import dataclasses
import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch
from safetensors.torch import load_file, save_file

from engine.config import Settings
from engine.datasets.dataset import Dataset
from engine.errors import BadInput, Cancelled, Failure
from engine.models.catalog import LocalBackbone, resolve
from engine.tasks.text_classification import load_encoder
from engine.training.score import STEADY_MACRO_F1
from tests.engine.training.conftest import Heard, Train

RECIPES = ("baseline", "probe", "fast", "lora", "full")


@pytest.mark.parametrize("recipe", RECIPES)
def test_every_recipe_learns_and_leaves_a_model_that_can_be_loaded(
    recipe: str, train_tiny: Train, heard: Heard, dataset: Dataset
) -> None:
    rate = {} if recipe in ("baseline", "probe") else {"learning_rate": 5e-3, "head_learning_rate": 2e-2}
    trained = train_tiny(recipe, {"epochs": 12, "batch": 8, "patience": 12, **rate})
    texts = dataset.rows("test")["text"].tolist()
    logits = trained.logits(texts)
    assert logits.shape == (12, 3)
    assert trained.validation_score > 0.5
    assert {name for name, _ in heard.events} == {"phase", "step", "epoch"}
    epochs = heard.of("epoch")
    assert epochs[-1]["train_loss"] < epochs[0]["train_loss"]
    doubt = STEADY_MACRO_F1.doubt(dataset.labelled_rows("validation")[1]) if recipe in ("fast", "lora", "full") else 0.0
    assert max(e["validation_score"] for e in epochs) - doubt - 1e-6 <= trained.validation_score
    assert epochs[trained.best_epoch - 1]["validation_score"] == pytest.approx(trained.validation_score, abs=1e-6)
    task = json.loads((trained.folder / "task.json").read_text("utf-8"))
    assert task["labels"] == ["negative", "neutral", "positive"]
    assert task["temperature"] == pytest.approx(trained.temperature)
    saved = load_file(trained.folder / "model.safetensors")
    trained.module.load_state_dict(saved)
    encoded = load_encoder(trained.folder).encode(texts)
    with torch.inference_mode():
        again = trained.module(*(torch.from_numpy(a) for a in encoded.values())).numpy()
    np.testing.assert_allclose(again, logits, atol=1e-4)
    assert list((trained.folder.parent / "tensorboard").iterdir())


@pytest.mark.parametrize("recipe", RECIPES)
def test_the_same_seed_gives_the_same_weights_and_another_seed_others(recipe: str, train_tiny: Train) -> None:
    first, second, other = (
        train_tiny(recipe, {"epochs": 2}, out=out, seed=seed) for out, seed in (("a", 1), ("b", 1), ("c", 2))
    )
    weights = [run.module.state_dict() for run in (first, second, other)]
    assert all(torch.equal(weights[0][name], weights[1][name]) for name in weights[0])
    assert any(not torch.equal(weights[0][name], weights[2][name]) for name in weights[0])


def test_kept_activations_train_the_same_as_recomputed_ones(train_tiny: Train, dataset: Dataset) -> None:
    options = {"epochs": 2, "precision": "fp32", "learning_rate": 1e-3}
    kept, recomputed = (train_tiny("fast", {**options, "cache": c}, out=str(c)) for c in (True, False))
    texts = dataset.rows("test")["text"].tolist()
    np.testing.assert_allclose(kept.logits(texts), recomputed.logits(texts), atol=1e-4)


def test_fast_leaves_the_lower_layers_as_they_were(train_tiny: Train, backbone: LocalBackbone) -> None:
    before = load_file(backbone.folder / "model.safetensors")
    after = train_tiny("fast", {"epochs": 1}).module.encoder.state_dict()
    changed = {name for name in before if not torch.equal(before[name], after[name])}
    assert changed
    assert all(name.startswith("encoder.layer.1.") for name in changed)


def test_gradients_added_over_small_batches_learn_too(train_tiny: Train, heard: Heard) -> None:
    train_tiny("full", {"epochs": 2, "batch": 4, "accumulate": 4})
    assert len(heard.of("epoch")) == 2


def test_training_stops_early_and_keeps_the_best_weights(train_tiny: Train, heard: Heard) -> None:
    trained = train_tiny("probe", {"epochs": 200, "patience": 2})
    assert len(heard.of("epoch")) == trained.best_epoch + 2 < 200


@pytest.mark.parametrize("recipe", RECIPES)
def test_training_stops_when_asked(recipe: str, train_tiny: Train, tmp_path: Path) -> None:
    asked = iter([False] * 4)
    with pytest.raises(Cancelled, match="cancelled"):
        train_tiny(recipe, should_stop=lambda: next(asked, True))
    assert not (tmp_path / "run" / "model").exists()


def test_a_loss_that_is_no_number_is_said_in_a_sentence(
    backbone_folder: Path, dataset: Dataset, tmp_path: Path, heard: Heard
) -> None:
    from engine.training.train import train

    folder = tmp_path / "broken"
    shutil.copytree(backbone_folder, folder)
    weights = {n: torch.full_like(t, float("nan")) for n, t in load_file(folder / "model.safetensors").items()}
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})
    broken = resolve(str(folder), Settings(home=tmp_path))
    with pytest.raises(Failure, match="Lower learning_rate"):
        train(dataset, "full", {}, broken, seed=0, threads=1, out=tmp_path / "out", say=heard)
    assert not (tmp_path / "out").exists()


def test_a_recipe_without_its_backbone_says_so(dataset: Dataset, tmp_path: Path, heard: Heard) -> None:
    from engine.training.train import train

    with pytest.raises(BadInput, match="fast needs a backbone"):
        train(dataset, "fast", {}, None, seed=0, threads=1, out=tmp_path / "out", say=heard)
    assert train(dataset, "baseline", {}, None, seed=0, threads=1, out=tmp_path / "out", say=heard).flops > 0


def test_a_backbone_that_is_no_model_says_so(
    backbone_folder: Path, dataset: Dataset, tmp_path: Path, heard: Heard
) -> None:
    from engine.training.train import train

    folder = tmp_path / "odd"
    shutil.copytree(backbone_folder, folder)
    (folder / "config.json").write_text('{"model_type": "no-such-model"}', "utf-8")
    odd = resolve(str(folder), Settings(home=tmp_path))
    with pytest.raises(BadInput, match="cannot be loaded"):
        train(dataset, "full", {}, odd, seed=0, threads=1, out=tmp_path / "out", say=heard)


def test_a_data_set_without_a_part_says_so(dataset: Dataset, tmp_path: Path, heard: Heard) -> None:
    from engine.training.train import train

    rows = pd.read_parquet(dataset.rows_file)
    folder = tmp_path / "short"
    folder.mkdir()
    rows[rows["part"] != "validation"].to_parquet(folder / "rows.parquet", index=False)
    short = dataclasses.replace(dataset, folder=folder)
    with pytest.raises(BadInput, match="no rows for validation"):
        train(short, "baseline", {}, None, seed=0, threads=1, out=tmp_path / "out", say=heard)


def test_progress_ends_near_one_and_never_falls(train_tiny: Train, heard: Heard, monkeypatch: Any) -> None:
    monkeypatch.setattr("engine.training.progress.INTERVAL_S", 0.0)
    train_tiny("fast", {"epochs": 2})
    steps = heard.of("step")
    fractions = [s["fraction"] for s in steps]
    assert fractions == sorted(fractions)
    assert 0.9 < fractions[-1] <= 1.0
    assert all(s["memory_mib"] > 0 for s in steps)
