"""Where a classifier of pictures fails, and how well it finds what it looks for."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from engine.scenarios import SCENARIOS
from engine.tasks.operating import Costs, cheapest, predictive_values
from pages.shared.charts import detection, style
from pages.shared.frame import badge, strong
from pages.shared.i18n import md, tr
from pages.shared.numbers import number, percent
from pages.shared.scenario import results_quality

PLACES = 3


def draw(report: dict[str, Any]) -> None:
    """Draw what every classifier shows, and where one class is looked for, how well it is found."""
    block = report["quality"]
    results_quality.draw(report, "text", tr("Picture"), lambda: groups(block["slices"]))
    found = block.get("detection")
    if found is None:
        st.info(tr("Name the class that is looked for on the data step, and sensitivity and its price stand here."))
    elif found["roc"] is None:
        st.info(tr("The test part has only pictures with, or only without, “{label}”.", label=md(found["positive"])))
    else:
        curves(report, found)
        operating(report, found)


def groups(slices: list[dict[str, Any]]) -> None:
    """Draw how the model does for sites, scanners, sexes and ages, where DICOM told them."""
    strong(tr("Groups of patients"))
    if not slices:
        st.caption(tr("The pictures say nothing of site, scanner, sex or age, so no group can be looked at by itself."))
        return
    rows = [
        {
            tr("Group"): f"{s['slice']}: {s['value']}",
            tr("Pictures"): s["count"],
            tr("Accuracy"): number(s["accuracy"]["value"], PLACES),
            tr("95% interval"): f"{number(s['accuracy']['low'], PLACES)}–{number(s['accuracy']['high'], PLACES)}",
        }
        for s in slices
    ]
    st.dataframe(pd.DataFrame(rows), hide_index=True, alt=tr("Accuracy by group, with intervals"))


def curves(report: dict[str, Any], found: dict[str, Any]) -> None:
    """Draw ROC, precision and recall, and net benefit."""
    color, run_id, label = style.recipe_color(report["recipe"]), report["run_id"], found["positive"]
    at = found["at_specificity"][-1]
    st.subheader(
        md(
            tr(
                "At a specificity of {specificity} it finds {n} of 100 with “{label}”",
                specificity=percent(at["specificity"]),
                n=round(100 * at["sensitivity"]["value"]),
                label=label,
            )
        ),
        anchor=False,
    )
    st.caption(
        tr(
            "{positives} pictures of the test part have it. Shaded: 95% intervals, patients drawn anew.",
            positives=found["positives"],
        )
    )
    left, right = st.columns(2)
    with left:
        strong(tr("Finding against false alarms (ROC)"))
        made = style.kept((run_id, "roc"), lambda: detection.roc(found["roc"], color))
        auc = number(report["quality"]["metrics"]["auc"]["value"], PLACES)
        style.draw(made, tr("The area under the curve is {auc}.", auc=auc), sensitivities(found), key="roc")
    with right:
        strong(tr("Alarms that are right, by how much is found"))
        table = pd.DataFrame(found["precision_recall"]["points"])[["threshold", "recall", "precision"]].round(PLACES)
        made = style.kept(
            (run_id, "pr"), lambda: detection.precision_recall(found["precision_recall"], found["prevalence"], color)
        )
        alt = tr("Guessing would be right in {share} of its alarms.", share=percent(found["prevalence"]))
        style.draw(made, alt, table, key="precision-recall")
    strong(tr("Is acting on it better than acting on everyone, or on nobody? (net benefit)"))
    made = style.kept((run_id, "benefit"), lambda: detection.net_benefit(found["decision"], color))
    rows = [
        {"threshold": p["threshold"], "model": p["model"]["value"], "everyone": p["everyone"]}
        for p in found["decision"]
    ]
    style.draw(made, useful(found["decision"]), pd.DataFrame(rows).round(PLACES), key="net-benefit")
    badge("measured", tr("On the test part, by Vickers and Elkin 2006: true positives less false ones at their odds."))


def sensitivities(found: dict[str, Any]) -> pd.DataFrame:
    """Return sensitivity at the specificities that are usually asked for."""
    rows = [
        {
            tr("Specificity"): at["specificity"],
            tr("Sensitivity"): at["sensitivity"]["value"],
            tr("Low"): at["sensitivity"]["low"],
            tr("High"): at["sensitivity"]["high"],
            tr("Threshold"): at["threshold"],
        }
        for at in found["at_specificity"]
    ]
    return pd.DataFrame(rows).round(PLACES)


def useful(curve: list[dict[str, Any]]) -> str:
    """Return between which thresholds acting on the model is best, in words."""
    best = [p["threshold"] for p in curve if p["model"]["value"] > max(p["everyone"], p["nobody"])]
    if not best:
        return tr("Acting on the model is never better than acting on everyone or on nobody.")
    return tr("Acting on the model is best for thresholds from {low} to {high}.", low=min(best), high=max(best))


def operating(report: dict[str, Any], found: dict[str, Any]) -> None:
    """Draw the threshold that costs least under the reader's prices, and what an answer means where it is used."""
    strong(tr("Where should the threshold be?"))
    miss, alarm = prices(report["scenario"], found["positive"])
    with st.container(horizontal=True):
        prevalence = st.slider(
            tr("Of 1,000 people examined, how many have it?"), 1, 999, max(1, round(1000 * found["prevalence"])),
            key="prevalence",
        )  # fmt: skip
        missed = st.number_input(tr("A missed case costs (US$)"), 0.0, value=miss, key="cost-miss")
        false = st.number_input(tr("A false alarm costs (US$)"), 0.0, value=alarm, key="cost-alarm")
    costs = Costs(missed, false, prevalence / 1000)
    best = cheapest(found["roc"]["points"], costs)
    if best["threshold"] is None:
        st.markdown(tr("At these prices it costs least to act on nobody."))
        return
    right, calm = predictive_values(best["sensitivity"], best["specificity"], costs.prevalence)
    st.markdown(
        tr(
            "Act from a probability of **{threshold}** on: it then finds {sensitivity} of those who have it and leaves "
            "{specificity} of the others in peace. An alarm is right in {right}, an all-clear in {calm}.",
            threshold=number(best["threshold"], PLACES),
            sensitivity=percent(best["sensitivity"]),
            specificity=percent(best["specificity"]),
            right=percent(right) if right is not None else "–",
            calm=percent(calm, 1) if calm is not None else "–",
        )
    )
    badge(
        "assumed", tr("Prices and frequency are yours; the threshold was looked for on the test part, so it flatters.")
    )


def prices(scenario: str, positive: str) -> tuple[float, float]:
    """Return what the scenario assumes a miss and a false alarm to cost."""
    known = SCENARIOS[scenario].error_costs
    miss = next((c.usd for c in known if c.actual == positive), known[0].usd if known else 100.0)
    alarm = next((c.usd for c in known if c.predicted == positive), known[1].usd if len(known) > 1 else 1.0)
    return miss, alarm
