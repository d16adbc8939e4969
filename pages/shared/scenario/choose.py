"""The choice of a finished run."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from pages.shared import address
from pages.shared.scenario.labels import run_labels


def choose_run(runs: pd.DataFrame, *, key: str, label: str, preferred: str = "") -> str:
    """Draw the choice of a run, newest first, with `preferred` or else the newest chosen; return its id."""
    names = run_labels(runs)
    return address.choice(st.selectbox, label, names, key=key, fallback=preferred or next(iter(names)))
