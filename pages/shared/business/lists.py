"""Lists of a case: the team, funding rounds, cloud credits, payments once. Rows are edited in place."""

from __future__ import annotations

from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from engine.economics.business.case import Case
from engine.economics.business.link import FIELD, ROW, ROWS, written
from engine.economics.business.spread import Spread
from engine.reports.plan_lists import CHOICES, LISTS, SHARES, TITLES
from pages.shared import address
from pages.shared.business.case import Open
from pages.shared.business.fields import explain, put
from pages.shared.i18n import md, tr, tr_message

TEXTS = {"role", "name", "team", "investor", "instrument"}
STARTS: dict[str, dict[str, Any]] = {
    "hires": {"role": "", "team": "build", "people": 1, "month": 1, "usd_month": 10_000, "hiring_months": 0},
    "rounds": {"name": "", "investor": "venture", "instrument": "priced", "month": 24, "usd": 1_000_000,
               "dilution": 20, "discount": 0, "pool": 0},
    "credits": {"name": "", "usd": 10_000, "month": 1, "last_month": 12},
    "once": {"name": "", "month": 1, "low": 1_000, "usd": 1_000, "high": 1_000},
}  # fmt: skip
"""A row that was just added."""


def names() -> dict[str, str]:
    """Return what each list is called."""
    return {name: tr_message(title) for name, title in LISTS.items()} | {"rules": tr("Rules")}


def section(opened: Open) -> None:
    """Draw the choice of a list, and what is wrong with those that are not shown; then the list itself."""
    known = {name: title for name, title in names().items() if name in STARTS}
    shown = address.choice(st.segmented_control, tr("List"), known, key="list", fallback="hires", required=True)
    for name in known:
        if name != shown and name in opened.problems:
            st.caption(f"{md(known[name])}:")
            explain(opened, name)
    editor(opened, shown)


def editor(opened: Open, name: str) -> None:
    """Draw one list as a table to edit."""
    text = address.query().get(name, written(opened.case)[name])
    frame = _frame(opened.case, name)
    key = f"list-{name}-{hash(text)}"
    st.data_editor(
        frame, key=key, num_rows="dynamic", hide_index=True, column_config=_columns(name),
        on_change=_edited, args=(key, name, frame, opened.kept), alt=names()[name],
    )  # fmt: skip
    explain(opened, name)


def _frame(case: Case, name: str) -> pd.DataFrame:
    rows = [_shown(item, name) for item in getattr(case, name)]
    return pd.DataFrame(rows, columns=list(STARTS[name]))


def _shown(item: Any, name: str) -> dict[str, Any]:
    row: dict[str, Any] = {}
    for field in ROWS[name]:
        value = getattr(item, field)
        if isinstance(value, Spread):
            row |= {"low": value.low, "usd": value.likely, "high": value.high}
        else:
            row[field] = value * 100 if field in SHARES else value
    return row


def _edited(key: str, name: str, frame: pd.DataFrame, kept: Case) -> None:
    """Write the list with what was just edited to the address."""
    did = st.session_state[key]
    rows = frame.to_dict("records")
    for at, cells in did["edited_rows"].items():
        rows[int(at)] |= cells
    rows = [row for at, row in enumerate(rows) if at not in set(did["deleted_rows"])]
    rows += [STARTS[name] | {k: v for k, v in row.items() if v is not None} for row in did["added_rows"]]
    put(
        name,
        ROW.join(_text(STARTS[name] | {k: v for k, v in row.items() if v is not None}, name) for row in rows),
        kept,
    )


def _text(row: dict[Any, Any], name: str) -> str:
    parts = []
    for field in ROWS[name]:
        value = row[field]
        if name == "once" and field == "usd":
            parts.append("_".join(f"{float(row[end]):.12g}" for end in ("low", "usd", "high")))
        elif field in TEXTS:
            parts.append(str(value).replace(FIELD, " ").replace(ROW, " ").strip())
        else:
            parts.append(f"{float(value) / (100 if field in SHARES else 1):.12g}")
    return FIELD.join(parts)


def _columns(name: str) -> dict[str, Any]:
    """Return how each column is called and edited."""
    titles = {field: tr_message(title) for field, title in TITLES.items()}
    titles |= {"low": tr("At least (US$)"), "high": tr("At most (US$)")}
    found: dict[str, Any] = {}
    for field in STARTS[name]:
        if field in CHOICES:
            words = {k: tr_message(v) for k, v in CHOICES[field].items()}
            found[field] = st.column_config.SelectboxColumn(
                titles[field], options=list(words), format_func=partial(_called, words)
            )
        elif field in TEXTS:
            found[field] = st.column_config.TextColumn(titles[field], max_chars=60)
        else:
            found[field] = st.column_config.NumberColumn(titles[field], format="localized")
    return found


def _called(words: dict[str, str], key: str) -> str:
    return words.get(key, key)
