"""Costs: now, at 10 and 100 times the load; build or buy; where the money goes; carbon; what being right is worth."""

import streamlit as st

from engine.analytics.vendors import vendors as priced_vendors
from pages.shared import address, choosing, data, site
from pages.shared.business.serving import carried
from pages.shared.costs import added, answer, gpus, inputs, more_labels, moved, own, sections, vendors, work, worth
from pages.shared.costs import chosen as costs_chosen
from pages.shared.costs.counted import flops_per_prediction, texts_tokens
from pages.shared.costs.own import Fact
from pages.shared.frame import data_notes, kinds_legend, page_title
from pages.shared.i18n import tr
from pages.shared.resources import catalogue
from pages.shared.scenario.labels import run_labels

page_title(
    tr("What does it cost, and when does building pay?"),
    tr("From a run measured here: serving, training, people and labels, beside buying the same answers."),
)
scenario = choosing.scenario()
runs = data.runs(scenario.name)
if not len(runs):
    choosing.nothing_yet(
        scenario.name, tr("Nothing to price yet"), tr("Every finished run can be priced here."), ":material/payments:"
    )
    st.stop()

labels = run_labels(runs)
left, right = st.columns(2)
with left:
    chosen = address.choice(st.selectbox, tr("Run"), labels, key="run", fallback=next(iter(labels)))
with right:
    others = {"": tr("No other")} | {k: v for k, v in labels.items() if k != chosen}
    other = address.choice(st.selectbox, tr("Beside"), others, key="with", fallback="")
run, detail = data.row(runs, chosen), data.detail(chosen)
bought = data.bought(str(run["test_id"]))
data_notes(synthetic=bool(run["synthetic"]))

facts: list[Fact] = []
known = catalogue()
with st.grid(2, min_column_width=300):
    instance = inputs.machine(known, facts)
    region = inputs.electricity(known, instance, facts)
    n = inputs.predictions()
    p95_ms = inputs.promise()
shown = st.container()
st.subheader(tr("What it rests on"), anchor=False)
with st.expander(tr("Load and machines"), icon=":material/schedule:"):
    operation = inputs.operation(n, p95_ms, instance)
with st.expander(tr("Buying instead"), icon=":material/shopping_cart:"):
    hosted = inputs.hosted(known, facts, priced_vendors(bought))
    with st.grid(3, min_column_width=200):
        tokens = inputs.tokens(texts_tokens(run))
with st.expander(tr("People"), icon=":material/group:"):
    people = work.people(known, facts)
with st.expander(tr("Training again"), icon=":material/model_training:"):
    programme = work.programme()
with st.expander(tr("Labels"), icon=":material/label:"):
    labels_bought = work.labelling(scenario.task, known, facts)
# Drawn when it is opened: a dozen forms that nobody sees would make every slider answer late.
title = tr("Every fact this page computes with, and your own in its place")
with st.expander(title, icon=":material/fact_check:", key="facts", on_change="rerun") as every_fact:
    if every_fact.open:
        own.table(facts, known)
        added.forms(known)

choices = costs_chosen.choices(
    instance, region, operation, programme, bought=hosted, tokens=tokens, labels=labels_bought, people=people
)
with shown:
    found = sections.try_costs(run, choices)
    if found is None:
        st.stop()
    st.header(answer.headline(found), anchor=False)
    notice = st.container()
    answer.steps(found, choices)
    if other:
        second = data.row(runs, other)
        sections.beside([(run, found), (second, sections.try_costs(second, choices))], choices)
    sections.by_volume(found, choices, run)
    vendors.section(run, bought, found)
    wide, narrow = st.columns(2, gap="large")
    with wide:
        sections.by_part(found, choices, run)
    with narrow:
        sections.by_hour(found, choices, run)
    sections.by_place(found, choices, run, known)
    is_worth, error_prices = worth.section(
        scenario, run, found, choices, (runs[runs["test_id"] == run["test_id"]], bought)
    )
    with notice:
        moved.moved(found, choices, run, is_worth, error_prices)
    more_labels.section(scenario, run, choices.labelling, is_worth, found)
    with st.expander(tr("8 bits or full precision, processor or GPU"), icon=":material/memory:"):
        sections.by_precision(run, detail.variants, choices)
        gpus.section(run, flops_per_prediction(chosen, tokens), known)
with st.container(horizontal=True):
    site.link(site.BUSINESS, tr("Plan a business with these costs"), icon=":material/trending_up:", **carried())
    here = {"scenario": scenario.name, "test": str(run["test_id"])}
    site.link(
        site.DECIDE, tr("Decide with these costs"), icon=":material/gavel:", **(costs_chosen.carried() | here)
    )  # fmt: skip
kinds_legend()
