"""How `evaluate` and `predict` read a file and answer it, by task: one line a task."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from engine.cli import use_histories, use_pictures, use_texts
from engine.cli.finished import Answered, Finished, Judged

Columns = dict[str, str]
"""Role of a column → its name as given on the command line; empty: detected."""


@dataclass(frozen=True)
class Use:
    """Both uses of a model of one task."""

    evaluate: Callable[[Finished, Path, Columns], Judged]
    predict: Callable[[Finished, Path, Columns], Answered]


USES: dict[str, Use] = {
    "text_classification": Use(use_texts.evaluate, use_texts.predict),
    "image_classification": Use(use_pictures.evaluate, use_pictures.predict),
    "ranking": Use(use_histories.evaluate, use_histories.predict),
}
