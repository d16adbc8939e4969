"""What every run judged on the same rows is worth, vendors too: one line each, most left first."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd
import streamlit as st

from engine.analytics.costed import Choices
from engine.analytics.worth import Answers, ErrorPrices, Valued, finds_of, valued
from engine.errors import BreakevenError
from engine.scenarios import Scenario
from pages.shared import data, words
from pages.shared.frame import badge, say, strong
from pages.shared.i18n import tr
from pages.shared.numbers import money, number, percent

MOST = 12
"""So many lines are read; more would cost more than they tell."""


def table(scenario: Scenario, alike: Sequence[pd.DataFrame], choices: Choices, prices: ErrorPrices) -> None:
    """Draw what each run of `alike` (rows of `queries.runs` with one test part) is worth; nothing for one alone."""
    best = [row for frame in alike if len(frame) for row in frame.nlargest(MOST, scenario.quality).to_dict("records")]
    rows = sorted(best, key=lambda row: -row[scenario.quality])[:MOST]
    found = valued(rows, _answers(scenario, rows), choices, prices)
    if len(found) < 2:
        return
    strong(_title(sum(map(len, alike))))
    n = choices.load.predictions_month
    lines = [_line(each, n, lists=scenario.poor_list is not None) for each in found]
    st.dataframe(pd.DataFrame(lines), hide_index=True, alt=tr("What every run is worth"))
    badge("assumed", tr("Errors at the prices above and the load of now; the running cost has people's time in it."))


def _title(runs: int) -> str:
    if runs > MOST:
        return tr("What runs are worth, the best {n} of {all} on the same rows", n=MOST, all=number(runs))
    return tr("What every run on the same rows is worth")


def _answers(scenario: Scenario, rows: list[dict[Any, Any]]) -> dict[str, Answers]:
    ids = [str(row["run_id"]) for row in rows]
    if scenario.poor_list is None:
        return dict(data.confusions(ids))
    return {run_id: finds for run_id in ids if (finds := list_answers(run_id))}


def list_answers(run_id: str) -> Answers | None:
    """Return how often people found something in a run's lists; None where its report does not say."""
    try:
        return finds_of(data.report(run_id).get("quality", {}))
    except BreakevenError:
        return None


def _line(each: Valued, n: float, *, lists: bool) -> dict[str, str]:
    name = {tr("Run"): str(words.row_name(each.row))}
    if each.worth is None or each.running is None:
        return name | {tr("Left per 1,000"): say(each.refused) if each.refused else ""}
    found = each.worth
    return name | {
        tr("Found something") if lists else tr("Right answers"): percent(found.right, 1),
        tr("Left per 1,000"): tr("{value} ({low} to {high})", value=money(found.net.value), low=money(found.net.low),
                                 high=money(found.net.high)),
        tr("Errors per 1,000"): money(found.errors.value),
        tr("Saved per 1,000"): money(found.saved.value),
        tr("Running cost per 1,000"): money(each.running.value),
        tr("Left a month"): money(found.net.value * n / 1000),
        tr("Pays from"): tr("at no quality") if found.pays_from is None else percent(found.pays_from, 1),
    }  # fmt: skip
