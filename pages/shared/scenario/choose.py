"""The choice of a finished run."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from engine.scenarios import Scenario
from pages.shared import address, choosing, data
from pages.shared.frame import data_notes
from pages.shared.i18n import tr
from pages.shared.scenario.labels import run_labels


def choose_run(runs: pd.DataFrame, *, key: str, label: str, preferred: str = "") -> str:
    """Draw the choice of a run, newest first, with `preferred` or else the newest chosen; return its id."""
    names = run_labels(runs)
    return address.choice(st.selectbox, label, names, key=key, fallback=preferred or next(iter(names)))


def choose_model(scenario: Scenario, invitation: str, icon: str) -> dict[str, Any] | None:
    """Draw the choice of a trained model of `scenario`, the best one first, and what its data is; return its report.

    None when there is no model yet: then `invitation` says what one would do, with the way to train the first.
    """
    runs = data.runs(scenario.name)
    if not len(runs):
        choosing.nothing_yet(scenario.name, tr("No model yet"), invitation, icon)
        return None
    best = data.best({scenario.name: scenario.quality}).get(scenario.name)
    run_id = choose_run(runs, key="run", label=tr("Model"), preferred=str(best.run["run_id"]) if best else "")
    report = data.report(run_id)
    data_notes(synthetic=bool(report["dataset"]["synthetic"]))
    return report
