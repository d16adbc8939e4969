"""What was found in a file, in words: whether it can be trained on, each problem, and what the one click does."""

from __future__ import annotations

import streamlit as st

from engine.datasets.dataset import DataCard, Problem
from pages.shared.frame import say
from pages.shared.i18n import md, tr, tr_message, trn
from pages.shared.numbers import number

SHOWN_ROWS = 12
SHOWN_EXAMPLES = 2
LEVELS = {
    "block": (":material/block:", "red"),
    "warn": (":material/warning:", "orange"),
    "note": (":material/info:", "gray"),
}


def headline(card: DataCard, name: str, units: str) -> str:
    """Return what the data is good for, in one line; `units` is what its rows are called."""
    blocks = sum(p.level == "block" for p in card.problems)
    warnings = sum(p.level == "warn" for p in card.problems)
    if blocks:
        return tr("{name} cannot be trained on yet", name=md(name))
    rows = number(card.rows_used)
    if warnings:
        points = trn("{n} thing to look at", "{n} things to look at", warnings)
        return tr("{name}: {rows} {units}, {points}", name=md(name), rows=rows, units=units, points=points)
    return tr("{name}: {rows} {units}, ready", name=md(name), rows=rows, units=units)


def problem_line(problem: Problem) -> None:
    """Draw one problem with its colour, rows and examples."""
    icon, color = LEVELS[problem.level]
    st.markdown(f":{color}[{icon}] {say(problem.message)}")
    details = []
    if problem.rows:
        shown = ", ".join(str(r) for r in problem.rows[:SHOWN_ROWS]) + ("…" if problem.count > SHOWN_ROWS else "")
        details.append(tr("Rows {rows}", rows=shown))
    details += [f"“{tr_message(e)}”" for e in problem.examples[:SHOWN_EXAMPLES]]
    if details:
        st.caption(md(" · ".join(details)))


def remedy_name(remedy: str) -> str:
    """Return what the one click does."""
    names = {
        "drop_missing": tr("Leave these rows out"),
        "drop_duplicates": tr("Keep one of each"),
        "drop_near_duplicates": tr("Keep one of each near-duplicate"),
        "drop_conflicts": tr("Leave out what has two labels"),
        "drop_unreadable": tr("Leave them out"),
        "drop_suspects": tr("Leave out suspected wrong labels"),
        "drop_rare_users": tr("Leave out rare users"),
        "drop_rare_items": tr("Leave out rare items"),
        "ignore_times": tr("Go without times"),
        "mask:email": tr("Mask e-mail addresses"),
        "mask:phone": tr("Mask phone numbers"),
        "mask:account": tr("Mask accounts"),
    }
    return names.get(remedy, remedy)
