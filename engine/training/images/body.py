"""Pre-trained networks as a sequence of units that can be cut anywhere: the packaged one, or one of transformers."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import torch
from torch import nn

from engine.errors import BadInput
from engine.models.catalog import LocalBackbone
from engine.training.images import efficientnet
from engine.training.images.model import Body, run
from engine.training.model import quiet_transformers

TRIAL = 64
"""Pixels of the picture that a network is tried with."""
LEAST_STRIDE, MOST_STRIDE = 4, 32
"""Taps read maps of at least this coarseness, and a map is at most that coarse: sizes are multiples of it."""
TOLERANCE = 1e-4


def load_body(backbone: LocalBackbone) -> Body:
    """Return the network of `backbone` in float32, no code from its folder being run.

    Raises BadInput when transformers cannot build it or when it is none of the families that can be cut.
    """
    if backbone.architecture == "efficientnet-lite0":
        units = efficientnet.efficientnet_lite0()
        efficientnet.load_state(units, efficientnet.read_state(backbone.weights))
        return body_of(units, efficientnet.MEAN, efficientnet.DEVIATION, backbone.id)
    model = _from_transformers(backbone)
    units = nn.ModuleList(FAMILIES[model.config.model_type](model))
    _check_cut(model, units, backbone.id)
    mean, deviation = _pixels(backbone)
    return body_of(units, mean, deviation, backbone.id)


def body_of(units: nn.ModuleList, mean: tuple[float, ...], deviation: tuple[float, ...], name: str) -> Body:
    """Return `units` with a tap behind the last unit of every width, from a quarter of the picture's sides down."""
    units.eval()
    maps, shapes = torch.zeros(1, 3, TRIAL, TRIAL), []
    with torch.inference_mode():
        for unit in units:
            maps = unit(maps)
            shapes.append((int(maps.shape[1]), TRIAL // int(maps.shape[-1])))
    last = [i for i in range(len(shapes)) if i + 1 == len(shapes) or shapes[i] != shapes[i + 1]]
    taps = tuple(i for i in last if LEAST_STRIDE <= shapes[i][1] <= MOST_STRIDE)
    if not taps or taps[-1] != len(shapes) - 1:
        raise _no_body(name)
    return Body(units, taps, tuple(shapes[i][0] for i in taps), mean, deviation, name)


def _resnet(model: Any) -> list[nn.Module]:
    return [model.embedder, *(layer for stage in model.encoder.stages for layer in stage.layers)]


def _convnext(model: Any) -> list[nn.Module]:
    parts = [p for stage in model.encoder.stages for p in (*stage.downsampling_layer, *stage.layers)]
    return [model.embeddings, *parts]


def _efficientnet(model: Any) -> list[nn.Module]:
    inner = model.encoder
    return [model.embeddings, *inner.blocks, nn.Sequential(inner.top_conv, inner.top_bn, inner.top_activation)]


def _mobilenet(model: Any) -> list[nn.Module]:
    return [model.conv_stem, *model.layer, model.conv_1x1]


FAMILIES: dict[str, Callable[[Any], list[nn.Module]]] = {
    "resnet": _resnet,
    "convnext": _convnext,
    "efficientnet": _efficientnet,
    "mobilenet_v2": _mobilenet,
}
"""transformers' model_type → its units in order."""


def _from_transformers(backbone: LocalBackbone) -> Any:
    with quiet_transformers():
        from transformers import AutoConfig, AutoModel

        try:
            config = AutoConfig.from_pretrained(backbone.folder, local_files_only=True, trust_remote_code=False)
            if config.model_type not in FAMILIES:
                raise _no_body(backbone.id)
            return AutoModel.from_pretrained(
                backbone.folder,
                local_files_only=True,
                trust_remote_code=False,
                use_safetensors=True,
                weights_only=True,
                dtype=torch.float32,
            ).eval()
        except (OSError, ValueError, KeyError, RuntimeError, TypeError, AttributeError) as error:
            raise BadInput(
                "The backbone {backbone} cannot be loaded ({error}); choose one of the families {families}, with "
                "config.json, preprocessor_config.json and model.safetensors.",
                backbone=backbone.id,
                error=(str(error).splitlines() or [type(error).__name__])[0][:200],
                families=", ".join(FAMILIES),
            ) from error


def _pixels(backbone: LocalBackbone) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Return mean and deviation of each colour in 0 to 255, from the backbone's preprocessor_config.json."""
    try:
        values = json.loads((backbone.folder / "preprocessor_config.json").read_text("utf-8"))
        factor = float(values.get("rescale_factor", 1 / 255))
        mean, deviation = (tuple(float(v) / factor for v in values[k]) for k in ("image_mean", "image_std"))
    except (OSError, ValueError, KeyError, TypeError, AttributeError, ZeroDivisionError) as error:
        raise BadInput(
            "The backbone {backbone} does not say how pixels are scaled; preprocessor_config.json needs image_mean and "
            "image_std.",
            backbone=backbone.id,
        ) from error
    return mean, deviation


def _check_cut(model: Any, units: nn.ModuleList, name: str) -> None:
    """Raise BadInput when the units, one after the other, do not compute what the whole network does."""
    image = torch.linspace(-1, 1, 2 * 3 * TRIAL * TRIAL).reshape(2, 3, TRIAL, TRIAL)
    with torch.inference_mode():
        whole, cut = model(pixel_values=image).last_hidden_state, run(units, image, ())[0]
    if whole.shape != cut.shape or not torch.allclose(whole, cut, atol=TOLERANCE, rtol=TOLERANCE):
        raise _no_body(name)


def _no_body(name: str) -> BadInput:
    return BadInput(
        "The backbone {backbone} is no network that can be cut into units; choose one of the families {families}.",
        backbone=name,
        families=", ".join(FAMILIES),
    )
