from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnx
import pytest
import torch

from engine.datasets.dataset import Dataset
from engine.errors import BadInput, Cancelled, Failure
from engine.models.catalog import LocalBackbone
from engine.serving.runtime import PictureModel, load_model
from engine.tasks.explain_picture import evidence, shares
from engine.tasks.image_classification import pictures_of
from engine.training.images import gate
from engine.training.images.efficientnet import Convolution
from engine.training.images.export import export, make_int8
from engine.training.images.model import PictureClassifier
from engine.training.images.train import Trained
from tests.engine.training.conftest import Heard
from tests.engine.training.images.conftest import LABELS, QUICK, phantoms, save_pictures

Train = Callable[..., Trained]


@pytest.mark.parametrize("recipe", QUICK)
def test_every_recipe_gives_the_answers_of_torch_when_served(
    recipe: str, train_pictures: Train, pictures: Dataset, tmp_path: Path, heard: Heard
) -> None:
    trained = train_pictures(recipe)
    assert {e["score"] for e in heard.of("epoch")} == {"auc"}
    found = export(trained, tmp_path / "onnx")
    assert set(found) == {"fp32"}
    held_out = pictures_of(pictures, "validation")
    checked = gate.check(trained, found, held_out, np.array([0, 1] * 4))
    assert checked.fp32_max_difference < 1e-4
    served = load_model(found["fp32"])
    assert isinstance(served, PictureModel)
    np.testing.assert_allclose(served.answer(held_out), trained.logits(held_out), atol=1e-4)
    batch = served.encoder.encode(held_out[:3])
    np.testing.assert_allclose(served.maps(batch).mean((2, 3)), served.logits(batch), atol=1e-4)
    config = (found["fp32"] / "config.pbtxt").read_text()
    size = QUICK[recipe]["size"]
    assert f'name: "image" data_type: TYPE_UINT8 dims: [ 3, {size}, {size} ]' in config
    assert 'name: "maps" data_type: TYPE_FP32' in config


def test_the_same_seed_gives_the_same_weights_and_another_gives_others(train_pictures: Train) -> None:
    first, again, other = (train_pictures("fast", out=name, seed=seed) for name, seed in (("a", 0), ("b", 0), ("c", 1)))
    for name, value in first.module.state_dict().items():
        assert torch.equal(value, again.module.state_dict()[name]), name
    assert not torch.equal(
        first.module.state_dict()["head.linear.weight"], other.module.state_dict()["head.linear.weight"]
    )


def test_fast_trains_members_of_the_upper_blocks_alone(train_pictures: Train, network: LocalBackbone) -> None:
    from engine.training.images.body import load_body

    module, body = train_pictures("fast").module, load_body(network)
    assert isinstance(module, PictureClassifier)
    assert (len(module.units), len(module.members)) == (15, QUICK["fast"]["members"])
    assert all(torch.equal(a, b) for a, b in zip(module.units.parameters(), body.units.parameters(), strict=False))
    first, second = (list(member.parameters()) for member in module.members)
    before = list(body.units[15:].parameters())
    assert not any(torch.equal(a, b) for x, y in ((first, before), (second, before)) for a, b in zip(x, y, strict=True))
    assert not all(torch.equal(a, b) for a, b in zip(first, second, strict=True))


def test_adapters_change_the_narrow_convolutions_and_leave_no_trace(
    train_pictures: Train, network: LocalBackbone
) -> None:
    from engine.training.images.body import load_body

    module = train_pictures("lora").module
    assert isinstance(module, PictureClassifier)
    before = dict(load_body(network).units.named_modules())
    for name, part in module.units.named_modules():
        if isinstance(part, Convolution):
            known = before[name]
            assert isinstance(known, Convolution)
            changed = not torch.equal(part.conv.weight, known.conv.weight)
            assert changed == (part.conv.kernel_size == (1, 1)), name
    assert not [name for name in module.state_dict() if "lora" in name]


def test_a_baseline_sees_the_patch_where_it_is(train_pictures: Train, tmp_path: Path) -> None:
    trained = train_pictures("baseline", {"epochs": 40, "learning_rate": 0.01})
    served = PictureModel.load(export(trained, tmp_path / "onnx")["fp32"])
    found, truth = phantoms(20, side=60, seed=5)
    assert (served.probabilities(found).argmax(1) == truth).all()
    lesion = LABELS.index("lesion")
    shown = evidence(served.maps(served.encoder.encode(found[1:2]))[0], lesion)
    logits = served.answer(found[1:2])[0]
    assert shown.mean() == pytest.approx(logits[lesion] - logits[1 - lesion], abs=1e-3)
    third = len(shown) // 3
    assert shares(shown)[:third, :third].mean() > shares(shown)[third:, third:].mean() + 0.2


