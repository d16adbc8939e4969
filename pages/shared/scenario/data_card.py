"""The data card on a page: problems in words, classes, lengths, parts, languages, licence, a few rows."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from engine.datasets.dataset import DataCard, Dataset, Part, Problem
from engine.scenarios import Scenario
from pages.shared.charts import quality, style
from pages.shared.frame import data_notes, say, strong
from pages.shared.i18n import md, tr, trn
from pages.shared.numbers import number, percent
from pages.shared.scenario.parts import parts_of

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
    details += [f"“{e}”" for e in problem.examples[:SHOWN_EXAMPLES]]
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


def figures(scenario: Scenario, card: DataCard, dataset: Dataset | None = None) -> None:
    """Draw what the data is: balance, what its form shows, parts, licence, a few rows.

    `dataset` is None while the data is only checked.
    """
    data_notes(synthetic=card.synthetic, licence=card.licence, commercial_use=card.commercial_use)
    own = parts_of(scenario)
    if card.classes:
        left, right = st.columns(2)
        with left:
            strong(tr("Classes"))
            names, counts = list(card.classes), list(card.classes.values())
            table = pd.DataFrame({tr("Class"): names, tr("Rows"): counts})
            style.draw(quality.bars(names[:20], counts[:20], tr("Rows")), balance(card), table, key="card-classes")
        with right:
            own.figures(card, dataset)
    else:
        own.figures(card, dataset)
    st.caption(md(facts(card, own.facts(card))))
    if card.samples:
        own.samples(card, dataset)


def balance(card: DataCard) -> str:
    """Return how even the classes are, in words."""
    total = max(1, sum(card.classes.values()))
    top, count = next(iter(card.classes.items()))
    return tr("{share} of the rows are “{label}”.", share=percent(count / total), label=top)


def facts(card: DataCard, own: tuple[str, ...]) -> str:
    """Return parts, what the form of the data adds, and licence in one line."""
    names: dict[Part, str] = {"train": tr("training"), "validation": tr("validation"), "test": tr("test")}
    parts = [f"{name} {number(card.part_rows(part))}" for part, name in names.items() if part in card.parts]
    lines = [
        tr("Parts: {parts}", parts=", ".join(parts)) if parts else "",
        *own,
        tr("Licence: {licence}", licence=card.licence or tr("not named")),
    ]
    return " · ".join(line for line in lines if line)
