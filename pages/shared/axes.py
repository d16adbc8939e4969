"""What a run can be compared by: each quantity with its column, unit, direction, and how it is written."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from pages.shared import words
from pages.shared.frame import Kind
from pages.shared.i18n import tr
from pages.shared.numbers import carbon, duration, milliseconds, money, number, size


@dataclass(frozen=True)
class Axis:
    """One quantity of the compare page."""

    column: str
    """Of `data.points`; with `_low` and `_high` where there is an interval."""
    title: str
    """With the unit, in the reader's language."""
    more_is_better: bool
    kind: Kind
    write: Callable[[float], str]


def score(value: float) -> str:
    return number(value, 3)


def axes() -> dict[str, Axis]:
    """Return every axis by its name in URLs, in the reader's language."""
    share = tr("{metric} (0–1)", metric="{metric}")
    return {
        "f1": Axis("macro_f1", share.format(metric=words.metric_name("macro_f1")), True, "measured", score),
        "accuracy": Axis("accuracy", share.format(metric=words.metric_name("accuracy")), True, "measured", score),
        "auc": Axis("auc", share.format(metric=words.metric_name("auc")), True, "measured", score),
        "train": Axis("train_cost_usd", tr("Cost to train (US$)"), False, "projected", money),
        "serve": Axis("cost_per_1000_usd", tr("Cost per 1,000 predictions (US$)"), False, "projected", money),
        "latency": Axis("p95_ms", tr("Latency p95, one sentence (ms)"), False, "measured", milliseconds),
        "carbon": Axis("train_gco2e", tr("Carbon of training (gCO₂e)"), False, "projected", carbon),
        "serve_carbon": Axis("gco2e_per_1000", tr("Carbon per 1,000 predictions (gCO₂e)"), False, "projected", carbon),
        "size": Axis("size_bytes", tr("Size on disk"), False, "measured", size),
        "time": Axis("train_seconds", tr("Training time here"), False, "measured", duration),
    }
