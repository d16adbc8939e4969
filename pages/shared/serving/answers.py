"""What an endpoint answered: whether the mix of its answers moved from that of the test part, and corrections."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from engine.analytics.drift import Day, Drift, drift
from engine.errors import BreakevenError
from engine.serving.endpoints import Endpoint
from pages.shared import address, data, resources
from pages.shared.charts import serving as charts
from pages.shared.charts import style
from pages.shared.frame import badge, show_error
from pages.shared.i18n import md, tr
from pages.shared.numbers import number, percent
from pages.shared.serving import corrections

DAYS = 30


def section(found: Endpoint) -> None:
    """Draw the drift of one version's answers, and what users said was right."""
    _drift(found)
    corrections.section(found)


def _drift(found: Endpoint) -> None:
    numbers = {v.number: tr("Version {n}", n=v.number) for v in reversed(found.versions)}
    first = next(iter(found.split), next(iter(numbers)))
    chosen = first
    if len(numbers) > 1:
        chosen = address.choice(st.selectbox, tr("Version"), numbers, key="version", fallback=first)
    try:
        seen = drift(data.index(), resources.settings(), found.name, chosen, found.version(chosen).run_id, days=DAYS)
    except BreakevenError as error:
        show_error(error)
        return
    if not seen.days:
        st.caption(tr("Nothing was answered in the last {n} days. The mix of answers will stand here.", n=DAYS))
        return
    _draw(seen)


def _draw(seen: Drift) -> None:
    answer = headline(seen.days[-1])
    st.subheader(md(answer), anchor=False)
    frame = seen.shares()
    style.draw(charts.mix(frame, tr("test part")), answer, _table(seen), key="mix")
    badge(
        "measured",
        tr(
            "Shares of the answered classes by day (UTC) beside the answers to the run's test part, {rows} rows. The "
            "population stability index says how far they are apart: up to 0.1 little, from 0.25 on much.",
            rows=seen.reference.rows,
        ),
    )


def headline(day: Day) -> str:
    """Return what the newest day says, in one sentence."""
    psi = number(day.psi, 2)
    return {
        "too few": tr("Too few answers on {day} to tell: {n}", day=str(day.day), n=day.rows),
        "stable": tr("The answers are as mixed as on the test part (index {psi})", psi=psi),
        "some": tr("The mix of answers has moved (index {psi}): look at what is asked", psi=psi),
        "large": tr("The mix of answers has moved far (index {psi}): the model may not fit what is asked", psi=psi),
    }[day.verdict]


def _table(seen: Drift) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {
                tr("Day"): str(day.day),
                tr("Answers"): number(day.rows),
                tr("Index (PSI)"): number(day.psi, 3),
                tr("By chance up to"): number(day.limit, 3),
                tr("Mean probability"): percent(day.confidence, 1),
            }
            for day in reversed(seen.days)
        ]
    )
