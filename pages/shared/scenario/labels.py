"""What a run is called in lists."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache

import pandas as pd

from engine.scenarios import SCENARIOS
from pages.shared import words
from pages.shared.i18n import language
from pages.shared.numbers import moment, number, zone

COLUMNS = ("finished_at", "recipe", "scenario", "seed", "run_id", "dataset", "label")


def run_labels(runs: pd.DataFrame) -> dict[str, str]:
    """Return recipe, quality, data and time of each of a scenario's `data.runs` by its run id, newest first."""
    here = language(), str(zone())
    metric = SCENARIOS[str(runs["scenario"].iloc[0])].quality
    rows = zip(*(runs[name].iloc[::-1].tolist() for name in (*COLUMNS, metric)), strict=True)
    return {row[4]: _label(*here, metric, row[0].to_pydatetime(), *row[1:6], str(row[6] or ""), row[7]) for row in rows}


@lru_cache(maxsize=4096)
def _label(
    _code: str,
    _zone_name: str,
    metric: str,
    when: datetime,
    recipe: str,
    scenario: str,
    seed: int,
    run_id: str,
    dataset: str,
    label: str,
    value: float,
) -> str:
    """Return the label; a list of hundreds of runs is drawn at every turn, so each is made once a language and zone."""
    quality = f"{words.metric_name(metric)} {number(value, 3)}"
    return " · ".join([words.run_name(recipe, scenario, seed, run_id, label), quality, dataset, moment(when)])
