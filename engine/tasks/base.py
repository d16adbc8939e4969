"""What a task and a metric are, described so that pages and cards can show them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
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
    share: bool = True
    """Whether it goes from 0 to 1."""
    in_words: Message | None = None
    """The figure as a sentence with the place {of_hundred}, such as "93 of 100 right"; None where there is none."""


@dataclass(frozen=True)
class Unit:
    """What one input of a task is called, for sentences that count them."""

    one: Message
    many: Message


@dataclass(frozen=True, kw_only=True)
class Compared:
    """What a paired test of two runs, or of two groups of runs, found; each task's has its own figures beside these."""

    rows: int
    """Rows, or people, that both were judged on."""
    real: bool
    """Whether the second differs from the first beyond chance."""
    words: Message
    """The outcome as a sentence."""
    details: Message
    """The figures behind it."""
    method: Message
    """How it was tested."""

    def to_json(self) -> dict[str, Any]:
        """Return everything as plain values."""
        messages = {name: getattr(self, name).to_json() for name in ("words", "details", "method")}
        return {**asdict(self), **messages}


@dataclass(frozen=True)
class Task:
    """How rows become arrays and outputs become answers. The torch side stands in `engine.training` under this name."""

    name: str
    title: Message
    unit: Unit
    metrics: tuple[Metric, ...]
    """The metrics of a report, the one quoted first first."""
    load_encoder: Callable[[Path], Any]
    """Folder with `task.json` → encoder."""
    inputs: Callable[..., Any]
    """(data set, part) → what the encoder takes of each row of the part, in the order of `Dataset.rows`."""
    judge: Callable[..., dict[str, Any]]
    """Answers to a part → the "quality" block of a report; what it takes depends on what the task answers."""

    compare: Callable[..., Compared]
    """(first, second, names=…), each a report and its `predictions.parquet` → the paired test of two runs."""
    compare_seeds: Callable[..., Compared]
    """(firsts, seconds, names=…), one such pair a seed → the test of two recipes."""
    compared_by: str
    """The metric whose difference `compare_seeds` puts first."""
    row: Unit | None = None
    """What one row of its data is called, where that is not what one input is."""

    def metric(self, name: str) -> Metric:
        """Return the metric of that name; KeyError when the task has none."""
        return {metric.name: metric for metric in self.metrics}[name]

    def in_words(self, values: Mapping[str, Any]) -> Message | None:
        """Return the first of `values` (metric → share) that reads as a sentence, in words; None when none does."""
        for metric in self.metrics:
            value = values.get(metric.name)
            if metric.in_words is not None and value is not None and value == value:
                return Message(metric.in_words.text, of_hundred=of_hundred(float(value)))
        return None


def of_hundred(share: float) -> int:
    """Return `share` as a count of 100, where only all is 100 and only none is 0."""
    return 100 if share >= 1 else 0 if share <= 0 else min(99, max(1, round(100 * share)))
