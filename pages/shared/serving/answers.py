"""What an endpoint answered: whether the mix of its answers moved from that of the test part, and corrections."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from engine.analytics.drift import Day, Drift, drift
from engine.analytics.drift_reference import Reference
from engine.errors import BreakevenError
from engine.serving.endpoints import Endpoint
from pages.shared import address, data, resources
from pages.shared.charts import serving as charts
from pages.shared.charts import style
from pages.shared.frame import badge, show_error
from pages.shared.i18n import md, tr
from pages.shared.numbers import DASH, number, percent
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
    newest, reference = seen.days[-1], seen.reference
    answer = headline(newest, of_lists=reference.of_lists)
    st.subheader(md(answer), anchor=False)
    frame = seen.shares()
    if reference.of_lists:
        frame["label"] = frame["label"].map(band)
    style.draw(charts.mix(frame, tr("test part")), answer, _table(seen), key="mix")
    badge("measured", _basis(reference))
    if reference.new_share is not None:
        st.caption(md(unknown(newest, reference.new_share)))


def _basis(reference: Reference) -> str:
    if not reference.of_lists:
        return tr(
            "Shares of the answered classes by day (UTC) beside the answers to the run's test part, {rows} rows. The "
            "population stability index says how far they are apart: up to 0.1 little, from 0.25 on much.",
            rows=reference.rows,
        )
    return tr(
        "How popular the first {count} items of each list are, by day (UTC), beside the lists for the run's test part, "
        "{rows} people. Popular is what many people of the training data took. The population stability index says how "
        "far they are apart: up to 0.1 little, from 0.25 on much.",
        count=reference.unit,
        rows=reference.rows,
    )


def band(name: str) -> str:
    """Return what a band of the catalogue is called; `name` is a key of `engine.tasks.popularity.BANDS`."""
    low, high = name.split("-")
    if low == "0":
        return tr("most popular {high}%", high=high)
    return tr("next, to {high}%", high=high) if high != "100" else tr("least popular half")


def unknown(day: Day, new_share: float) -> str:
    """Return how much of the histories of a day the training data does not know."""
    if not day.items:
        return tr("No histories of items were given on {day}.", day=str(day.day))
    return tr(
        "Of {items} items in the histories of {day}, {share} are in nobody's history of the training data; of what "
        "people of the test part took, it was {before}. When this rises, train again on newer data.",
        items=number(day.items),
        day=str(day.day),
        share=percent(day.unknown / day.items, 1),
        before=percent(new_share, 1),
    )


def headline(day: Day, *, of_lists: bool = False) -> str:
    """Return what the newest day says, in one sentence."""
    psi = number(day.psi, 2)
    if of_lists and day.verdict != "too few":
        return {
            "stable": tr("Lists hold what is as popular as on the test part (index {psi})", psi=psi),
            "some": tr("How popular what is recommended is has moved (index {psi}): look at what is asked", psi=psi),
            "large": tr("How popular what is recommended is has moved far (index {psi}): train on newer data", psi=psi),
        }[day.verdict]
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
                **_beside(day),
            }
            for day in reversed(seen.days)
        ]
    )


def _beside(day: Day) -> dict[str, str]:
    """Return what stands beside the index: how sure the model was, or how much of the histories it did not know."""
    if day.confidence is not None:
        return {tr("Mean probability"): percent(day.confidence, 1)}
    return {tr("Unknown items"): percent(day.unknown / day.items, 1) if day.items else DASH}
