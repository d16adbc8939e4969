"""What a run can be compared by: each quantity with its column, unit, direction, and how it is written."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from engine.scenarios import SCENARIOS
from engine.tasks import Metric
from pages.shared import words
from pages.shared.frame import Kind
from pages.shared.i18n import tr, tr_message
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


def axes(scenario: str) -> dict[str, Axis]:
    """Return every axis by its name in URLs, in the reader's language: the metrics of the scenario's task first."""
    first = SCENARIOS[scenario].quality
    metrics = sorted(words.task(scenario).metrics, key=lambda m: m.name != first)
    return {m.name: _quality(m) for m in metrics} | {
        "train": Axis("train_cost_usd", tr("Cost to train (US$)"), False, "projected", money),
        "serve": Axis("cost_per_1000_usd", tr("Cost per 1,000 predictions (US$)"), False, "projected", money),
        "latency": Axis(
            "p95_ms", tr("Latency p95, one {unit} (ms)", unit=words.unit(scenario)), False, "measured", milliseconds
        ),
        "carbon": Axis("train_gco2e", tr("Carbon of training (gCO₂e)"), False, "projected", carbon),
        "serve_carbon": Axis("gco2e_per_1000", tr("Carbon per 1,000 predictions (gCO₂e)"), False, "projected", carbon),
        "size": Axis("size_bytes", tr("Size on disk"), False, "measured", size),
        "time": Axis("train_seconds", tr("Training time here"), False, "measured", duration),
    }


def _quality(metric: Metric) -> Axis:
    title = tr_message(metric.title) + (tr(" (0–1)") if metric.share else "")
    return Axis(metric.name, title, metric.higher_is_better, "measured", score)
