from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from transformers import (
    ConvNextConfig,
    ConvNextModel,
    EfficientNetConfig,
    EfficientNetModel,
    MobileNetV2Config,
    MobileNetV2Model,
    PreTrainedModel,
    ResNetConfig,
    ResNetModel,
    ViTConfig,
    ViTModel,
)

from engine.config import Settings
from engine.errors import BadInput, Failure
from engine.models.catalog import LocalBackbone, resolve
from engine.models.image_recipes import AUGMENTATIONS as OFFERED
from engine.models.image_recipes import IMAGE_RECIPES, within_budget
from engine.tasks.augmentation import AUGMENTATIONS, views
from engine.training.images.augment import augmented
from engine.training.images.body import load_body
from engine.training.images.members import Upper
from engine.training.images.model import Head, PictureClassifier, pooled, run, taps_above
from engine.training.images.score import score_by, standard_error
from engine.training.streams import stream


def saved(folder: Path, model: PreTrainedModel, **changes: Any) -> Path:
    model.save_pretrained(folder)
    scaled = {"image_mean": [0.5, 0.4, 0.3], "image_std": [0.2, 0.2, 0.25], "rescale_factor": 1 / 255, **changes}
    (folder / "preprocessor_config.json").write_text(json.dumps(scaled))
    return folder


def tiny(family: str) -> PreTrainedModel:
    torch.manual_seed(1)
    if family == "resnet":
        shape: dict[str, Any] = {"embedding_size": 8, "hidden_sizes": [8, 12, 16, 24], "depths": [1, 1, 2, 1]}
        return ResNetModel(ResNetConfig(**shape, layer_type="basic"))
    if family == "convnext":
        return ConvNextModel(ConvNextConfig(hidden_sizes=[8, 12, 16, 24], depths=[1, 1, 2, 1]))
    if family == "mobilenet_v2":
        return MobileNetV2Model(MobileNetV2Config(depth_multiplier=0.25), add_pooling_layer=False)
    return EfficientNetModel(EfficientNetConfig(width_coefficient=0.25, depth_coefficient=0.25, hidden_dim=320))


def test_our_network_is_the_published_one(network: LocalBackbone) -> None:
    from efficientnet_lite_pytorch import EfficientNet

    theirs = EfficientNet.from_name("efficientnet-lite0", image_size=96)
    theirs.load_state_dict(torch.load(network.weights, weights_only=True))
    image = torch.randn(2, 3, 96, 96, generator=torch.Generator().manual_seed(0))
    body = load_body(network)
    with torch.inference_mode():
        expected = theirs.eval().extract_features(image)
        found = run(body.units, image, ())[0]
    torch.testing.assert_close(found, expected, atol=1e-4, rtol=1e-4)
    assert body.widths == (24, 40, 80, 112, 192, 320, 1280)
    assert network.parameters == 4_652_008


@pytest.mark.parametrize("family", ["resnet", "convnext", "mobilenet_v2", "efficientnet"])
def test_networks_of_transformers_are_cut_into_units(family: str, tmp_path: Path) -> None:
    backbone = resolve(str(saved(tmp_path, tiny(family))), Settings(home=tmp_path, offline=True))
    assert backbone.kind == "image"
    body = load_body(backbone)
    assert body.mean == pytest.approx((127.5, 102.0, 76.5))
    model = PictureClassifier(body, Head(sum(body.widths), 3, 0.0, 0), 64).eval()
    image = torch.randint(0, 256, (2, 3, 64, 64), dtype=torch.uint8)
    with torch.inference_mode():
        logits, maps = model(image)
    assert maps.shape == (2, 3, 4, 4)
    torch.testing.assert_close(maps.mean((2, 3)), logits, atol=1e-4, rtol=1e-4)