def test_pictures_in_colour_keep_it(train_pictures: Train, tmp_path: Path) -> None:
    found, truth = phantoms(12, colours=3)
    data = save_pictures(tmp_path, found, truth, ["train"] * 8 + ["validation"] * 4)
    trained = train_pictures("baseline", dataset=data)
    assert trained.options["colours"] == "colour"
    assert trained.module.linear.weight.shape == (2, 3 * 16 * 16)  # type: ignore[union-attr]


def test_many_pictures_get_fewer_views_and_epochs(train_pictures: Train) -> None:
    options = train_pictures("fast", {"views": 12, "epochs": 3, "members": 5, "budget": 100}).options
    assert (options["views"], options["members"]) == (8, 3)


def test_what_does_not_fit_is_said(train_pictures: Train, network: LocalBackbone) -> None:
    with pytest.raises(BadInput, match="size is 65; give a multiple of 32"):
        train_pictures("probe", {"size": 65})
    with pytest.raises(BadInput, match="the backbone has 18; give 17 or less"):
        train_pictures("fast", {"trained_blocks": 18})
    with pytest.raises(BadInput, match="needs a backbone for pictures"):
        train_pictures("fast", backbone=None)
    with pytest.raises(BadInput, match="has no option trained_blocks"):
        train_pictures("probe", {"trained_blocks": 2})


def test_a_training_can_be_stopped(train_pictures: Train, tmp_path: Path) -> None:
    with pytest.raises(Cancelled):
        train_pictures("full", should_stop=lambda: True)
    assert not (tmp_path / "run" / "model").exists()


def test_int8_is_static_and_a_row_does_not_depend_on_its_neighbours(
    train_pictures: Train, pictures: Dataset, tmp_path: Path
) -> None:
    trained = train_pictures("fast")
    found = export(trained, tmp_path / "onnx", pictures_of(pictures, "train"))
    graph = onnx.load(found["int8"] / "1" / "model.onnx").graph
    kinds = {node.op_type for node in graph.node}
    assert {"QuantizeLinear", "DequantizeLinear"} <= kinds
    assert "DynamicQuantizeLinear" not in kinds
    served = PictureModel.load(found["int8"])
    held_out = pictures_of(pictures, "validation")
    alone = np.concatenate([served.answer([picture]) for picture in held_out])
    np.testing.assert_allclose(served.answer(held_out, batch=8), alone, atol=1e-5)


def test_a_careful_int8_is_the_same_whether_ranges_were_kept_or_found_anew(
    train_pictures: Train, pictures: Dataset, tmp_path: Path
) -> None:
    trained, learnt_from = train_pictures("probe"), pictures_of(pictures, "train")
    found = export(trained, tmp_path / "onnx", learnt_from)
    make_int8(trained, found["fp32"], found["int8"], learnt_from, careful=2)
    make_int8(trained, found["fp32"], tmp_path / "anew", learnt_from, careful=2)
    held_out = pictures_of(pictures, "validation")
    kept, anew = (PictureModel.load(folder).answer(held_out) for folder in (found["int8"], tmp_path / "anew"))
    np.testing.assert_array_equal(kept, anew)


def test_the_gate_stops_a_graph_that_is_not_the_trained_model(
    train_pictures: Train, pictures: Dataset, tmp_path: Path
) -> None:
    one, other = train_pictures("probe"), train_pictures("probe", seed=1, out="other")
    with pytest.raises(Failure, match="differs from the trained one"):
        gate.check(other, export(one, tmp_path / "onnx"), pictures_of(pictures, "validation"), np.array([0, 1] * 4))


def test_the_gate_judges_int8_by_answers_and_by_auc(train_pictures: Train) -> None:
    trained = train_pictures("baseline")
    truth = np.array([0, 1] * 100)
    pictures_and_views = np.tile(np.where(truth[:, None] == [0, 1], 2.0, -2.0), (3, 1))

    def judged(*turned: int) -> gate.PictureGate:
        found = pictures_and_views.copy()
        found[list(turned)] *= -1
        return gate.judge_int8(0.0, pictures_and_views, found, truth, trained)

    assert judged().int8_accepted
    assert judged().int8_compared == 600
    assert "for 98.67 % of the pictures" in str(judged(*range(200, 208)).reason)
    assert "int8 loses 3.0 points of accuracy" in str(judged(*range(6)).reason)
    views_alone = judged(*range(200, 205))
    assert views_alone.int8_metric_drop == 0.0
    assert "int8 loses 0.0 points of accuracy on the validation part and 0.83" in str(views_alone.reason)
