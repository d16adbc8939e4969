"""How long a training will take here, from what the same recipe took here before; for recipes without timed steps.

How the time of a recommender grows lies between not at all (what is fixed outweighs) and in proportion to the
interactions, so the range spans both.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from engine.models.estimate import UNSURE, Estimate
from engine.models.recipes import Recipe, resolve_options


def in_proportion(recipe: Recipe, options: Mapping[str, Any], rows: float, before: Mapping[Any, Any]) -> Estimate:
    """Return how long `recipe` takes on `rows` rows to train on.

    `before` is a row of `engine.analytics.queries.runs` of the same recipe: it tells "train_seconds", "train_rows",
    "options" (JSON) and "finished_at". Passes count in proportion, up or down.
    """
    now, then = (_passes(recipe, given) for given in (options, json.loads(before["options"] or "{}")))
    took = float(before["train_seconds"]) * now / then
    grown = rows / max(1.0, float(before["train_rows"]))
    return Estimate(
        seconds=took * grown,
        low=took * min(1.0, grown) * UNSURE[0],
        high=took * max(1.0, grown) * UNSURE[1],
        measured_at=str(before["finished_at"]),
    )


def _passes(recipe: Recipe, options: Mapping[str, Any]) -> int:
    return int(resolve_options(recipe, options).get("epochs", 1))
