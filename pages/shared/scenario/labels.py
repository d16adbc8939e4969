"""What a run is called in lists."""

from __future__ import annotations

from typing import Any

from pages.shared import words
from pages.shared.i18n import tr
from pages.shared.numbers import moment, number


def run_label(row: dict[Any, Any]) -> str:
    """Return recipe, quality, data and time of one row of `data.runs`."""
    return " · ".join(
        [
            words.run_name(str(row["recipe"]), int(row["seed"]), str(row["run_id"])),
            tr("macro-F1 {value}", value=number(float(row["macro_f1"]), 3)),
            str(row["dataset"]),
            moment(row["finished_at"]),
        ]
    )
