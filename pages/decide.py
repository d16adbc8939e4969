"""Decide: what must hold, what counts, one recommendation, how firmly it stands, the report and the log."""

import streamlit as st

from engine.analytics.priced import Pricing
from engine.analytics.question import USUAL_MONTH, Question
from engine.analytics.vendors import vendors as priced_vendors
from engine.errors import BreakevenError
from engine.reports.recommendation import recommend
from pages.shared import choosing, data, pricing
from pages.shared.business import chosen
from pages.shared.compare import test_part
from pages.shared.costs import added, inputs, own, work
from pages.shared.costs import chosen as costs_chosen
from pages.shared.costs.own import Fact
from pages.shared.decide import answer, cases, choose, log, pictures, report
from pages.shared.decide.gathered import decided, key_of_options
from pages.shared.decide.speech import speech
from pages.shared.frame import kinds_legend, page_title, show_error, strong
from pages.shared.i18n import tr
from pages.shared.resources import catalogue

page_title(
    tr("What should we do, and how sure is that?"),
    tr("Limits first, then what counts for how much. Ranked on the validation part, shown on the test part."),
)
scenario = choosing.scenario()
spoken = speech()
if not len(data.runs(scenario.name)):
    choosing.nothing_yet(
        scenario.name, tr("Nothing to decide yet"), tr("Every finished run becomes an option here."), ":material/gavel:"
    )
    log.listed(spoken)
    st.stop()

facts: list[Fact] = []
known = catalogue()
first = st.container()
left, right = st.columns(2)
with left:
    case = chosen.case(tr("Its load, its price and how long its cash lasts count for every option."))
    others = cases.beside(case) if case else ()
with right:
    planned = choose.sale(case) if case else None
strong(tr("What must hold"))
promise, volume = st.columns(2)
with promise:
    p95_ms = inputs.promise()
with volume:
    n, follows = choose.load(planned)
    others = cases.counted(others, planned, follows=follows)
limits = choose.limits(p95_ms, planned)
strong(tr("What counts for how much"))
weights = choose.weights(scenario.name)
shown = st.container()
st.subheader(tr("What it rests on"), anchor=False)
with st.expander(tr("Machine and load"), icon=":material/schedule:"):
    instance = inputs.machine(known, facts)
    beside = choose.beside(instance, known)
    region = inputs.electricity(known, instance, facts)
    busy = pricing.busy_share()
    operation = inputs.operation(n, p95_ms, instance)
where = Pricing(instance, region, busy, operation.spot)
with shown:
    points = test_part(data.points(where, scenario.name))
test_id = str(points["test_id"].iloc[0])
with st.expander(tr("Buying instead"), icon=":material/shopping_cart:"):
    bought = inputs.hosted(known, facts, priced_vendors(data.bought(test_id)))
    tokens = inputs.tokens(None)
with st.expander(tr("People, training and labels"), icon=":material/group:"):
    people = work.people(known, facts)
    programme = work.programme()
    labels_bought = work.labelling(scenario.task, known, facts)
with st.expander(tr("Every fact this page computes with, and your own in its place"), icon=":material/fact_check:"):
    own.table(facts, known)
    added.forms(known)

choices = costs_chosen.choices(
    instance, region, operation, programme, bought=bought, tokens=tokens, labels=labels_bought, people=people
)
with shown:
    question = Question(
        scenario.name, where, choices, limits, weights, test_id, beside,
        known.regions_of(beside), case if planned else None, planned.month if planned else USUAL_MONTH,
        others, follows,
    )  # fmt: skip
    tables = [points, *(data.points(other, scenario.name) for other in question.pricings[1:])]
    try:
        found = decided(question, tables)
    except BreakevenError as error:
        show_error(error)
        st.stop()
    said = recommend(found, spoken)
    with first:
        answer.headline(found, said)
        cases.told(found)
        answer.moved(found, spoken)
    if found.decision.lead is not None:
        answer.figures_of_lead(found, spoken)
        answer.reasons(said)
        answer.costed(found)
    among = key_of_options(question, tables)
    whole = (among, repr(case), question.month, str(limits), str(weights))
    cases.compared(found, spoken, (whole, repr(others), follows))
    pictures.stability(found, spoken, whole)
    pictures.front(found, spoken, among)
    pictures.options(cases.shown(found), spoken, several=bool(found.across))
    left, right = st.columns(2, gap="large")
    with left:
        report.downloads(found, spoken)
    with right:
        log.recording(found, said.headline, spoken)
    log.listed(spoken)
kinds_legend()
