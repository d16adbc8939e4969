"""The pieces that recipes are made of: cutting, shortening, adapters, batches, rates, temperature."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from engine.config import Settings
from engine.errors import BadInput
from engine.models.catalog import resolve
from engine.training.calibrate import calibrate
from engine.training.feed import shuffled_batches, token_feed
from engine.training.first_token import shorten
from engine.training.job import class_weights
from engine.training.lora import add_adapters, merge_adapters, target_modules
from engine.training.model import Head, TextClassifier, load_encoder_module
from engine.training.optimise import layer, optimiser, schedule
from engine.training.split import layers_of, split
from engine.training.streams import stream
from engine.training.temperature import fit_temperature
from tests.engine.training.conftest import WORDS, save_backbone

SHAPE = {"hidden_size": 32, "num_hidden_layers": 3, "num_attention_heads": 2, "intermediate_size": 64}
ROPE = {"global_attn_every_n_layers": 2, "local_attention": 8, "pad_token_id": 0, "bos_token_id": 2, "eos_token_id": 3}
KINDS: dict[str, dict[str, Any]] = {
    "Bert": SHAPE,
    "Roberta": SHAPE,
    "Electra": {**SHAPE, "embedding_size": 32},
    "DistilBert": {"dim": 32, "n_layers": 3, "n_heads": 2, "hidden_dim": 64},
    "MPNet": SHAPE,
    "ModernBert": {**SHAPE, **ROPE},
}


def encoder_of(kind: str, folder: Path, **changes: Any) -> nn.Module:
    """Return a tiny encoder of one architecture, saved and loaded as a user's folder would be."""
    transformers = importlib.import_module("transformers")
    torch.manual_seed(1)
    config = getattr(transformers, f"{kind}Config")(vocab_size=len(WORDS), **{**KINDS.get(kind, SHAPE), **changes})
    save_backbone(folder, getattr(transformers, f"{kind}Model")(config))
    return load_encoder_module(resolve(str(folder), Settings(home=folder)))


def batch() -> tuple[torch.Tensor, torch.Tensor]:
    mask = (torch.arange(32) < torch.tensor([[32], [20], [1]])).long()
    ids = torch.randint(4, len(WORDS), (3, 32), generator=torch.Generator().manual_seed(0))
    return ids * mask + 1 - mask, mask


@pytest.mark.parametrize("kind", KINDS)
def test_a_cut_encoder_gives_what_the_whole_one_gives(kind: str, tmp_path: Path) -> None:
    model = TextClassifier(encoder_of(kind, tmp_path), Head(32, 3, 0.1, 0), "mean").eval()
    halves = split(model, 2)
    ids, mask = batch()
    with torch.inference_mode():
        torch.testing.assert_close(halves.upper(halves.lower(ids, mask), mask), model(ids, mask))
    assert len(halves.layers) == 2


def test_an_encoder_whose_layers_share_weights_cannot_be_cut(tmp_path: Path) -> None:
    model = TextClassifier(encoder_of("Albert", tmp_path, embedding_size=16), Head(32, 3, 0.1, 0), "mean")
    with pytest.raises(BadInput, match="probe, lora, full"):
        split(model, 1)


def test_an_encoder_with_too_few_layers_says_how_many_it_has(tmp_path: Path) -> None:
    model = TextClassifier(encoder_of("Bert", tmp_path), Head(32, 3, 0.1, 0), "mean")
    with pytest.raises(BadInput, match="has 3 layers; give 2 or less"):
        split(model, 3)


@pytest.mark.parametrize(("kind", "can"), [("Bert", True), ("Roberta", True), ("Electra", True), ("DistilBert", False)])
def test_a_last_layer_for_the_first_token_gives_the_same(kind: str, can: bool, tmp_path: Path) -> None:
    encoder = encoder_of(kind, tmp_path).eval()
    names = set(encoder.state_dict())
    ids, mask = batch()
    with torch.inference_mode():
        whole = encoder(input_ids=ids, attention_mask=mask).last_hidden_state[:, 0]
        found = layers_of(encoder)
        assert found is not None
        assert shorten(encoder, found[1]) is can
        torch.testing.assert_close(encoder(input_ids=ids, attention_mask=mask).last_hidden_state[:, 0], whole)
    assert set(encoder.state_dict()) == names


