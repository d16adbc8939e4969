"""What was counted of a run's own data: tokens of its texts, and the arithmetic of one prediction."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from engine.economics.accelerator import flops_per_prediction as arithmetic
from engine.economics.hosted import Tokens
from engine.errors import BreakevenError
from pages.shared import data
from pages.shared.resources import settings

LONGEST_TOKENS = 100_000


def texts_tokens(run: Mapping[Any, Any]) -> float | None:
    """Return the mean tokens of the texts a run learned from, by its data card; None where it had no texts."""
    here = data.workspace()
    return _tokens(str(here.home), str(run["dataset_id"]))


@st.cache_data(show_spinner=False, max_entries=32)
def _tokens(home: str, dataset_id: str) -> float | None:  # noqa: ARG001 - a part of the cache's key
    from engine.datasets.store import open_dataset
    from engine.datasets.texts.options import TextCard
    from engine.models.estimate import mean_tokens

    try:
        card = open_dataset(settings(), dataset_id).card
    except BreakevenError:  # deleted since
        return None
    return mean_tokens(card, LONGEST_TOKENS) if isinstance(card, TextCard) and card.length_words else None


def flops_per_prediction(run_id: str, tokens: Tokens) -> float | None:
    """Return the arithmetic of one prediction, from the model's parameters; None where it is no encoder of texts."""
    try:
        report = data.report(run_id)
    except BreakevenError:
        return None
    backbone = report.get("backbone") or {}
    if not backbone.get("id") or tokens.kind != "measured" or not backbone.get("parameters"):
        return None
    return arithmetic(float(backbone["parameters"]), tokens.text)
