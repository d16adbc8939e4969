"""What a task and a metric are, described so that pages and cards can show them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engine.messages import Message


@dataclass(frozen=True)
class Metric:
    """One figure of quality: its name in reports, and what it means to somebody who never met it."""

    name: str
    """The key in `report["quality"]["metrics"]` and in `--json`."""
    title: Message
    meaning: Message
    higher_is_better: bool
    in_words: Message | None = None
    """The figure as a sentence with the place {of_hundred}, such as "93 of 100 right"; None where there is none."""


@dataclass(frozen=True)
class Task:
    """How rows become arrays and outputs become answers. The torch side stands in `engine.training` under this name."""

    name: str
    title: Message
    metrics: tuple[Metric, ...]
    """The metrics of a report, the one quoted first first."""
    load_encoder: Callable[[Path], Any]
    """Folder with `task.json` → encoder."""
    decode: Callable[..., Any]
    """(logits (N, C), temperature) → probabilities (N, C)."""

    def metric(self, name: str) -> Metric:
        """Return the metric of that name; KeyError when the task has none."""
        return {metric.name: metric for metric in self.metrics}[name]
