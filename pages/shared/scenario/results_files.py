"""What a run leaves to take away: cards, report, the command that calls it."""

from __future__ import annotations

import json
from functools import partial
from typing import Any

import streamlit as st

from engine.scenarios import Scenario
from pages.shared import data, site
from pages.shared.i18n import tr
from pages.shared.serving.call import command

CARDS = ("model_card.md", "model_card.json", "data_card.md", "data_card.json")


def draw(scenario: Scenario, report: dict[str, Any]) -> None:
    """Draw the downloads of a run and the line that calls it."""
    st.subheader(tr("Take it with you"), anchor=False)
    names = {
        "model_card.md": tr("Model card"),
        "model_card.json": tr("Model card, JSON"),
        "data_card.md": tr("Data card"),
        "data_card.json": tr("Data card, JSON"),
    }
    short = report["run_id"][-4:]
    with st.container(horizontal=True):
        for name in CARDS:
            file = data.attempt_file(report["run_id"], name)
            if file.exists():
                st.download_button(
                    names[name], file.read_bytes, f"{short}-{name}", icon=":material/download:", key=f"file-{name}"
                )
        st.download_button(
            tr("All figures, JSON"),
            partial(json.dumps, report, ensure_ascii=False, indent=1),
            f"{short}-report.json",
            mime="application/json",
            icon=":material/data_object:",
        )
    st.caption(tr("Ask the served model from anywhere on this machine:"))
    command(report, scenario.task)
    site.link(site.SERVING, tr("Serve it under a name"), icon=":material/publish:", run=report["run_id"])
