"""Readiness: five challenges and regulation, scored from evidence; the rules that apply; the risks and their owners."""

import streamlit as st

from engine.economics.readiness.risks import register
from engine.economics.readiness.score import scores
from pages.shared import choosing, data
from pages.shared.business import chosen
from pages.shared.frame import data_notes, kinds_legend, page_title
from pages.shared.i18n import md, tr
from pages.shared.readiness import ask, known, risks, rules
from pages.shared.readiness import scores as shown_scores

page_title(
    tr("Are you ready, and what is missing?"),
    tr("Scored from what was measured here and what you answer; what nobody knows stays a range."),
)
scenario = choosing.scenario()
runs = data.runs(scenario.name)
left, right = st.columns(2)
with left:
    run_id = known.choose_run(scenario, runs)
with right:
    planned = chosen.case(tr("What it comes to with this run counts as evidence: break-even, cash, margin, team."))
facts, entered = known.facts(scenario, runs, run_id, planned if run_id else None)
found = scores(facts)

if facts.data:
    data_notes(synthetic=facts.data.synthetic, licence=facts.data.licence, commercial_use=facts.data.commercial_use)
if not run_id:
    choosing.nothing_yet(
        scenario.name,
        tr("No measurement yet"),
        tr("A finished run fills in what can be measured: quality, speed, data, energy. The questions do the rest."),
        ":material/radar:",
    )

answer = shown_scores.headline(found)
st.header(md(answer), anchor=False)
shown_scores.moved(facts, found, run_id)
left, right = st.columns([3, 2], gap="large")
with left:
    shown_scores.picture(found, answer)
with right:
    shown_scores.best_steps(found)
with st.expander(
    md(tr("Questions: {open}", open=shown_scores.unanswered(ask.open_ones(facts)))), icon=":material/forum:",
    expanded=ask.starts_open(facts), key=f"questions-{scenario.name}",
):  # fmt: skip
    ask.form(facts)
st.subheader(tr("What each score rests on"), anchor=False)
shown_scores.details(found)
rules.section(scenario.name, facts.compliance)
risks.section(scenario.name, register(facts, entered.risks))
kinds_legend()
