"""The labels of a checked file: rename them, merge them, or leave them out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pandas as pd
import streamlit as st

from engine.datasets.dataset import DataCard
from engine.jobs.runs import RunFolder
from engine.scenarios import Scenario
from pages.shared.i18n import tr
from pages.shared.scenario import problems


def draw(scenario: Scenario, run: RunFolder, card: DataCard, options: Any, again: Callable[..., None]) -> None:
    """Draw the labels as found and as used; an empty one leaves its rows out. `again` checks under other options."""
    found = card.labels_found or card.classes
    if not found:
        return
    wanted = any(p.kind in problems.LABEL_KINDS for p in card.problems)
    with st.expander(tr("Rename, merge or leave out labels"), icon=":material/label:", expanded=wanted):
        st.caption(tr("Two labels with the same new name become one; an empty name leaves the rows out."))
        frame = pd.DataFrame(
            {"found": list(found), "rows": list(found.values()), "used": [options.label_map.get(k, k) for k in found]}
        )
        edited = st.data_editor(
            frame,
            hide_index=True,
            disabled=["found", "rows"],
            key=f"labels-{run.run_id}",
            alt=tr("Labels as found and as used"),
            column_config={
                "found": st.column_config.TextColumn(tr("In the file")),
                "rows": st.column_config.NumberColumn(tr("Rows")),
                "used": st.column_config.TextColumn(tr("Used as")),
            },
        )
        mapped = {
            f: (u or "").strip() for f, u in zip(edited["found"], edited["used"], strict=True) if (u or "").strip() != f
        }
        st.button(
            tr("Apply"), disabled=mapped == options.label_map, icon=":material/check:",
            on_click=again, args=(scenario, run, replace(options, label_map=mapped)),
        )  # fmt: skip
