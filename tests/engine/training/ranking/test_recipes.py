from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from engine.datasets.dataset import Dataset
from engine.errors import BadInput, Cancelled, Failure
from engine.models.catalog import LocalBackbone
from engine.serving.recommender import Recommender
from engine.tasks.ranked import ndcg
from engine.tasks.ranking import histories_of, questions
from engine.training.ranking.export import export
from engine.training.ranking.gate import check
from engine.training.ranking.ranker import padded
from tests.engine.training.ranking.shop import RECIPES, articles, stocked, trained_on, visits


@pytest.mark.parametrize("recipe", RECIPES)
def test_every_recipe_learns_and_its_graph_answers_like_torch(
    recipe: str, shop: Dataset, encoder_backbone: LocalBackbone, tmp_path: Path
) -> None:
    heard: list[tuple[str, dict[str, Any]]] = []
    trained = trained_on(
        shop, recipe, tmp_path, backbone=encoder_backbone, say=lambda event, **v: heard.append((event, v))
    )
    asked = questions(shop, "test")
    shuffled = np.stack([np.random.default_rng(0).permutation(trained.module.items) for _ in asked.users])
    assert ndcg(trained.ranked(asked.histories), asked.targets) > 1.5 * ndcg(shuffled, asked.targets)
    assert {"phase", "epoch"} <= {event for event, _ in heard}
    assert trained.flops > 0
    assert trained.validation_score == pytest.approx(
        max(v["validation_score"] for e, v in heard if e == "epoch"), abs=0.1
    )
    folders = export(trained, tmp_path / "onnx")
    gate = check(trained, folders, histories_of(shop, "validation"))
    assert gate.fp32_max_difference < 1e-4
    served = Recommender.load(folders["fp32"], threads=1)
    for size in (1, 2, 7):
        history = padded(asked.histories[:size])
        with torch.inference_mode():
            arguments = torch.from_numpy(history), torch.ones(1, 1), torch.zeros(1, trained.module.items)
            _, scores, everything = (t.numpy() for t in trained.module(*arguments))
        found = served.run({"history": history}, ("items", "scores", "all_scores"))
        np.testing.assert_allclose(found["all_scores"], everything, atol=1e-4)
        np.testing.assert_allclose(found["scores"], scores, atol=1e-4)
        for row, seen in zip(found["items"], asked.histories, strict=False):
            shown = row[row >= 0]
            assert not set(shown.tolist()) & set(seen.tolist())
            assert len(shown) == trained.module.items - len(seen)
    trained.module.load_state_dict(load_file(trained.folder / "model.safetensors"))


@pytest.mark.parametrize("recipe", RECIPES)
def test_the_same_seed_gives_the_same_weights(
    recipe: str, shop: Dataset, encoder_backbone: LocalBackbone, tmp_path: Path
) -> None:
    first, again = (
        trained_on(shop, recipe, tmp_path / out, backbone=encoder_backbone).module.state_dict() for out in ("a", "b")
    )
    assert all(torch.equal(first[name], again[name]) for name in first)


def test_another_seed_gives_other_factors(shop: Dataset, tmp_path: Path) -> None:
    found = [trained_on(shop, "matrix_factorisation", tmp_path / str(s), seed=s).module.state_dict() for s in (1, 2)]
    assert any(not torch.equal(found[0][name], found[1][name]) for name in found[0])


def test_the_blend_does_better_than_what_is_popular(shop: Dataset, tmp_path: Path) -> None:
    asked = questions(shop, "test")
    scores = {
        recipe: ndcg(trained_on(shop, recipe, tmp_path / recipe).ranked(asked.histories), asked.targets)
        for recipe in ("popularity", "item_item", "blend")
    }
    assert scores["popularity"] < scores["item_item"]
    assert scores["popularity"] < scores["blend"]


@pytest.mark.parametrize("recipe", ["item_item", "matrix_factorisation", "sequence", "blend"])
def test_a_training_that_is_cancelled_stops(recipe: str, shop: Dataset, tmp_path: Path) -> None:
    steps: list[str] = []
    with pytest.raises(Cancelled):
        trained_on(
            shop,
            recipe,
            tmp_path,
            say=lambda event, **v: steps.append(v.get("name", event)),
            should_stop=lambda: "fit" in steps,
        )
    assert "save" not in steps
    assert not (tmp_path / "model").exists()


def test_a_long_library_call_does_not_delay_a_cancel() -> None:
    from engine.training.progress import Progress
    from engine.training.ranking.patience import patiently

    progress = Progress(lambda *_, **__: None, lambda: True)
    with pytest.raises(Cancelled):
        patiently(lambda: time.sleep(30), progress)
    assert patiently(lambda: 5, Progress(lambda *_, **__: None, lambda: False)) == 5
    with pytest.raises(ZeroDivisionError):
        patiently(lambda: 1 / 0, Progress(lambda *_, **__: None, lambda: False))


def test_items_nobody_touched_are_ranked_by_what_is_written_about_them(
    shop: Dataset, encoder_backbone: LocalBackbone, tmp_path: Path
) -> None:
    trained = trained_on(shop, "text", tmp_path, backbone=encoder_backbone)
    codes, catalogue = trained.encoder.items.codes, trained.encoder.items
    untouched = [c for c in range(len(catalogue)) if catalogue.counts[c] == 0]
    assert len(untouched) == 12
    tea = np.array([codes[f"0{i:02}"] for i in range(6)])
    with torch.inference_mode():
        arguments = torch.from_numpy(tea)[None], torch.ones(1, 1), torch.zeros(1, len(catalogue))
        scores = trained.module(*arguments)[2][0].numpy()
    best = max(untouched, key=lambda c: scores[c])
    assert catalogue.categories_of(best) == ("tea",)


def test_what_the_recipes_need_is_said_in_a_sentence(shop: Dataset, tmp_path: Path) -> None:
    timeless = stocked(tmp_path / "timeless", visits(30, times=False))
    with pytest.raises(BadInput, match="needs the time of every interaction"):
        trained_on(timeless, "sequence", tmp_path)
    with pytest.raises(BadInput, match="needs titles, texts or categories"):
        trained_on(timeless, "text", tmp_path)
    with pytest.raises(BadInput, match="width is 9 and heads is 2"):
        trained_on(shop, "sequence", tmp_path, {"width": 9, "heads": 2})
    with pytest.raises(BadInput, match="no recipe svd"):
        trained_on(shop, "svd", tmp_path)


def test_a_graph_that_differs_is_not_served(shop: Dataset, tmp_path: Path) -> None:
    trained = trained_on(shop, "item_item", tmp_path)
    folders = export(trained, tmp_path / "onnx")
    trained.module.scorer.matrix.mul_(1.01)  # type: ignore[operator]
    with pytest.raises(Failure, match="differs from the trained one"):
        check(trained, folders, histories_of(shop, "validation"))
    assert not folders["fp32"].exists()


def test_weights_of_events_count_only_when_asked_to(tmp_path: Path) -> None:
    frame = visits(40)
    frame["event"] = np.where(np.arange(len(frame)) % 3 == 0, "purchase", "view")
    dataset = stocked(tmp_path / "events", frame, articles(), event_weights={"purchase": 5.0, "view": 1.0})
    modules = [
        trained_on(dataset, "item_item", tmp_path / w, {"weights": w}).module.state_dict()["scorer.matrix"]
        for w in ("same", "given", "auto")
    ]
    assert not torch.equal(modules[0], modules[1])
    assert torch.equal(modules[1], modules[2])
