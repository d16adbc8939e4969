"""Cases side by side, and a case as files: CSV and XLSX."""

from __future__ import annotations

import streamlit as st

from engine.analytics import cases
from engine.economics.business.presets import PRESETS, preset
from engine.errors import BreakevenError
from pages.shared.business import sections
from pages.shared.business.case import Open, name_of
from pages.shared.business.found import Plan
from pages.shared.business.found import plan as plan_of
from pages.shared.business.money import Purse
from pages.shared.frame import show_error
from pages.shared.i18n import tr
from pages.shared.resources import settings

MOST = 6


def section(opened: Open, plan: Plan, purse: Purse) -> None:
    """Draw cases beside the one that is open, where asked for, and its downloads."""
    st.subheader(tr("Cases side by side"), anchor=False)
    known = {name: preset(name) for name in PRESETS} | cases.cases(settings())
    others = {key: name_of(case) for key, case in known.items() if key != opened.kept.id}
    picked = st.multiselect(tr("Beside {name}", name=name_of(opened.case)), list(others), max_selections=MOST,
                            format_func=lambda k: others.get(k, k), key="beside")  # fmt: skip
    if picked:
        try:
            sections.compare([plan, *(plan_of(known[k], plan.serving) for k in picked)], purse, sections.month_choice())
        except BreakevenError as error:
            show_error(error)
