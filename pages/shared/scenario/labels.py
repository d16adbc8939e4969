"""What a run is called in lists."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache

import pandas as pd

from pages.shared import words
from pages.shared.i18n import language, tr
from pages.shared.numbers import moment, number, zone

COLUMNS = ("finished_at", "recipe", "seed", "run_id", "macro_f1", "dataset", "label")


def run_labels(runs: pd.DataFrame) -> dict[str, str]:
    """Return recipe, quality, data and time of each row of `data.runs` by its run id, newest first."""
    here = language(), str(zone())
    rows = zip(*(runs[name].iloc[::-1].tolist() for name in COLUMNS), strict=True)
    return {row[3]: _label(*here, row[0].to_pydatetime(), *row[1:6], str(row[6] or "")) for row in rows}


@lru_cache(maxsize=4096)
def _label(
    _code: str,
    _zone_name: str,
    when: datetime,
    recipe: str,
    seed: int,
    run_id: str,
    macro_f1: float,
    dataset: str,
    label: str,
) -> str:
    """Return the label; a list of hundreds of runs is drawn at every turn, so each is made once a language and zone."""
    quality = tr("macro-F1 {value}", value=number(macro_f1, 3))
    return " · ".join([words.run_name(recipe, seed, run_id, label), quality, dataset, moment(when)])
