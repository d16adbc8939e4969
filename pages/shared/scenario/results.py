"""Results of one run: the answer first, then where it fails, how sure it is, what it costs, and how it compares."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from engine.datasets.store import has_dataset
from engine.scenarios import Scenario
from pages.shared import address, data, run_actions, site, words
from pages.shared.frame import badge, data_notes, empty, kinds_legend
from pages.shared.i18n import md, tr
from pages.shared.numbers import number, percent
from pages.shared.resources import settings
from pages.shared.scenario import results_compare, results_cost, results_files, results_quality, results_seeds
from pages.shared.scenario.labels import run_labels


def draw(scenario: Scenario) -> None:
    """Draw the results step of `scenario`."""
    runs = data.runs(scenario.name)
    if not len(runs):
        run_actions.undo_line()
        with empty(
            tr("No results yet"),
            tr("How good, how sure, where it fails and what it costs: all of it stands here once a run has finished."),
            ":material/analytics:",
        ):
            page = site.scenario_file(scenario.name)
            site.link(page, tr("Train the first model"), icon=":material/play_arrow:", step="finetune")
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        run_id = choose_run(runs, key="run", label=tr("Run"))
        run_actions.menu(data.run(run_id))
    run_actions.undo_line()
    report = data.report(run_id)
    answer(scenario, report, runs)
    results_quality.draw(report)
    results_cost.draw(report, data.row(runs, run_id))
    results_compare.draw(report, runs)
    results_seeds.draw(report, runs)
    results_files.draw(report)
    kinds_legend()


def choose_run(runs: pd.DataFrame, *, key: str, label: str, preferred: str = "") -> str:
    """Draw the choice of a run, newest first, with `preferred` or else the newest chosen; return its id."""
    names = run_labels(runs)
    return address.choice(st.selectbox, label, names, key=key, fallback=preferred or next(iter(names)))


def answer(scenario: Scenario, report: dict[str, Any], runs: pd.DataFrame) -> None:
    """Draw how good the model is in words, with its interval and what the simplest recipe reaches."""
    dataset, metrics = report["dataset"], report["quality"]["metrics"]
    accuracy = metrics["accuracy"]
    st.header(
        tr(
            "{right}, {low}–{high}",
            right=words.right_of(accuracy["value"]),
            low=round(100 * accuracy["low"]),
            high=round(100 * accuracy["high"]),
        ),
        anchor=False,
    )
    sentence = tr(
        "{recipe}, judged once on {rows} sentences it had never seen, as the exported model that is served.",
        recipe=words.recipe(report["recipe"]),
        rows=report["quality"]["rows"],
    )
    st.markdown(md(sentence) + " " + md(against_baseline(report, runs)))
    data_notes(
        synthetic=bool(dataset["synthetic"]),
        licence=dataset.get("licence", ""),
        commercial_use=dataset["commercial_use"],
    )
    order = [scenario.quality, *(m for m in ("macro_f1", "accuracy", "auc", "ece") if m != scenario.quality)]
    with st.grid(4, min_column_width=150):
        for name in order:
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


def show_metric(name: str, interval: dict[str, float | None]) -> None:
    """Draw one metric with its 95 % interval beneath."""
    st.metric(words.metric_name(name), number(interval["value"], 3), help=words.metric_meaning(name))
    if interval["low"] is not None:
        st.caption(tr("95%: {low} to {high}", low=number(interval["low"], 3), high=number(interval["high"], 3)))


def against_baseline(report: dict[str, Any], runs: pd.DataFrame) -> str:
    """Return what the bag of words reaches on the same test part, as one sentence, or nothing."""
    same = runs[(runs["test_id"] == report["dataset"]["test_id"]) & (runs["recipe"] == "baseline")]
    if report["recipe"] == "baseline" or not len(same):
        return ""
    reached = float(same.iloc[-1]["accuracy"])
    return tr(
        "Counting words, without a neural model, gets {baseline}; this one gets {gain} more.",
        baseline=words.right_of(reached),
        gain=percent(report["quality"]["metrics"]["accuracy"]["value"] - reached, 1),
    )
