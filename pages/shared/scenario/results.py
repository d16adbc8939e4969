"""Results of one run: the answer first, then where it fails, how sure it is, what it costs, and how it compares."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from engine.datasets.store import has_dataset
from engine.scenarios import Scenario
from pages.shared import choosing, data, run_actions, site, words
from pages.shared.frame import badge, data_notes, kinds_legend
from pages.shared.i18n import md, tr
from pages.shared.numbers import number
from pages.shared.resources import settings
from pages.shared.scenario import results_compare, results_cost, results_files, results_seeds
from pages.shared.scenario.choose import choose_run
from pages.shared.scenario.parts import parts_of

SHOWN_METRICS = 4


def draw(scenario: Scenario) -> None:
    """Draw the results step of `scenario`."""
    runs = data.runs(scenario.name)
    if not len(runs):
        run_actions.undo_line()
        choosing.nothing_yet(
            scenario.name,
            tr("No results yet"),
            tr("How good, how sure, where it fails and what it costs: all of it stands here once a run has finished."),
            ":material/analytics:",
        )
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        run_id = choose_run(runs, key="run", label=tr("Run"))
        run_actions.menu(data.run(run_id))
    run_actions.undo_line()
    report = data.report(run_id)
    answer(scenario, report, runs)
    parts_of(scenario).quality(report)
    results_cost.draw(report, data.row(runs, run_id))
    results_compare.draw(report, runs)
    results_seeds.draw(report, runs)
    results_files.draw(scenario, report)
    kinds_legend()


def answer(scenario: Scenario, report: dict[str, Any], runs: pd.DataFrame) -> None:
    """Draw how good the model is in words, with its interval and what the simplest recipe reaches."""
    dataset, metrics = report["dataset"], report["quality"]["metrics"]
    st.header(md(headline(report)), anchor=False)
    sentence = tr(
        "{recipe}, judged once on a test part it had never seen ({rows} {units}), as the exported model that is "
        "served.",
        recipe=words.recipe(report["recipe"], scenario.name),
        rows=report["quality"]["rows"],
        units=words.units(scenario.name),
    )
    beside = against_simplest(scenario, report, runs)
    st.markdown(md(tr("{first} {second}", first=sentence, second=beside) if beside else sentence))
    data_notes(
        synthetic=bool(dataset["synthetic"]),
        licence=dataset.get("licence", ""),
        commercial_use=dataset["commercial_use"],
    )
    names = [m.name for m in words.task(scenario.name).metrics if m.name in metrics]
    order = sorted(names, key=lambda name: name != scenario.quality)
    with st.grid(4, min_column_width=150):
        for name in order[:SHOWN_METRICS]:
            with st.container(gap="xxsmall"):
                show_metric(name, metrics[name])
    with st.container(horizontal=True, vertical_alignment="center"):
        badge(
            "measured",
            tr("Exported model, {precision}, on {provider}.", precision=report["served"], provider=report["provider"]),
        )
        if has_dataset(settings(), dataset["id"]):
            page = site.scenario_file(scenario.name)
            name = md(tr("Its data: {name}", name=dataset["name"]))
            site.link(page, name, icon=":material/table_rows:", step="data", dataset=dataset["id"])


def headline(report: dict[str, Any]) -> str:
    """Return how good the model is in plain words, with the interval of the figure they say."""
    task, metrics = words.task(report["scenario"]), report["quality"]["metrics"]
    said = next((metrics[m.name] for m in task.metrics if m.in_words and m.name in metrics), None)
    if said is None or said["low"] is None:
        return words.report_answer(report)
    ends = (round(100 * said["low"]), round(100 * said["high"]))
    return tr("{right}, {low}–{high}", right=words.report_answer(report), low=ends[0], high=ends[1])


def show_metric(name: str, interval: dict[str, float | None]) -> None:
    """Draw one metric with its 95 % interval beneath."""
    st.metric(words.metric_name(name), number(interval["value"], 3), help=words.metric_meaning(name))
    if interval["low"] is not None:
        st.caption(tr("95%: {low} to {high}", low=number(interval["low"], 3), high=number(interval["high"], 3)))


def against_simplest(scenario: Scenario, report: dict[str, Any], runs: pd.DataFrame) -> str:
    """Return what the simplest recipe reaches on the same test part, as one sentence, or nothing."""
    simplest, metric = scenario.recipes[0], scenario.quality
    same = runs[(runs["test_id"] == report["dataset"]["test_id"]) & (runs["recipe"] == simplest)]
    if report["recipe"] == simplest or not len(same):
        return ""
    reached, own = float(same.iloc[-1][metric]), float(report["quality"]["metrics"][metric]["value"])
    places = {
        "simplest": words.recipe(simplest, scenario.name),
        "metric": words.metric_name(metric),
        "value": number(reached, 3),
        "gain": number(abs(own - reached), 3),
    }
    if own >= reached:
        return tr("{simplest}, the simplest recipe, reaches {metric} {value}; this one is {gain} higher.", **places)
    return tr("{simplest}, the simplest recipe, reaches {metric} {value}; this one is {gain} lower.", **places)
