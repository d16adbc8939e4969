"""How long a training on pictures will take here, before it starts: timed units of the backbone, counted out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from engine.datasets.dataset import DataCard
from engine.models.estimate import ADAPTER_SHARE, FIXED_S, Estimate, never_timed, rows_of, within_range
from engine.models.image_recipes import within_budget
from engine.models.recipes import find_recipe, resolve_options

TASK = "image_classification"


def estimate_pictures(
    card: DataCard, recipe: str, options: Mapping[str, Any], measurement: Mapping[str, Any] | None
) -> Estimate:
    """Return how long a neural `recipe` takes on the data of `card`.

    `measurement` is what `engine.training.calibrate` wrote of a backbone for pictures. The work of a convolution grows
    with the pixels, so a size asked for counts by its square over that of the size timed. Raises BadInput when
    nothing was timed.
    """
    if measurement is None:
        raise never_timed()
    train, validation = rows_of(card, "train"), rows_of(card, "validation")
    values = within_budget(resolve_options(find_recipe(TASK, recipe), options), round(train))
    pixels = (int(values["size"]) / measurement["size"]) ** 2 / 1e6
    forward, step = ([pixels * us for us in measurement[name]] for name in ("forward_us", "step_us"))
    once, an_epoch = _costs(recipe, values, pixels * measurement["view_us"], forward, step, train, validation)
    return within_range(FIXED_S + measurement["load_seconds"] + once, an_epoch, values, str(measurement["measured_at"]))


def _costs(
    recipe: str,
    values: Mapping[str, Any],
    view: float,
    forward: Sequence[float],
    step: Sequence[float],
    train: float,
    validation: float,
) -> tuple[float, float]:
    """Return the seconds spent once and the seconds an epoch.

    `view` is the seconds of an augmented view of a picture; `forward` and `step` those of each unit for one.
    """
    if recipe in {"probe", "fast"}:
        cut = len(forward) - (0 if recipe == "probe" else min(len(forward), int(values["trained_blocks"])))
        views = int(values["views"])
        kept = view * views * train + sum(forward[:cut]) * ((views + 1) * train + validation)
        members = int(values.get("members", 1))
        return kept, members * (sum(step[cut:]) * train + sum(forward[cut:]) * validation)
    share = ADAPTER_SHARE if recipe == "lora" else 1.0
    return 0.0, (view + share * sum(step)) * train + sum(forward) * validation
