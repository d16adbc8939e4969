"""Where to draw the line: the threshold that costs least under the reader's prices, and what an answer then means."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd
import streamlit as st

from engine.scenarios import SCENARIOS
from engine.tasks.bootstrap import Interval
from engine.tasks.operating import Costs, at_threshold, cheapest, predictive_intervals, predictive_values
from pages.shared import fields
from pages.shared.frame import badge, strong
from pages.shared.i18n import md, tr
from pages.shared.numbers import money, number, percent

PER = 1000
"""Cases that counts and costs are said of."""
MOST_USD = 1e9
Point = dict[str, Any]


@st.fragment
def draw(report: dict[str, Any], found: dict[str, Any]) -> None:
    """Draw prices and prevalence, and at once the threshold they ask for; only this part of the page runs again.

    The threshold is chosen on the validation part and looked up on the test part, so that it does not flatter.
    """
    strong(tr("Where should the threshold be?"))
    costs = asked(report["scenario"], found)
    chosen_on = curve_of(report.get("validation", {}))
    points = chosen_on or found["roc"]["points"]
    best = cheapest(points, costs)
    if best["threshold"] is None:
        strong(tr("At these prices it costs least to act on nobody."))
        return
    judged = at_threshold(found["roc"]["points"], float(best["threshold"])) if chosen_on else best
    answer(judged, costs, found)
    usual = at_threshold(found["roc"]["points"], 0.5)
    compare({tr("This threshold"): judged, tr("0.5, as usual"): usual, tr("Act on everyone"): everyone()}, costs)
    if cost(everyone(), costs) < cost(judged, costs):
        st.markdown(
            tr(
                "At these prices acting on everyone costs less still, by {saved} for 1,000 people: this model misses "
                "too many to decide alone.",
                saved=md(money(PER * (cost(judged, costs) - cost(everyone(), costs)))),
            )
        )
    badge(
        "projected",
        tr("From the prices and the frequency above, with sensitivity and specificity as measured on the test part.")
        + " "
        + (
            tr("The threshold was chosen on the validation part.")
            if chosen_on
            else tr("The validation part is too small to choose on; chosen on the test part, it flatters.")
        ),
    )


def asked(scenario: str, found: dict[str, Any]) -> Costs:
    """Draw the reader's assumptions: how frequent it is where the model is used, and what each error costs."""
    miss, alarm = prices(scenario, found["positive"])
    with st.container(horizontal=True):
        prevalence = fields.number(
            tr("Of 1,000 people examined, how many have it?"), key="prevalence", low=1, high=PER - 1, whole=True,
            fallback=min(max(1, round(PER * found["prevalence"])), PER - 1),
        )  # fmt: skip
        missed = fields.number(tr("A missed case costs (US$)"), key="miss", fallback=miss, low=0, high=MOST_USD)
        false = fields.number(tr("A false alarm costs (US$)"), key="alarm", fallback=alarm, low=0, high=MOST_USD)
    badge("assumed", tr("Change them to yours. The frequency starts at that of the test part, which is often higher."))
    return Costs(missed, false, prevalence / PER)


def curve_of(block: dict[str, Any]) -> list[Point]:
    """Return the points of the ROC curve of a part; none where the part has no curve."""
    roc = (block.get("detection") or {}).get("roc")
    return list(roc["points"]) if roc else []


def everyone() -> Point:
    return {"threshold": 0.0, "sensitivity": 1.0, "specificity": 0.0}


def cost(point: Point, costs: Costs) -> float:
    """Return what the errors of one case cost at a point of the curve, in US dollars."""
    return costs.of(float(point["sensitivity"]), float(point["specificity"]))


def answer(point: Point, costs: Costs, found: dict[str, Any]) -> None:
    """Draw the threshold and what it means where the model is used; `found` is what was judged on the test part."""
    right, calm = predictive_values(point["sensitivity"], point["specificity"], costs.prevalence)
    st.markdown(
        tr(
            "Act from a probability of **{threshold}** on: it then finds {sensitivity} of those with “{label}” and "
            "leaves {specificity} of the others in peace. An alarm is right in {right}, an all-clear in {calm}.",
            threshold=number(point["threshold"], 3),
            label=md(found["positive"]),
            sensitivity=percent(point["sensitivity"]),
            specificity=percent(point["specificity"]),
            right=percent(right) if right is not None else "–",
            calm=percent(calm, 1) if calm is not None else "–",
        )
    )
    if judged := found.get("independent"):  # older reports do not know it
        st.caption(doubt(point, costs, **judged))


def doubt(point: Point, costs: Costs, positives: int, negatives: int) -> str:
    """Return how sure the predictive values are that rest on so many people with the class and without."""
    right, calm = predictive_intervals(
        point["sensitivity"], point["specificity"], costs.prevalence, positives, negatives
    )
    return tr(
        "95% intervals, from {positives} people with it and {negatives} without in the test part: an alarm is right in "
        "{right}, an all-clear in {calm}.",
        positives=number(positives),
        negatives=number(negatives),
        right=within(right),
        calm=within(calm),
    )


def within(interval: Interval) -> str:
    """Return the ends of an interval of a share."""
    if interval.value is None:
        return "–"
    return tr("{low} to {high}", low=percent(interval.low, 1), high=percent(interval.high, 1))


def compare(points: dict[str, Point], costs: Costs) -> None:
    """Draw what each way of acting does to 1,000 people, and what its errors cost."""
    rows = [
        {
            tr("Act at"): name,
            tr("Missed"): number(PER * costs.prevalence * (1 - p["sensitivity"]), 1),
            tr("False alarms"): number(PER * (1 - costs.prevalence) * (1 - p["specificity"]), 0),
            tr("Alarm right (PPV)"): share(p, costs, 0),
            tr("All-clear right (NPV)"): share(p, costs, 1),
            tr("Cost of errors"): money(PER * cost(p, costs)),
        }
        for name, p in points.items()
    ]
    st.dataframe(pd.DataFrame(rows), hide_index=True, alt=tr("Of 1,000 people: misses, false alarms and their cost"))


def share(point: Point, costs: Costs, which: int) -> str:
    """Return the positive (0) or negative (1) predictive value in words."""
    values: Sequence[float | None] = predictive_values(point["sensitivity"], point["specificity"], costs.prevalence)
    value = values[which]
    return percent(value, 1) if value is not None else "–"


def prices(scenario: str, positive: str) -> tuple[float, float]:
    """Return what the scenario assumes a miss and a false alarm to cost; a scenario that is no more assumes what the
    page can only guess."""
    known = SCENARIOS[scenario].error_costs if scenario in SCENARIOS else ()
    miss = next((c.usd for c in known if c.actual == positive), known[0].usd if known else 100.0)
    alarm = next((c.usd for c in known if c.predicted == positive), known[1].usd if len(known) > 1 else 1.0)
    return miss, alarm