def test_one_head_over_all_members_gives_the_mean_of_their_answers(network: LocalBackbone) -> None:
    body, cut, shared = load_body(network), 15, 24 + 40 + 80 + 112
    heads = [Head(sum(body.widths), 3, 0.0, 0, member) for member in range(2)]
    for head in heads:
        head.mean.add_(0.1), head.deviation.mul_(2.0)
    members = [load_body(network).units[cut:] for _ in heads]
    with torch.no_grad():
        next(members[1].parameters()).mul_(0.5)
    upper = Upper(members, taps_above(body.taps, cut), heads)
    model = PictureClassifier(body, Head(1, 3, 0.0, 0), 64).eval()
    image = torch.randint(0, 256, (2, 3, 64, 64), generator=torch.Generator().manual_seed(0))
    with torch.inference_mode():
        hidden, tapped = run(body.units[:cut], model.scale(image), body.taps)
        below = torch.cat([pooled(maps) for maps in tapped], dim=1)
        twice = upper.train()(hidden.repeat(2, 1, 1, 1), below.repeat(2, 1))
        together = upper.eval()(hidden, below)
        upper.join(model, cut, shared)
        logits, maps = model(image)
    assert not torch.allclose(twice[:2], twice[2:], atol=1e-3)
    torch.testing.assert_close(together, (twice[:2] + twice[2:]) / 2)
    torch.testing.assert_close(logits, together, atol=1e-4, rtol=1e-4)
    torch.testing.assert_close(maps.mean((2, 3)), logits, atol=1e-4, rtol=1e-4)


def test_a_backbone_that_cannot_be_used_is_said(tmp_path: Path, backbone_folder: Path) -> None:
    settings = Settings(home=tmp_path, offline=True)
    shape: dict[str, Any] = {"hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2}
    transformer = saved(tmp_path / "vit", ViTModel(ViTConfig(**shape, intermediate_size=16)))
    with pytest.raises(BadInput, match="choose one of the families resnet"):
        load_body(resolve(str(transformer), settings))
    unscaled = saved(tmp_path / "unscaled", tiny("resnet"), image_mean=None)
    with pytest.raises(BadInput, match="does not say how pixels are scaled"):
        load_body(resolve(str(unscaled), settings))
    (unscaled / "preprocessor_config.json").unlink()
    with pytest.raises(BadInput, match=r"tokenizer.json is missing.*preprocessor_config.json for pictures"):
        resolve(str(unscaled), settings)


def test_a_packaged_network_with_other_weights_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, network: LocalBackbone
) -> None:
    other = tmp_path / "efficientnet_lite0_other"
    other.mkdir()
    (other / "__init__.py").touch()
    (other / network.file).write_bytes(b"other weights")
    monkeypatch.syspath_prepend(str(tmp_path))
    from dataclasses import replace

    from engine.models import backbones

    changed = replace(backbones.EFFICIENTNET_LITE0, packages=(other.name,))
    monkeypatch.setitem(backbones.IMAGE_BACKBONES, "efficientnet-lite0", changed)
    with pytest.raises(Failure, match="have the hash"):
        resolve("efficientnet-lite0", Settings(home=tmp_path))


def corner(count: int) -> torch.Tensor:
    """Return pictures that are bright at the upper left alone."""
    pictures = torch.zeros(count, 1, 32, 32)
    pictures[:, :, :12, :12] = 200
    return pictures


def place(views: torch.Tensor) -> torch.Tensor:
    """Return the centre of brightness of each view, (N, 2) in -1 to 1: down, right."""
    steps = torch.linspace(-1, 1, views.shape[-1])
    weight = views[:, 0] / views[:, 0].sum((1, 2), keepdim=True)
    return torch.stack([(weight.sum(2) * steps).sum(1), (weight.sum(1) * steps).sum(1)], dim=1)


@pytest.mark.parametrize(
    ("modality", "down", "right"),
    [("x-ray", False, False), ("ct", False, False), ("ultrasound", False, True), ("microscopy", True, True)],
)
def test_a_modality_is_mirrored_only_as_it_may_be(modality: str, down: bool, right: bool) -> None:
    found = place(augmented(corner(200), AUGMENTATIONS[modality], stream(0, "views")))
    assert bool((found[:, 0] > 0.2).any()) == down
    assert bool((found[:, 1] > 0.2).any()) == right


