"""Where a classifier of pictures fails, and how well it finds what it looks for."""

from __future__ import annotations

from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from pages.shared import address, words
from pages.shared.charts import detection, style
from pages.shared.charts import groups as group_charts
from pages.shared.frame import badge, strong
from pages.shared.i18n import md, tr
from pages.shared.numbers import number, percent
from pages.shared.pictures import misses, operating
from pages.shared.pictures.card import slice_name
from pages.shared.scenario import results_quality

PLACES = 3


def draw(report: dict[str, Any]) -> None:
    """Draw what every classifier shows, and where one class is looked for, how well it is found."""
    block = report["quality"]
    found = block.get("detection")
    if found is None:
        st.info(tr("Name the class that is looked for on the data step, and sensitivity and its price stand here."))
    elif found["roc"] is None:
        st.info(tr("The test part has only pictures with, or only without, “{label}”.", label=md(found["positive"])))
    else:
        curves(report, found)
        operating.draw(report, found)
    results_quality.draw(report, partial(misses.draw, report), lambda: groups(report))


def groups(report: dict[str, Any]) -> None:
    """Draw how the model does for sites, scanners, sexes and ages, where DICOM told them."""
    strong(tr("Groups of patients"))
    slices = report["quality"]["slices"]
    if not slices:
        st.caption(tr("The pictures say nothing of site, scanner, sex or age, so no group can be looked at by itself."))
        return
    metric = "sensitivity" if all("sensitivity" in s for s in slices) else "accuracy"
    frame = pd.DataFrame(
        [
            {
                "name": f"{slice_name(s['slice'])}: {s['value']}",
                "count": s["count"],
                "cases": s.get("positives", s["count"]),
                **{f"value{end}": s[metric][part] for end, part in style.ENDS.items()},
            }
            for s in slices
        ]
    )
    known = frame.dropna(subset=["value"])
    if not len(known):
        st.caption(tr("No group has a picture with what is looked for."))
        return
    worst = min(known.to_dict("records"), key=lambda row: float(row["value"]))
    name, least = words.metric_name(metric), percent(float(worst["value"]))
    alt = tr("{metric} is lowest for {group}: {value}.", metric=name, group=worst["name"], value=least)
    names = {"name": tr("Group"), "count": tr("Pictures"), "cases": tr("Cases"), "value": name}
    names |= {"value_low": tr("Low"), "value_high": tr("High")}
    made = group_charts.dots(known, style.recipe_color(report["recipe"]), name)
    style.draw(made, alt, frame.round(PLACES).rename(columns=names), key="groups")


def curves(report: dict[str, Any], found: dict[str, Any]) -> None:
    """Draw ROC, precision and recall, and net benefit."""
    color, run_id, label = style.recipe_color(report["recipe"]), report["run_id"], found["positive"]
    at = asked_specificity(found["at_specificity"])
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
    st.caption(basis(report["quality"], found, at))
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


def asked_specificity(choices: list[dict[str, Any]]) -> dict[str, Any]:
    """Draw the choice of a specificity and return what is found at it."""
    names = {f"{at['specificity']:g}": percent(at["specificity"]) for at in choices}
    chosen = address.choice(
        st.segmented_control,
        tr("Specificity: the share of healthy cases that are left in peace"),
        names,
        key="specificity",
        fallback=list(names)[-1],
        required=True,
    )
    return choices[list(names).index(chosen)]


def basis(block: dict[str, Any], found: dict[str, Any], at: dict[str, Any]) -> str:
    """Return what the sensitivity at a specificity rests on, with its interval."""
    low, high = (round(100 * at["sensitivity"][end]) for end in ("low", "high"))
    n = found["positives"]
    if block["patients"] < block["rows"]:
        return tr(
            "95% interval {low} to {high} of 100; {positives} pictures of the test part have it. Shaded: 95% "
            "intervals, patients drawn anew.",
            low=low, high=high, positives=n,
        )  # fmt: skip
    return tr(
        "95% interval {low} to {high} of 100; {positives} pictures of the test part have it. Shaded: 95% intervals, "
        "pictures drawn anew.",
        low=low, high=high, positives=n,
    )  # fmt: skip


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
