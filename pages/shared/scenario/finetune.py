"""The fine-tune step: what trains now, and a new run with its data, backbone, recipe, options and expected cost."""

from __future__ import annotations

import streamlit as st

from engine.datasets.dataset import Dataset
from engine.jobs.progress import progress
from engine.jobs.runs import RunFolder
from engine.scenarios import Scenario
from pages.shared import address, data, job_view, live, site, words
from pages.shared.frame import data_notes, say
from pages.shared.i18n import md, tr, trn
from pages.shared.scenario import backbone, datasets, options, recipes, start
from pages.shared.scenario.parts import parts_of

DEMO = "demo"


def draw(scenario: Scenario) -> None:
    """Draw the fine-tune step of `scenario`."""
    training = [r for r in live.open_runs() if r.is_model and r.spec.scenario == scenario.name]
    outcome(scenario, {r.run_id for r in training})
    if training:
        running(training)
    st.subheader(tr("A new run"), anchor=False)
    dataset = choose_data(scenario)
    if dataset is not None:
        card = dataset.card
        data_notes(synthetic=card.synthetic, licence=card.licence, commercial_use=card.commercial_use)
    recipe = recipes.choose(scenario, dataset)
    chosen = backbone.choose(scenario, dataset) if recipe.neural else ""
    given = options.draw(recipe)
    parts_of(scenario).beforehand(recipe, given, dataset)
    start.draw(scenario, dataset, recipe, given, chosen)


def outcome(scenario: Scenario, training: set[str]) -> None:
    """Draw how the run that the reader started ended, until they start another one."""
    run_id = address.recall("job")
    if not run_id or run_id in training:
        return
    run = data.run(run_id)
    now = progress(run)
    name = job_view.job_name(run)
    if now.state == "finished":
        right = words.report_answer(data.report(run_id))
        st.success(
            tr("{run}: {right}.", run=md(name), right=right),
            title=words.state("finished"),
            icon=":material/check_circle:",
        )
        page = site.scenario_file(scenario.name)
        site.link(page, tr("See the results"), icon=":material/analytics:", step="results", run=run_id)
    elif now.message is not None:
        (st.info if now.state == "cancelled" else st.error)(say(now.message), title=words.state(now.state))


def running(training: list[RunFolder]) -> None:
    """Draw the run that trains, with its curves, and how many wait behind it."""
    first = next((r for r in training if r.state == "running"), training[0])
    job_view.watch(first.run_id)
    waiting = len(training) - 1
    if waiting:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.caption(trn("{n} more run waits", "{n} more runs wait", waiting), width="content")
            site.link(site.JOBS, tr("See the queue"), icon=":material/list_alt:")


def choose_data(scenario: Scenario) -> Dataset | None:
    """Draw the choice of a stored data set; None means the demo data, which the run prepares."""
    found = datasets.stored(scenario)
    names = datasets.names(found) or {DEMO: tr("Demo data, prepared by the run")}
    with st.container(horizontal=True, vertical_alignment="bottom"):
        chosen = address.choice(st.selectbox, tr("Data set"), names, key="dataset", fallback=next(iter(names)))
        page = site.scenario_file(scenario.name)
        site.link(page, tr("Upload another"), icon=":material/upload_file:", step="data")
    return next((d for d in found if d.id == chosen), None)
