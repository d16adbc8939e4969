"""What a run is called in lists."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache
from typing import Any

from pages.shared import words
from pages.shared.i18n import language, tr
from pages.shared.numbers import moment, number, zone


def run_label(row: dict[Any, Any]) -> str:
    """Return recipe, quality, data and time of one row of `data.runs`."""
    when = row["finished_at"].to_pydatetime()
    facts = str(row["recipe"]), int(row["seed"]), str(row["run_id"]), float(row["macro_f1"]), str(row["dataset"])
    return _label(language(), str(zone()), when, *facts)


@lru_cache(maxsize=4096)
def _label(
    _code: str, _zone_name: str, when: datetime, recipe: str, seed: int, run_id: str, macro_f1: float, dataset: str
) -> str:
    """Return the label; a list of hundreds of runs is drawn at every turn, so each is made once a language and zone."""
    quality = tr("macro-F1 {value}", value=number(macro_f1, 3))
    return " · ".join([words.run_name(recipe, seed, run_id), quality, dataset, moment(when)])