def test_views_come_from_the_seed_and_none_changes_nothing() -> None:
    pictures = corner(4)
    torch.testing.assert_close(augmented(pictures, AUGMENTATIONS["none"], stream(0, "v")), pictures)
    one, same, other = (augmented(pictures, AUGMENTATIONS["ct"], stream(s, "v")) for s in (0, 0, 1))
    assert torch.equal(one, same)
    assert not torch.equal(one, other)
    assert one.min() >= 0
    assert one.max() <= 255


def test_every_modality_that_is_offered_has_its_augmentation() -> None:
    from engine.datasets.images.options import MODALITIES

    assert set(OFFERED) - {"auto"} == set(AUGMENTATIONS)
    assert set(MODALITIES) <= set(AUGMENTATIONS)


def test_the_budget_bounds_what_is_computed() -> None:
    for name in ("fast", "lora", "full"):
        defaults = IMAGE_RECIPES[name].defaults
        few, many = within_budget(defaults, 500), within_budget(defaults, 5000)
        assert few["epochs"] == defaults["epochs"]
        assert many["epochs"] == 3
    fast = [within_budget(IMAGE_RECIPES["fast"].defaults, rows) for rows in (440, 600, 5000)]
    assert [(found["views"], found["members"]) for found in fast] == [(16, 3), (16, 2), (3, 1)]
    assert within_budget(IMAGE_RECIPES["probe"].defaults, 5000)["epochs"] == IMAGE_RECIPES["probe"].defaults["epochs"]
    assert within_budget(IMAGE_RECIPES["full"].defaults, 500_000)["epochs"] == 3
    assert within_budget(IMAGE_RECIPES["baseline"].defaults, 5000) == IMAGE_RECIPES["baseline"].defaults


def test_the_score_is_the_auc_of_the_class_that_is_looked_for() -> None:
    from sklearn.metrics import roc_auc_score

    draw = np.random.default_rng(0)
    truth, logits = draw.integers(0, 3, 60), draw.normal(size=(60, 3))
    softmax = np.exp(logits) / np.exp(logits).sum(1, keepdims=True)
    labels = ("a", "b", "c")
    assert score_by(labels, "b").of(truth, logits) == pytest.approx(roc_auc_score(truth == 1, softmax[:, 1]))
    mean = roc_auc_score(truth, softmax, multi_class="ovr")
    assert score_by(labels, "").of(truth, logits) == pytest.approx(mean)
    assert score_by(labels, "b").of(np.zeros(60, int), logits) == 0.5


def test_the_standard_error_of_an_area_is_how_far_areas_spread() -> None:
    draw, truth, apart = np.random.default_rng(0), np.repeat([1, 0], (20, 60)), 1.81  # an area of 0.9
    areas = [
        score_by(("no", "yes"), "yes").of(truth, np.column_stack([np.zeros(80), draw.normal(apart * truth)]))
        for _ in range(400)
    ]
    assert np.mean(areas) == pytest.approx(0.9, abs=0.01)
    assert 1.0 <= standard_error(20, 60) / np.std(areas) <= 1.4  # it rests on a wider distribution: on the safe side
    assert standard_error(0, 5) == 0.0


@pytest.mark.parametrize("modality", ["none", "ultrasound", "microscopy"])
def test_views_on_a_page_are_those_of_training(modality: str) -> None:
    picture = np.random.default_rng(3).integers(0, 256, (24, 24, 3), dtype=np.uint8)
    copies = torch.from_numpy(picture).permute(2, 0, 1).repeat(5, 1, 1, 1)
    trained = augmented(copies, AUGMENTATIONS[modality], stream(0, "views")).round().permute(0, 2, 3, 1).numpy()
    shown = np.stack(views(picture, AUGMENTATIONS[modality], stream(0, "views"), 5)).astype(np.float32)
    assert np.abs(shown - trained).max() <= 1