@pytest.mark.parametrize("targets", ["attention", "all"])
def test_merged_adapters_compute_the_same(targets: str, tmp_path: Path) -> None:
    encoder = encoder_of("Bert", tmp_path)
    adapted = add_adapters(encoder, rank=4, alpha=8, targets=targets).eval()
    for name, parameter in adapted.named_parameters():
        if "lora" in name:
            nn.init.normal_(parameter, std=0.1, generator=torch.Generator().manual_seed(0))
    ids, mask = batch()
    with torch.no_grad():
        before = adapted(input_ids=ids, attention_mask=mask).last_hidden_state
        merged = merge_adapters(adapted)
        torch.testing.assert_close(merged(input_ids=ids, attention_mask=mask).last_hidden_state, before)
    assert not any("lora" in name for name in merged.state_dict())


def test_adapters_go_where_they_were_asked(tmp_path: Path) -> None:
    encoder = encoder_of("Bert", tmp_path)
    attention, everything = (target_modules(encoder, t) for t in ("attention", "all"))
    assert len(attention) == 3 * 4
    assert len(everything) == 3 * 6


def test_batches_hold_every_row_once_and_little_padding() -> None:
    lengths = stream(0, "lengths").integers(2, 120, 1000)
    feed = token_feed([list(range(5, 5 + n)) for n in lengths], pad_id=9)
    found = list(shuffled_batches(lengths, 16, stream(0, "order")))
    assert sorted(np.concatenate(found).tolist()) == list(range(1000))
    padded = 0
    for rows in found:
        ids, mask = feed.batch(rows)
        assert ids.shape[1] % 8 == 0
        assert mask.sum(1).tolist() == lengths[rows].tolist()
        assert (ids[mask == 0] == 9).all()
        padded += ids.numel()
    assert padded < 1.12 * lengths.sum()


def test_norms_and_biases_are_not_decayed(tmp_path: Path) -> None:
    encoder = encoder_of("Bert", tmp_path)
    groups = optimiser([layer(encoder, 1e-3)], 0.1).param_groups
    decayed = {id(p) for g in groups if g["weight_decay"] for p in g["params"]}
    for name, parameter in encoder.named_parameters():
        assert (id(parameter) in decayed) == (not name.endswith("bias") and "LayerNorm" not in name)


def test_the_rate_rises_then_falls_to_nothing() -> None:
    optimise = torch.optim.AdamW([nn.Parameter(torch.zeros(1))], lr=1.0)
    rates = schedule(optimise, steps=100, warmup=0.1)
    seen = []
    for _ in range(100):
        seen.append(optimise.param_groups[0]["lr"])
        optimise.step()
        rates.step()
    assert seen[0] == pytest.approx(0.1)
    assert max(seen) == seen[9] == pytest.approx(1.0)
    assert seen[-1] < 0.001


def test_the_temperature_that_blew_logits_up_is_found() -> None:
    draw = stream(0, "temperature")
    honest = draw.normal(size=(20_000, 3)) * 2
    chances = np.exp(honest) / np.exp(honest).sum(1, keepdims=True)
    truth = (chances.cumsum(1) > draw.random((20_000, 1))).argmax(1)
    assert fit_temperature(honest * 3, truth) == pytest.approx(3.0, rel=0.05)
    assert fit_temperature(np.zeros((0, 3)), np.zeros(0, dtype=np.int64)) == 1.0


def test_rare_classes_count_more_and_rows_one_on_average() -> None:
    truth = np.array([0] * 90 + [1] * 10)
    assert class_weights(truth, 2, "none").tolist() == [1.0, 1.0]
    balanced, root = class_weights(truth, 2, "balanced"), class_weights(truth, 2, "sqrt")
    assert balanced[1] / balanced[0] == pytest.approx(9.0)
    assert root[1] / root[0] == pytest.approx(3.0)
    assert np.mean(root[truth]) == pytest.approx(1.0)


def test_timed_steps_are_kept_in_the_workspace(backbone_folder: Path, settings: Settings) -> None:
    from engine.models.estimate import measurement

    backbone = resolve(str(backbone_folder), settings)
    found = calibrate(backbone, settings)
    assert found == measurement(settings, backbone.slug)
    assert 0 < found["forward_us_per_token"] < found["step_us_per_token"]
